/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that is to look at another machine: the same command of the zcprof there, through ssh.
 *
 *   elsewhere()        does it, where --host is among the arguments
 *   elsewhere_value()  that of an option among the arguments
 *   elsewhere_plain()  may a word be said to a shell there?
 */
#ifndef ZCPROF_REACH_ELSEWHERE_H
#define ZCPROF_REACH_ELSEWHERE_H

#include <stdbool.h>

/* Options of whoever lets it look for them first, so that --help knows them. */
#define ELSEWHERE_KEYS 0x2000
enum { KEY_HOST = ELSEWHERE_KEYS, KEY_HOST_SSH, KEY_HOST_ZCPROF };
#define ELSEWHERE_OPTIONS                                                                          \
	{"host", KEY_HOST, "USER@HOST", 0, "Of that machine, by the zcprof there", 0},             \
		{"ssh", KEY_HOST_SSH, "COMMAND", 0, "How a host is reached (ssh)", 0},             \
	{                                                                                          \
		"zcprof", KEY_HOST_ZCPROF, "PATH", 0, "The zcprof there (zcprof, by its PATH)", 0  \
	}

/* "--name VALUE" or "--name=VALUE": its value, and i at the last word of it. NULL: it is another word. */
const char *elsewhere_value(const char *name, int argc, char **argv, int *i);
/* A shell there reads it as one word, and as it is. */
bool elsewhere_plain(const char *word);
/* -1: it is to look here. Else its exit code: that of the command there, or why it could not be run. */
int elsewhere(const char *command, int argc, char **argv);

#endif
