/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which run is next, and when there are enough: what is there already is not run again, what is known as
 * well as --until asks is left out of later rounds, and what does not fit into --within is given up.
 *
 *   pace_open()      of an experiment whose order is known
 *   pace_next()      the next run
 *   pace_unable()    nor any repeat of this one
 *   pace_end()       says how it ended, and leaves a record of what it did not run at all
 *   pace_seconds()   what is left to do, as it is reckoned before a run was seen
 *   pace_finished()  runs that are there
 *
 * Where the time that is left is less than a round takes, its runs go in the order of how little is known of
 * them: the fewest runs first, then the widest interval.
 */
#ifndef ZCPROF_RUN_PACE_H
#define ZCPROF_RUN_PACE_H

#include "zcprof/run/experiment.h"

struct pace {
	struct experiment *x;
	size_t at;    /* in the order */
	bool *known;  /* of each configuration: as well as asked */
	bool *unable; /* it cannot run */
	bool in_time; /* there was time for all */
};

/* 0, or -1 after saying that there is no memory left. */
int pace_open(struct pace *p, struct experiment *x);
/* Its place in the order; false: there is none, or no time for it. */
bool pace_next(struct pace *p, size_t *slot);
void pace_unable(struct pace *p, size_t slot);
void pace_end(struct pace *p);
void pace_close(struct pace *p);
double pace_seconds(const struct experiment *x);
size_t pace_finished(const struct experiment *x);

#endif
