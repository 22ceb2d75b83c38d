/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person watches while it is measured: a screen, where standard input and output are a
 * terminal that can be one and nobody else writes to it; elsewhere lines.
 *
 *   live_begin()  alone: nobody else writes to the terminal. Safe to call where there is a screen already
 *   live_device() the bytes of that end are those of a device
 *   live_absent() a source that does not measure, at the end of a machine, and why
 *   live_show()   the figures of the last look
 *   live_fd()     to poll: a key was pressed; -1: there are none
 *   live_heed()   what the keys ask of the caller; to be called after every poll
 *   live_hold()   it is over: the screen stays as it is until the person, or a signal, asks to leave
 *   live_end()    the terminal as it was; safe at any time
 */
#ifndef ZCPROF_WATCH_LIVE_H
#define ZCPROF_WATCH_LIVE_H

#include "zcprof/watch/screen.h"

struct live {
	struct screen *screen; /* NULL: lines */
	bool end[END_COUNT];   /* that there are */
	bool left;	       /* the person has seen enough */
};

void live_begin(struct live *l, const char *title, bool alone);
void live_device(struct live *l, enum record_end end);
void live_absent(struct live *l, enum record_end end, const char *source, const char *why);
void live_show(struct live *l, const struct series *s);
int live_fd(const struct live *l);
enum screen_wish live_heed(struct live *l);
void live_hold(struct live *l);
void live_end(struct live *l);

#endif
