/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan leaves out of the product of its lists: "rx=zcrx,devmem gro=hw read!=4K" is every configuration
 * that all of it holds of.
 *
 *   skip_parse()    a line of a plan
 *   skip_matches()  does it hold of this configuration
 *
 * An option of both ends holds where it does at either. What was not given has its default, and what
 * has no meaning for the path has no value, of which nothing holds.
 */
#ifndef ZCPROF_RUN_SKIP_H
#define ZCPROF_RUN_SKIP_H

#include <stdbool.h>
#include <stddef.h>

#include "zcprof/run/configuration.h"

#define SKIP_CONDITIONS 8

struct skip {
	const char *text; /* the caller's */
	struct condition {
		enum option_id id;
		enum option_ends ends;
		bool differs;	    /* != */
		const char *values; /* in text: up to a blank, separated by commas */
	} conditions[SKIP_CONDITIONS];
	size_t count;
};

/* 0, or -1 with why: a part of a sentence that fits behind "--skip TEXT: ". */
int skip_parse(struct skip *skip, const char *text, char *why, size_t why_size);
bool skip_matches(const struct skip *skip, const struct configuration *c);

#endif
