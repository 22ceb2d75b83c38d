/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is going on as lines, each about one thing and with its time: for a file, a pipe, or beside a
 * command's own output.
 *
 *   lines_show()  the figures of the last look, of the ends that there are
 */
#ifndef ZCPROF_WATCH_LINES_H
#define ZCPROF_WATCH_LINES_H

#include "zcprof/watch/series.h"

void lines_show(const struct series *s, const bool end[END_COUNT]);

#endif
