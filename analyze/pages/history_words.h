/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer of zcroi history: the changes of each configuration, the figures that moved, and why.
 *
 *   history_page()
 */
#ifndef ANALYZE_PAGES_HISTORY_WORDS_H
#define ANALYZE_PAGES_HISTORY_WORDS_H

#include "analyze/figures/changes.h"
#include "analyze/load/timeline.h"
#include "analyze/options.h"

/* A figure that moved. */
struct moved {
	enum quantity quantity;
	struct change change;
};

/* Figures that moved at one time. */
struct event {
	struct moved *moved;
	size_t count;
	size_t surest; /* of them */
};

/* One configuration over time. */
struct history {
	const struct timeline *line;
	double *series[QUANTITIES]; /* per point; NAN where not measured */
	size_t measured[QUANTITIES];
	size_t *strangers; /* runs of a point that are unlike their siblings, and left out of it */
	bool *lonely;	   /* points that are unlike those before and behind them */
	struct event *events;
	size_t event_count;
};

/* 0, or -1 after saying that standard output refused it. all: the figures of every point in text too. */
int history_page(const struct experiment *e, const struct history *histories, size_t count,
		 const struct common *common, bool all);

#endif
