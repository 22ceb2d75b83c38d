/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be watched, whatever its number is today: NAME:KIND=VALUE, as web:exe=/usr/sbin/nginx.
 *
 *   rule_parse()  KIND is comm, exe, port or cgroup; without NAME: it is made of the rest
 *   rule_find()   the processes that it means now, in the order of their numbers
 *   rule_same()   is that number still that process's?
 *
 * A name becomes a folder, a configuration and a label: letters, digits, '.', '_' and '-', no '.' first.
 * A cgroup is measured as one, and no processes of it are looked for.
 */
#ifndef ZCPROF_SERVICE_RULE_H
#define ZCPROF_SERVICE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RULE_NAME_MAX  63
#define RULE_FOUND_MAX 4096 /* of more processes those of the lowest numbers */

enum rule_kind { RULE_COMM, RULE_EXE, RULE_PORT, RULE_CGROUP };

struct rule {
	char name[RULE_NAME_MAX + 1];
	enum rule_kind kind;
	const char *value; /* of the text that was parsed */
	uint16_t port;
};

struct found {
	pid_t pid;
	uint64_t start; /* as struct process_stat has it */
};

/* 0, or -1 with *why, which fits behind "--rule TEXT: ". The text has to outlive the rule. */
int rule_parse(struct rule *r, const char *text, const char **why);
/* How many, at most RULE_FOUND_MAX, for which there is room; of a cgroup 0. -1 with why filled in. */
int rule_find(const struct rule *r, struct found *found, char *why, size_t why_size);
bool rule_same(const struct found *f);

#endif
