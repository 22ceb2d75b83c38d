/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every figure of one source, as the registry knows it: what came of it in a second, and since the window opened.
 *
 *   listing_put()     as many lines as there is room for, from view->from on
 *   listing_source()  the source behind, or before, that one, of those that have a figure; NULL stands for the
 *                     screen without a list, which is between the last and the first
 */
#ifndef ZCPROF_WATCH_LISTING_H
#define ZCPROF_WATCH_LISTING_H

#include "zcprof/watch/canvas.h"
#include "zcprof/watch/sight.h"
#include "zcprof/watch/view.h"

void listing_put(struct canvas *c, const struct sight *sight, const struct view *view, int row,
		 int rows);
const char *listing_source(const struct sight *sight, const char *source, bool before);

#endif
