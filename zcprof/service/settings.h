/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What 'zcprof watch' was asked.
 *
 *   service_settings_parse()  the command line, files of options included
 *   service_settings_free()
 */
#ifndef ZCPROF_SERVICE_SETTINGS_H
#define ZCPROF_SERVICE_SETTINGS_H

#include "zcprof/origin.h"
#include "zcprof/service/rule.h"

#define RULES_MAX 32

struct service_settings {
	struct rule rules[RULES_MAX];
	size_t rule_count;
	double every;	/* from the start of a round to that of the next, seconds */
	double seconds; /* of a window */
	double warmup;
	uint64_t most;	 /* processes of one rule that are measured in a round */
	uint64_t rounds; /* 0: until it is stopped */
	const char *output;
	uint64_t keep;		 /* bytes of records */
	const char *openmetrics; /* a file, or ':' and a port; NULL: none */
	const char *collect;	 /* lists of collectors; NULL: all */
	const char *no_collect;
	struct origin origin;
	char **words; /* the arguments with files put in their place; owned */
};

/* Ends the process where --help or --version was asked, or the command line was wrong. */
void service_settings_parse(struct service_settings *s, int argc, char **argv);
void service_settings_free(struct service_settings *s);

#endif
