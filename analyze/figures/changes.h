/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a series of figures over time changed, as its points are: no random numbers, so that the same
 * series gives the same answer tomorrow.
 *
 *   changes_of()    the places, in order
 *   lonely_of()     points that are unlike their neighbours before and behind them: one alone is no change
 *
 * Candidates are the splits of E-divisive means (Matteson and James, JASA 109, 2014), asked within windows,
 * so that long series hide nothing; they are weak. What stays is what Student's t between the points since the
 * change before and until the change behind holds for, after Bonferroni over all places where a change could have
 * been: weak and strong threshold are those of Hunter (Fleming et al., ICPE 2023; Apache Otava), with
 * that correction added, so that a series without a change has one with a chance of at most alpha. Where noise is
 * not normal that holds for few points only; so of 40 points or more it is asked first whether their order says
 * anything, by dealing them out anew (a permutation test of the stretch whose ranks stand off most).
 */
#ifndef ANALYZE_FIGURES_CHANGES_H
#define ANALYZE_FIGURES_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/figures/stats.h"

struct change {
	size_t before, after;	  /* the points between which it lies; gaps may be between them */
	size_t n_before, n_after; /* points that speak for it */
	double from, to;	  /* geometric means; arithmetic ones where linear */
	struct interval ratio;	  /* to / from, 95 %; NAN where linear */
	bool linear;		  /* the series has a zero or less */
	double p;		  /* after Bonferroni over the places */
};

/*
 * x: NAN is a gap, which is left out. Of less than margin (0.02 for 2 %) a change does not matter. lonely: points that
 * are left out too, but not where it is asked whether the order says anything: among those that stand alone are
 * others of their kind that stand together; NULL: none. The array is the caller's to free; returns how many.
 */
size_t changes_of(const double *x, const bool *lonely, size_t n, double alpha, double margin,
		  struct change **changes);

/* lonely has room for n. Returns how many. */
size_t lonely_of(const double *x, size_t n, bool *lonely);

#endif
