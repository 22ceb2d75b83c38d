/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a run's cost: what a person can act on beneath a component, such as netfilter or packet
 * taps, told by the functions that were sampled (record/components.def). Records of any age have them.
 *
 *   part_cost()          ns per KB of an end; NAN where no functions were sampled
 *   part_of_function()   PART_COUNT: none of them
 *   function_cost()      the same of one function, named as "object;function"
 *   profile_is_shares()  of a profile that does not know what a sample is worth: then costs are % of its samples
 *   profile_least()      what a function may cost that a table does not list which was cut off; else 0
 */
#ifndef ANALYZE_FIGURES_PARTS_H
#define ANALYZE_FIGURES_PARTS_H

#include "analyze/load/run.h"
#include "record/components.h"

bool profile_is_shares(const struct run *run, enum record_end end);
double profile_least(const struct run *run, enum record_end end);
double part_cost(const struct run *run, enum record_end end, enum part part);
enum part part_of_function(const struct run *run, enum record_end end, const char *function);
double function_cost(const struct run *run, enum record_end end, const char *function);

#endif
