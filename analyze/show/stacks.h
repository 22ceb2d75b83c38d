/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of a configuration's runs, for the viewers of others.
 *
 *   stacks_folded()      "end;context;command;outermost;…;leaf samples", a line a stack: what flamegraph.pl,
 *                        inferno, speedscope and the Firefox Profiler read
 *   stacks_speedscope()  as speedscope's JSON: a profile for each end and context
 *
 * 0, or -1 after saying that there are none, or that standard output refused it.
 */
#ifndef ANALYZE_SHOW_STACKS_H
#define ANALYZE_SHOW_STACKS_H

#include "analyze/load/group.h"

int stacks_folded(const struct configuration *c);
int stacks_speedscope(const struct configuration *c);

#endif
