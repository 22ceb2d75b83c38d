/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the person who watches chose, and what is said beside the figures. */
#ifndef ZCPROF_WATCH_VIEW_H
#define ZCPROF_WATCH_VIEW_H

#include <stdbool.h>

/* By what the lines of a block are sorted, the largest first; by name the other way round. */
enum view_order { ORDER_NOW, ORDER_TOTAL, ORDER_NAME, ORDER_COUNT };

struct view {
	const char *title;
	enum view_order order;
	int end; /* enum record_end; END_COUNT: all */
	bool paused;
	bool help;
	const char *said; /* the last message; NULL: none */
};

#endif
