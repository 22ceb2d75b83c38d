/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a metric over several runs, each run first, then the mean of the runs.
 *
 *   averages_of()    every key that any run has, in order
 *   averages_add_keys()  those of others, too
 *   averages_get()   the figure of one key; NAN where no run has it
 *   averages_sum()   of all keys
 *   averages_margin()  how far off the mean of a key may be, as its runs counted in slices
 *   averages_unseen()  how much the mean of a key may be that is zero because slices met nothing of it
 *   averages_free()
 *   average_of_runs()  of what a function makes of each run
 */
#ifndef ANALYZE_FIGURES_AVERAGE_H
#define ANALYZE_FIGURES_AVERAGE_H

#include "analyze/load/group.h"

/*
 * MEAN of a total counts a run that measured the source but lacks the key as a zero; of a gauge it
 * leaves such a run out. LEAST and MOST are for extremes.
 */
enum average_how { MEAN, LEAST, MOST };

struct average {
	const char *key; /* belongs to the runs */
	double value;
};

struct averages {
	struct average *at;
	size_t count;
};

struct averages averages_of(const struct configuration *c, enum metric_id id, enum record_end end,
			    enum average_how how);
void averages_add_keys(struct averages *averages, const struct averages *of);
double averages_get(const struct averages *averages, const char *key);
double averages_sum(const struct averages *averages);
/*
 * 95 %, as a part of the mean: by the errors of the runs, not by how much these differ. 0: all of it
 * was counted; NAN: not known.
 */
double averages_margin(const struct configuration *c, enum metric_id id, enum record_end end,
		       const char *key);
/* As sampling_unseen() of one run. */
double averages_unseen(const struct configuration *c, enum metric_id id, enum record_end end);
void averages_free(struct averages *averages);
/* Of the runs that have it; NAN where none has. c may be NULL. */
double average_of_runs(const struct configuration *c,
		       double (*figure)(const struct run *run, enum record_end end),
		       enum record_end end);

#endif
