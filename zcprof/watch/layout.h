/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a look stands where on a screen: figures and what the person chose in, pieces of text out.
 *
 *   layout()  all of it: a head, the CPUs as bars, a block per question, what the keys do
 */
#ifndef ZCPROF_WATCH_LAYOUT_H
#define ZCPROF_WATCH_LAYOUT_H

#include "zcprof/watch/canvas.h"
#include "zcprof/watch/sight.h"
#include "zcprof/watch/view.h"

void layout(struct canvas *c, const struct sight *sight, const struct view *view);

#endif
