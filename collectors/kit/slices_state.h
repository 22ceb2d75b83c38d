/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slices of one source are: between slices.c, which has the sources take turns, and
 * slices_say.c, which says what was met in them and how sure it is. Nobody else looks inside.
 */
#ifndef COLLECTORS_KIT_SLICES_STATE_H
#define COLLECTORS_KIT_SLICES_STATE_H

#include <stdbool.h>

#include "collectors/kit/extent.h"
#include "collectors/kit/slices.h"

struct slices {
	const struct slices_work *work;
	void *state;
	bool whole, open, busy; /* between its edges; in its turn */
	bool over;		/* its window, or it could not be switched on */
	bool watched;		/* counts all of it, so far */
	__u64 opened_ns, events;
	__u64 runs, runs_ns;   /* of programs that stay in place, and when that was */
	__u64 rests_until_ns;  /* it was so dear that it has no turn before */
	double may;	       /* so many more events before it takes turns */
	struct extent certain; /* counted before it took turns */
	__u64 *certain_total;  /* of each figure */
	unsigned int turns;
	__u64 window_ns; /* how long it is to be; 0: not known */
	struct extent begun, window;
	struct sampled sampled;
	__u64 *total; /* of each figure, as it was after the slice before */
	struct moments *moments;
	struct slices_ratio *ratio_total; /* likewise, and room for the next */
	struct products *products;
};

/* A slice has been, between two readings, and was so long itself: what came in it, and its figures. */
void slices_add(struct slices *s, struct extent from, struct extent to, __u64 ns);

#endif
