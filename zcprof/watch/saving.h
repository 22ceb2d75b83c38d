/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of a window that goes on, as it is now.
 *
 *   saving_write()  into this folder, named by the time: what the window's own record has so far, and the rows
 *                   that the callback adds. Says where, or why not
 */
#ifndef ZCPROF_WATCH_SAVING_H
#define ZCPROF_WATCH_SAVING_H

#include "record/writer.h"

typedef void (*saving_fn)(void *data, struct writer *w);

/* at_s: since the window opened. */
void saving_write(struct writer *so_far, double at_s, saving_fn more, void *data);

#endif
