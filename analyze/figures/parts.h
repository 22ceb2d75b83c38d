/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a run's cost: what a person can act on beneath a component, such as netfilter or packet
 * taps, told by the functions that were sampled (record/components.def). Records of any age have them.
 *
 *   part_cost()   ns per KB of an end; NAN where no functions were sampled
 */
#ifndef ANALYZE_FIGURES_PARTS_H
#define ANALYZE_FIGURES_PARTS_H

#include "analyze/load/run.h"
#include "record/components.h"

double part_cost(const struct run *run, enum record_end end, enum part part);

#endif
