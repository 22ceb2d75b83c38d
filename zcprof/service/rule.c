// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/rule.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "collectors/kit/process.h"
#include "collectors/kit/sockdiag.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char *const kind_names[] = {"comm", "exe", "port", "cgroup"};

/* Of what has no name: its kind and value, with '-' for all else. */
static void make_name(struct rule *r)
{
	snprintf(r->name, sizeof(r->name), "%s-%s", kind_names[r->kind],
		 r->value + (*r->value == '/'));
	for (char *c = r->name; *c; c++)
		*c = strchr(NAME_CHARACTERS, *c) ? *c : '-';
}

static int take_name(struct rule *r, const char *text, size_t len, const char **why)
{
	*why = "a rule's name has letters, digits, '.', '_' and '-', 63 at most, and begins with none of the last three";
	if (!len || len > RULE_NAME_MAX || strspn(text, NAME_CHARACTERS) < len ||
	    strchr("._-", *text))
		return -1;
	memcpy(r->name, text, len);
	r->name[len] = '\0';
	return 0;
}

int rule_parse(struct rule *r, const char *text, const char **why)
{
	const char *equals = strchr(text, '='),
		   *colon = equals ? memchr(text, ':', equals - text) : NULL;
	const char *kind = colon ? colon + 1 : text;
	uint64_t port;
	int at = 0;

	*r = (struct rule){.port = 0};
	if (colon && take_name(r, text, colon - text, why))
		return -1;
	*why = "expected comm=NAME, exe=PATH, port=NUMBER or cgroup=CGROUP, with a name and ':' before it or without";
	while (equals && at < 4 &&
	       (strlen(kind_names[at]) != (size_t)(equals - kind) ||
		strncmp(kind_names[at], kind, equals - kind) != 0))
		at++;
	if (!equals || at == 4 || !equals[1])
		return -1;
	r->kind = at;
	r->value = equals + 1;
	*why = "expected a port from 1 to 65535";
	if (r->kind == RULE_PORT &&
	    (quantity_count(r->value, &port, why) || !port || port > UINT16_MAX))
		return -1;
	r->port = r->kind == RULE_PORT ? (uint16_t)port : 0;
	*why = "it is longer than a path may be";
	if (strlen(r->value) >= PATH_MAX)
		return -1;
	*why = "expected the whole path of a program";
	if (r->kind == RULE_EXE && *r->value != '/')
		return -1;
	if (!colon)
		make_name(r);
	return 0;
}

/* ---- finding ---- */

struct finding {
	const struct rule *rule;
	struct found *found;
	int count;
	uint32_t *inodes; /* of sockets that listen at the port */
	size_t inode_count;
	bool listens; /* the process that is looked at */
};

static int take_listener(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct finding *f = data;
	uint32_t *grown;

	if (!m->idiag_inode)
		return MNL_CB_OK;
	grown = reallocarray(f->inodes, f->inode_count + 1, sizeof(*grown));
	if (grown) {
		f->inodes = grown;
		grown[f->inode_count++] = m->idiag_inode;
	}
	return MNL_CB_OK;
}

static int by_inode(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int find_listeners(struct finding *f)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_SOCK_DIAG);

	if (error)
		return error;
	error = sockdiag_list(&nl, TCP_STATE_LISTEN, f->rule->port, 0, take_listener, f);
	netlink_close(&nl);
	if (f->inode_count)
		qsort(f->inodes, f->inode_count, sizeof(*f->inodes), by_inode);
	return error;
}

/* Of both there may be as many as somebody likes. */
static void note_socket(void *data, pid_t tid, int fd, uint32_t inode)
{
	struct finding *f = data;

	(void)tid;
	(void)fd;
	f->listens = f->listens || (f->inode_count && bsearch(&inode, f->inodes, f->inode_count,
							      sizeof(*f->inodes), by_inode));
}

/* After its file was replaced, as by an upgrade, the kernel says so behind the path. */
static bool has_program(pid_t pid, const char *wanted)
{
	static const char deleted[] = " (deleted)";
	char path[32], program[4096];
	size_t len = strlen(wanted);
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	got = readlink(path, program, sizeof(program) - 1);
	if (got < 0)
		return false;
	program[got] = '\0';
	return !strncmp(program, wanted, len) && (!program[len] || !strcmp(program + len, deleted));
}

static bool matches(struct finding *f, pid_t pid, const struct process_stat *stat)
{
	switch (f->rule->kind) {
	case RULE_COMM:
		/* The kernel keeps the first 15 bytes. */
		return !strncmp(stat->name, f->rule->value, sizeof(stat->name) - 1);
	case RULE_EXE:
		return has_program(pid, f->rule->value);
	case RULE_PORT:
		f->listens = false;
		sockdiag_sockets(pid, note_socket, f);
		return f->listens;
	default:
		return false;
	}
}

static void look_at(struct finding *f, pid_t pid)
{
	struct process_stat stat;

	/* A thread of the kernel has no program, and zcprof does not watch itself. */
	if (pid == getpid() || process_stat(pid, pid, &stat) || stat.state == 'Z' ||
	    !matches(f, pid, &stat))
		return;
	f->found[f->count++] = (struct found){pid, stat.start};
}

static int by_number(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

int rule_find(const struct rule *r, struct found *found, char *why, size_t why_size)
{
	struct finding f = {.rule = r, .found = found};
	int error = r->kind == RULE_PORT ? find_listeners(&f) : 0;
	DIR *processes = error || r->kind == RULE_CGROUP ? NULL : opendir("/proc");
	struct dirent *entry;

	if (r->kind == RULE_CGROUP)
		return 0;
	if (!processes) {
		snprintf(why, why_size, "cannot look for processes: %s",
			 strerror(error ? -error : errno));
		free(f.inodes);
		return -1;
	}
	while (f.count < RULE_FOUND_MAX && (entry = readdir(processes)))
		if (*entry->d_name >= '1' && *entry->d_name <= '9')
			look_at(&f, atoi(entry->d_name));
	closedir(processes);
	free(f.inodes);
	if (f.count)
		qsort(found, f.count, sizeof(*found), by_number);
	return f.count;
}

bool rule_same(const struct found *f)
{
	struct process_stat stat;

	return !process_stat(f->pid, f->pid, &stat) && stat.start == f->start;
}
