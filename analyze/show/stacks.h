/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of a configuration's runs, for the viewers of others.
 *
 *   stacks_folded()      "end;context;command;outermost;…;leaf samples", a line a stack: what flamegraph.pl,
 *                        inferno, speedscope and the Firefox Profiler read
 *   stacks_speedscope()  as speedscope's JSON: a profile for each end and context
 *   stacks_pprof()       as pprof's protobuf, with end and context as labels: samples, and CPU ns where all were
 *                        taken at one period
 *
 * 0, or -1 after saying that there are none, or that standard output refused it.
 *
 *   stacks_samples()  what these are made of: samples of all runs, or none after saying so
 *   stacks_root()     how long the end and the context at the start of a stack are
 */
#ifndef ANALYZE_SHOW_STACKS_H
#define ANALYZE_SHOW_STACKS_H

#include "analyze/load/folded.h"
#include "analyze/load/group.h"

int stacks_folded(const struct configuration *c);
int stacks_speedscope(const struct configuration *c);
int stacks_pprof(const struct configuration *c);

struct folded stacks_samples(const struct configuration *c);
size_t stacks_root(const char *frames);

#endif
