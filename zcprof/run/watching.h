/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What 'zcprof run --live' shows of the run that goes on: a look each second while its window is open, by the
 * collectors of all machines and by what the ends say.
 *
 *   watching_open()    before the first run
 *   watching_begin()   a run begins
 *   watching_opened()  so has its window
 *   watching_moved()   so many bytes more until a time of the window, as an end said
 *   watching_until()   when the next look is due, or the deadline where that is earlier
 *   watching_heed()    after each wait: keys, and a look that is due
 *   watching_closed()  the window is over
 *   watching_close()   the terminal as it was; safe at any time
 *
 * Where nobody asked for it they do nothing.
 */
#ifndef ZCPROF_RUN_WATCHING_H
#define ZCPROF_RUN_WATCHING_H

#include "zcprof/run/running.h"
#include "zcprof/watch/live.h"
#include "zcprof/watch/saving.h"

struct watching {
	bool asked;
	struct live live;
	struct series *series; /* of the window that is open; NULL: none is */
	struct writer *into;   /* the look that is under way */
	bool awaited;	       /* by hosts, too */
	bool wanted;	       /* a record of what is now, by the next look */
	struct saving saving;  /* of the look that is under way */
	uint64_t opened_ns, next_ns;
	double bytes[END_COUNT],
		moved_s[END_COUNT]; /* and when the end said so, since the window opened */
	char title[300];
};

void watching_open(struct experiment *x);
void watching_begin(struct running *r);
void watching_opened(struct running *r);
void watching_moved(struct running *r, enum record_end end, double bytes, double at_s);
int watching_fd(const struct running *r);
uint64_t watching_until(const struct running *r, uint64_t deadline_ns);
void watching_heed(struct running *r);
void watching_closed(struct running *r);
void watching_close(struct experiment *x);

#endif
