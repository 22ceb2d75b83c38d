/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * B against A in one figure: a ratio, its interval, and whether it is beyond a margin.
 *
 *   contrast()           compare two sets of figures
 *   contrast_verdict()   better, worse, equivalent or inconclusive, against a margin
 *   contrast_findable()  the ratio that as many runs would find four times in five
 *   contrast_needed()    how many runs of each would find a ratio four times in five
 *
 * A run is one sample. Logarithms are compared, since what moves a figure multiplies it; where a
 * figure is zero, means are. The error of a difference has three parts, and each is in the interval:
 * what runs of one set differ by; the Poisson error of counts, or that of what was counted in slices,
 * below which no spread may fall; and the machine's drift, where the sets did not run side by side.
 */
#ifndef ANALYZE_FIGURES_CONTRAST_H
#define ANALYZE_FIGURES_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/figures/stats.h"

/* How two sets of runs stand to one another in time. */
enum layout {
	LAYOUT_MIXED,  /* in one another, or the records do not say: two independent samples */
	LAYOUT_ROUNDS, /* in rounds: the i-th figures of both sets are neighbours in time */
	LAYOUT_APART,  /* one after the other: the machine's drift is between them */
};

/* What a figure of a set is uncertain by, however alike its runs are. */
struct grain {
	double quantum;	 /* what one count is worth; 0 for a level */
	double variance; /* of a run's figure that was counted in slices, as a part of it squared */
};

/* Figures in the order in which their runs ran. */
struct side {
	const double *x;
	size_t n;
	struct grain grain;
};

struct contrast_how {
	enum layout layout;
	double margin; /* 0.02 for 2 % */
	/* APART: by how much the machine was seen to move between the sets, as a logarithm; or 0. */
	double calibration;
};

struct comparison {
	size_t n_a, n_b;
	enum layout layout;
	double a, b;	       /* geometric means; arithmetic ones where linear */
	struct interval ratio; /* b / a, 95 % */
	double p_margin;       /* that the ratio lies inside the margin; what Holm adjusts */
	bool linear;	       /* zeros: compared by differences, and ratio has no interval */
	double error;	       /* standard error of the logarithm of ratio; NAN where linear */
	double freedom;	       /* degrees of freedom that it has */
	double drift;	       /* part of error that is the machine's drift; 0 unless APART */
};

struct comparison contrast(struct side a, struct side b, const struct contrast_how *how);

enum verdict {
	VERDICT_INCONCLUSIVE,
	VERDICT_EQUIVALENT,
	VERDICT_MORE,
	VERDICT_LESS,
	VERDICT_UNASKED, /* what would have been its reason did not move */
};

/*
 * p is p_margin after correction. The four of three-sided testing: the interval lies above the
 * margin, below it, within it, or none of these, which is never the same as "no change".
 */
enum verdict contrast_verdict(const struct comparison *c, double p, double margin);
const char *verdict_word(enum verdict verdict, enum metric_better better);

/* NAN where there is no interval. */
double contrast_findable(const struct comparison *c, double margin);
/* More than any that is sensible comes as CONTRAST_NEEDED_MAX. APART: drift does not shrink. */
#define CONTRAST_NEEDED_MAX 1000
size_t contrast_needed(const struct comparison *c, double ratio, double margin);

#endif
