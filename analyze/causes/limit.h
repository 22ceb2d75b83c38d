/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What held the throughput where it was, and what each component of a CPU's cost took of it.
 *
 *   limit_of()      of a set of runs: a CPU, a window, a rate, or none that is recorded
 *   split_of()      the change in throughput between two sets, by the components of an end's cost
 *   split_free()
 *
 * Where a CPU is the limit, throughput is its time by its cost of a byte: T = U / (c1 + c2 + …). So the
 * logarithm of the change in T is that of U less the shares of the components, by their log-mean
 * (LMDI: Ang, Energy Policy 33, 2005): they add up without a rest.
 */
#ifndef ANALYZE_CAUSES_LIMIT_H
#define ANALYZE_CAUSES_LIMIT_H

#include "analyze/figures/design.h"

struct limit {
	const char *id;	   /* "tx_cpu" */
	const char *words; /* "the sender's CPU" */
	double figure;	   /* NAN for none */
	const char *unit;
	enum record_end end; /* whose CPU; END_HOST if it is none */
};

struct limit limit_of(const struct configuration *c, const bool *apart);

struct split_line {
	const char *component; /* NULL: CPU time that the end had */
	double from, to;       /* ns/KB; of the CPU time % of one CPU */
	double points;	       /* percent of the logarithm of throughput; they add up */
	double off;	       /* their standard error, by how few samples the costs are of */
};

struct split {
	enum record_end end;
	struct split_line *at; /* what took most first */
	size_t count;
	double points; /* 100 x log of the ratio of throughputs */
};

/* No lines where nothing was sampled. d is of the set from which and the set to which it moved. */
struct split split_of(const struct design *d, enum record_end end);
void split_free(struct split *s);

#endif
