/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What zcprof attach is asked on two machines (--host and --peer-host): words for both of them, and words for each.
 *
 *   pair_is_asked()  are there two machines in that command
 *   pair_take()      what it says; false after saying what is wrong
 */
#ifndef ZCPROF_ATTACH_PAIR_ASKED_H
#define ZCPROF_ATTACH_PAIR_ASKED_H

#include <stdbool.h>
#include <stddef.h>

#include "zcprof/attach/together.h"

#define PAIR_WORDS_MAX 128
#define PAIR_HERE      "." /* this machine as a host */

/* All of it lies in argv. */
struct pair_asked {
	const char *ssh, *zcprof, *output;
	struct together_said said;
	char *common[PAIR_WORDS_MAX];
	size_t commons;
	struct pair_one {
		const char *host;
		char *words[PAIR_WORDS_MAX];
		size_t count;
	} of[2];
};

bool pair_is_asked(int argc, char **argv);
bool pair_take(struct pair_asked *a, int argc, char **argv);

#endif
