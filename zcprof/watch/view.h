/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the person who watches chose, and what is said beside the figures. */
#ifndef ZCPROF_WATCH_VIEW_H
#define ZCPROF_WATCH_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

/* By what the lines of a block are sorted, the largest first; by name the other way round. */
enum view_order { ORDER_NOW, ORDER_TOTAL, ORDER_NAME, ORDER_COUNT };

#define VIEW_SAID 3

/* A source that could not measure. */
struct view_absent {
	char source[24];
	enum record_end end; /* END_HOST, or that of another machine */
	char why[200];
};

struct view {
	const char *title;
	enum view_order order;
	int end;	    /* enum record_end; END_COUNT: all */
	const char *source; /* all of whose figures are listed; NULL: the largest of each kind */
	int from;	    /* the first line that is shown of a list */
	bool paused;
	bool over; /* nothing is measured any more */
	bool help;
	const char *said[VIEW_SAID]; /* the last messages, until a key is pressed */
	size_t said_count;
	const struct view_absent *absent;
	size_t absent_count;
	bool of_device[END_COUNT]; /* the bytes of an end are those that a device counts */
};

/* A machine that an end has of its own is shown with it, and as a machine. */
static inline bool view_shows(const struct view *view, enum record_end end)
{
	return view->end == END_COUNT || (int)end_side(end) == view->end ||
	       (view->end == END_HOST && end_is_machine(end));
}

#endif
