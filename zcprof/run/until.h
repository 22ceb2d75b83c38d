/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an experiment that goes on until its figures are narrow has enough.
 *
 *   until_width()    half the width of the widest 95 % interval of throughput after so many rounds
 *
 * Of one configuration its throughput; of several the ratio of each to the first within rounds,
 * which is what they are compared by. On logarithms, by Student's t, as zcroi has it.
 */
#ifndef ZCPROF_RUN_UNTIL_H
#define ZCPROF_RUN_UNTIL_H

#include "zcprof/run/run.h"

/* As a part of the figure: 0.02 for ±2 %. INFINITY where runs are missing or too few. */
double until_width(const struct experiment *x, unsigned int rounds);

#endif
