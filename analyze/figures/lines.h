/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each configuration of an experiment gave and cost, all quantities of all its runs, the one
 * that pays best first.
 *
 *   lines_of()      the configurations that have runs, in the order of a quantity
 *   lines_against() the first against every other, as one family of tests
 *   lines_free()
 */
#ifndef ANALYZE_FIGURES_LINES_H
#define ANALYZE_FIGURES_LINES_H

#include "analyze/figures/design.h"

/* One configuration: each quantity of each of its runs. */
struct line {
	const struct configuration *configuration;
	double *of_run[QUANTITIES]; /* one per run, NAN where it was not measured */
	size_t counts[QUANTITIES];  /* of those that were */
	double middle[QUANTITIES];
	struct interval
		interval[QUANTITIES]; /* of the typical run; no smaller than by what was sampled */
	double sampled[QUANTITIES]; /* half of that by what was sampled alone, of the middle; 0: nothing was */
	bool *apart;		    /* per run: unlike its siblings */
	size_t strangers;
};

struct lines {
	struct line *at;
	size_t count;
};

/*
 * joined: of an experiment whose configurations were put together by a label (analyze/load/join.h): a
 * host is one sample of a line, the mean of its runs.
 */
struct lines lines_of(const struct experiment *e, const struct exponents *exponents,
		      enum quantity by, bool joined);
/*
 * against[i] and p[i], from 1 on: how the first stands to line i, and the p of it after Holm. Both
 * have room for all lines. Compared as by diff: that it beats the second proves less than it seems,
 * because the first is first for having been picked.
 */
void lines_against(const struct lines *lines, enum quantity by, const struct exponents *exponents,
		   double margin, struct comparison *against, double *p);
void lines_free(struct lines *lines);

#endif
