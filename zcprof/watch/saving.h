/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of a window that goes on, as it is now.
 *
 *   saving_begin()  into this folder, named by the time: what the window's own record has so far. False after
 *                   saying why not. What else there is now goes into the writer
 *   saving_end()    all is in it: says where
 *   saving_drop()   it cannot be whole; zeroed is fine
 */
#ifndef ZCPROF_WATCH_SAVING_H
#define ZCPROF_WATCH_SAVING_H

#include "record/writer.h"

struct saving {
	struct writer *writer; /* NULL: none is being written */
	char path[64];
};

bool saving_begin(struct saving *s, struct writer *so_far);
/* at_s: since the window opened. */
void saving_end(struct saving *s, double at_s);
void saving_drop(struct saving *s);

#endif
