/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPUs of each end as bars: user, system, softirq, irq and what no tick met of the time since the look before.
 *
 *   bars_put()  at most so many rows; returns how many it took
 *
 * An end whose CPUs are not its own is shown by what its threads took.
 */
#ifndef ZCPROF_WATCH_BARS_H
#define ZCPROF_WATCH_BARS_H

#include "zcprof/watch/canvas.h"
#include "zcprof/watch/sight.h"
#include "zcprof/watch/view.h"

int bars_put(struct canvas *c, int row, int rows, const struct sight *sight,
	     const struct view *view);

#endif
