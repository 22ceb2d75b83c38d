/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that CPUs run in one of two sets of runs and never in the other: by them alone the place of a change can be
 * told that is too small for components, for from no sample to some is certain where more of many is not.
 *
 *   newcomers_of()    those of a comparison, for sure
 *   newcomers_free()
 */
#ifndef ANALYZE_CAUSES_NEWCOMERS_H
#define ANALYZE_CAUSES_NEWCOMERS_H

#include "analyze/causes/sign.h"
#include "analyze/figures/compare.h"

struct newcomer {
	struct sign sign; /* its words are the function's name and place */
	enum record_end end;
	double a, b; /* ns/KB, one of them 0 */
};

/* What came and what went, the costliest first. */
struct newcomers {
	struct newcomer *at;
	size_t count;
	double cost[END_COUNT]; /* of each end in A, ns/KB; NAN where it is not known */
	struct arena texts;
};

struct newcomers newcomers_of(const struct comparing *k);
void newcomers_free(struct newcomers *n);

#endif
