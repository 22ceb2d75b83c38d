/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person watches while it is measured: a few lines, each about one thing. On a terminal they
 * are written over one another; elsewhere, and beside a command's own output, each is a line of its
 * own with its time. The terminal is put into no mode that would have to be left again.
 *
 *   live_show()  the figures of the last look
 *   live_end()   leave the cursor below the screen
 */
#ifndef ZCPROF_WATCH_LIVE_H
#define ZCPROF_WATCH_LIVE_H

#include "zcprof/watch/series.h"

struct live {
	bool screen; /* lines over one another; set by the caller */
	int lines;   /* that the screen has by now */
	const char *title;
	bool end[END_COUNT]; /* that there are */
};

void live_show(struct live *l, const struct series *s);
void live_end(struct live *l);

#endif
