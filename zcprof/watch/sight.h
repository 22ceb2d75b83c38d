/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of one look, kept for as long as somebody looks at them, whatever the series goes on to
 * hear: histograms are left out.
 *
 *   sight_take()  those of the series' last look, in place of those that it held
 *   sight_find()  one of them; NULL: it was not there
 *   sight_sum()   of a metric at an end, over all keys; *any: was there one?
 *   sight_total() the same of what came since the window opened
 *   sight_has()   does it have a figure of that source?
 *   sight_free()  zeroed is fine
 */
#ifndef ZCPROF_WATCH_SIGHT_H
#define ZCPROF_WATCH_SIGHT_H

#include "zcprof/watch/series.h"

struct sight {
	struct figure *figures; /* in the order of the registry, by end and key */
	size_t count, room;
	char *keys;
	size_t keys_used, keys_room;
	double at_s;   /* since the window's start */
	double step_s; /* since the look before */
};

/* 0, or -1 where there is no memory: then it holds none. */
int sight_take(struct sight *sight, const struct series *s);
const struct figure *sight_find(const struct sight *sight, enum metric_id id, enum record_end end,
				const char *key);
/* Of the steps: of totals what came since the look before. */
double sight_sum(const struct sight *sight, enum metric_id id, enum record_end end, bool *any);
double sight_total(const struct sight *sight, enum metric_id id, enum record_end end, bool *any);
bool sight_has(const struct sight *sight, const char *source);
void sight_free(struct sight *sight);

#endif
