/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of an experiment is asked for, by --where.
 *
 *   chosen_value()  what configurations are told apart by, of one: "several" where its runs do not agree
 *   chosen_is()     whether all conditions of a pivot hold of it
 *   chosen_keep()   all others are freed, so that tables and remarks are of these alone; -1 after saying that none is
 *                   left, and what there is
 */
#ifndef ANALYZE_FIGURES_CHOSEN_H
#define ANALYZE_FIGURES_CHOSEN_H

#include "analyze/figures/pivot.h"
#include "analyze/load/group.h"

/* configuration: NULL of one that was not run, whose refusal run is. */
const char *chosen_value(const struct dimension *d, const struct configuration *configuration,
			 const struct run *run, struct arena *texts);
bool chosen_is(const struct pivot *p, const struct configuration *configuration,
	       const struct run *run, struct arena *texts);
int chosen_keep(struct experiment *e, const struct pivot *p);

#endif
