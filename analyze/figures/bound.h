/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run could give at the most if a part of its CPU cost were nothing: a bound, which no remedy
 * reaches, for what takes its place costs something too.
 *
 *   spared_find()     a component, a part of one, or a function, by its name
 *   spared_share()    its share of what an end's CPUs cost in a run
 *   spared_samples()  how many samples that is of
 *   bound_of()        of a configuration: by how much throughput could rise, CPU fall and ROI rise
 *
 * Where an end's CPU is the limit, T = CPU time / cost per byte, so that T could be 1 / (1 - share) times as
 * much: "14.5 million packets per second, 30 % of it in the page allocator: 20 without" (page_pool's
 * beginnings, 2016). Then the other end's CPU may be the next limit.
 */
#ifndef ANALYZE_FIGURES_BOUND_H
#define ANALYZE_FIGURES_BOUND_H

#include "analyze/figures/stats.h"
#include "analyze/load/group.h"
#include "record/components.h"

struct spared {
	enum component component; /* COMPONENT_COUNT: not one */
	enum part part;		  /* PART_COUNT: not one */
	const char *function;	  /* NULL: not one */
	const char *name;
};

/* "memory", "data_copy", "page allocator", or a function of the kernel. Case and _ do not matter. */
struct spared spared_find(const char *name);

/* 0 to 1; NAN where nothing was sampled. */
double spared_share(const struct run *run, enum record_end end, const struct spared *spared,
		    size_t count);

/* NAN where nothing was sampled. */
double spared_samples(const struct run *run, enum record_end end);

struct bound {
	struct interval
		ratio; /* of throughput, where the end's CPU is the limit; 1 / ratio of its CPU time else */
	double share;	/* mean */
	double samples; /* in all runs */
};

/* With the samples' own error where runs differ by less. */
struct bound bound_of(const struct configuration *c, enum record_end end,
		      const struct spared *spared, size_t count);

#endif
