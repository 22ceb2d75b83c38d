/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well the throughput of a configuration is known.
 *
 *   until_width()    half the width of its 95 % interval after so many rounds
 *
 * Of one configuration alone its throughput; of several the ratio of each to the first within rounds,
 * which is what they are compared by. On logarithms, by Student's t, as zcroi has it.
 */
#ifndef ZCPROF_RUN_UNTIL_H
#define ZCPROF_RUN_UNTIL_H

#include "zcprof/run/run.h"

/* As a part of the figure: 0.02 for ±2 %. INFINITY where fewer than two rounds have it. */
double until_width(const struct experiment *x, size_t configuration, unsigned int rounds);

#endif
