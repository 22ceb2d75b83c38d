/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of an experiment. It keeps its plan, so that it can be gone on with, and so that
 * runs of another plan cannot be mixed in unseen. What is gone on with may have more repeats and
 * more values in its lists than before, and nothing else may differ.
 *
 *   output_name()     the directory: as asked, or named by the time; to be freed
 *   output_take_up()  what is there already becomes a part of this plan: its seed, its repeats, the
 *                     order of its lists; before plan_expand()
 *   output_plan()     what it keeps of the plan
 *   output_open()     make it, keep others out while this process lives, and keep the plan in it
 *   output_begin()    make the directory of a configuration
 *   output_is_whole() whether a run is there: one that was cut by a crash or a full disk, or anything
 *                     else that has its name, is none
 */
#ifndef ZCPROF_RUN_OUTPUT_H
#define ZCPROF_RUN_OUTPUT_H

#include "zcprof/run/settings.h"

char *output_name(const struct settings *settings);
/* 0, or -1 after saying why. */
int output_take_up(const char *directory, struct settings *settings);
/* The whole plan, but for its first line, which names the directory; to be freed. NULL: no memory left. */
char *output_plan(const struct settings *settings);
int output_open(const char *directory, const struct settings *settings);
int output_begin(const char *directory, const struct configuration *configuration);
bool output_is_whole(const char *path);

#endif
