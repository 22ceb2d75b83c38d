/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What perf stat counted: each event at its place, added up over intervals.
 *
 *   perf_events_take()     a line's
 *   perf_events_is_name()  is this word an event's name, and no unit?
 *   perf_events_finish()   as figures: of pmu, where ours counts the same, else import count
 *   perf_events_free()
 */
#ifndef ANALYZE_IMPORT_PERF_EVENTS_H
#define ANALYZE_IMPORT_PERF_EVENTS_H

#include "analyze/import/import.h"

/* Texts are borrowed until perf_events_take() returns. */
struct perf_event {
	double time_s;	   /* the interval's end; NAN: of the whole */
	const char *value; /* "<not supported>" too */
	const char *unit, *name;
	const char *place;  /* a CPU; NULL: all */
	bool added;	    /* the place is a core, a thread, …: places add up */
	bool thread;	    /* one that never ran is "not counted", and has none */
	const char *cgroup; /* NULL: none is told apart */
	bool grouped;	    /* thousands are told apart in the value, as some language does it */
	double percent_running; /* NAN */
};

struct perf_events {
	struct perf_counted *at;
	size_t count;
	struct arena texts;
	size_t next;   /* the event that is likely to be the next */
	double last_s; /* end of the last interval */
};

int perf_events_take(struct perf_events *all, struct input *in, const struct perf_event *e);
bool perf_events_is_name(const char *word);
int perf_events_finish(const struct perf_events *all, struct import *im, struct input *in);
void perf_events_free(struct perf_events *all);

#endif
