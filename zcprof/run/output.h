/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of an experiment. It keeps its plan, so that it can be gone on with, and so that
 * runs of another plan cannot be mixed in unseen.
 *
 *   output_name()   the directory: as asked, or named by the time; to be freed
 *   output_open()   make it, or take it up again: then the seed is its own
 *   output_begin()  make the directory of a configuration
 */
#ifndef ZCPROF_RUN_OUTPUT_H
#define ZCPROF_RUN_OUTPUT_H

#include "zcprof/run/settings.h"

char *output_name(const struct settings *settings);
/* 0, or -1 after saying why. */
int output_open(const char *directory, struct settings *settings);
int output_begin(const char *directory, const struct configuration *configuration);

#endif
