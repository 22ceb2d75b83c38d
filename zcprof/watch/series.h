/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of a window that goes on: what each is so far, and what it became since the look before.
 *
 *   series_new()
 *   series_bound()   it takes so many figures at most (SERIES_MAX)
 *   series_look()    begin a look: its rows go to the writer that it returns
 *   series_last()    begin the one at the end: as series_look(), of metrics that had a look before
 *   series_more()    begin a window of its own behind those before: its totals are added to theirs
 *   series_each()    every figure of the last look, in the order of the registry, by end and key
 *   series_ever()    likewise, and those that were in a look before and are gone
 *   series_find()    one of them; NULL: it was not there
 *   series_free()
 *
 * A total that was scaled up from slices may come out lower than a moment ago: then its step is
 * negative, so that the sum of all steps is the total; what is said of it as a total, which may only
 * grow, is held until it is higher again. A level is what it is now, and a mean over the window that
 * since the look before; gauges, of which no such thing can be said, are left out, and so are facts. But for how
 * far off a total may be that was scaled up (collector.error, .share, .blind): that is of the look it came with.
 */
#ifndef ZCPROF_WATCH_SERIES_H
#define ZCPROF_WATCH_SERIES_H

#include <stdbool.h>

#include "record/writer.h"

/* Figures that are kept; those of more are left out, and counted. */
#define SERIES_MAX 200000

struct figure {
	enum metric_id id;
	enum record_end end;
	const char *key; /* "" for none */
	double total;	 /* of a total: since the window's start; of a gauge: now */
	double step;	 /* of a total: since the look before; of a gauge: now */
	bool seen;	 /* in the last look */
	size_t nth;	 /* so many others of its metric were seen before it */
};

struct series;

struct series *series_new(void); /* NULL: no memory */
void series_bound(struct series *s, size_t most);
/* at_s: since the window's start. */
struct writer *series_look(struct series *s, double at_s);
struct writer *series_last(struct series *s, double at_s);
struct writer *series_more(struct series *s, double seconds);
/* How long after the look before; seconds. */
double series_step_s(const struct series *s);
double series_at_s(const struct series *s);
size_t series_left_out(const struct series *s);
typedef void (*series_fn)(void *data, const struct figure *f);
void series_each(const struct series *s, series_fn on_figure, void *data);
void series_ever(const struct series *s, series_fn on_figure, void *data);
/* Of one metric. */
void series_ever_of(const struct series *s, enum metric_id id, series_fn on_figure, void *data);
const struct figure *series_find(const struct series *s, enum metric_id id, enum record_end end,
				 const char *key);
void series_free(struct series *s);

#endif
