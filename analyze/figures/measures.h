/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run as figures that may be compared with those of another run of other length and speed:
 * throughput, CPU and return on investment as they are, costs per byte moved, counts per gigabyte.
 * What a metric is, and so how it scales, is what the registry says of it.
 *
 *   measures_of()    all of one run
 *   measures_free()
 */
#ifndef ANALYZE_FIGURES_MEASURES_H
#define ANALYZE_FIGURES_MEASURES_H

#include "base/memory.h"
#include "analyze/figures/roi.h"
#include "analyze/load/run.h"

/* In the order in which they are read. */
enum section {
	SECTION_RESULT,	   /* what the configuration gave and cost as a whole */
	SECTION_COST,	   /* CPU ns per KB of each component; they add up */
	SECTION_SYMBOLS,   /* functions, by their samples: CPU ns per KB */
	SECTION_SYSCALLS,  /* calls per GB, and the time of one */
	SECTION_RECEIVE,   /* bytes that one receive brought */
	SECTION_TCP,	   /* connections */
	SECTION_MECHANISM, /* counters that explain why a component moved */
	SECTION_CPU,	   /* modes of CPU time */
	SECTION_DEVICE,	   /* device and backlog */
	SECTIONS,
};

struct measure {
	enum section section;
	enum record_end end;
	const char *name;
	const char *unit;
	enum metric_better better;
	enum metric_id source; /* a run that has rows of it, but not this one, has a zero here */
	double quantum;	       /* what one count is worth; 0 for a level */
	double value;
	double error; /* its standard error as a part of it, where it was counted in slices; NAN: not known */
};

/* The name of the line of an end's costs that is the sum of its others. */
#define MEASURE_COST_TOTAL "total"
/* What the kernel's accounting of CPU time says of the same: exact where samples are few. */
#define MEASURE_COST_ACCOUNTED "as accounted"

struct measures {
	struct arena texts;
	struct measure *at;
	size_t count;
};

void measures_of(struct measures *m, const struct run *run, const struct exponents *exponents);
void measures_free(struct measures *m);

/* What one sample of an end is worth: ns per KB, or where the profile does not know that, percent. */
double sample_worth(const struct run *run, enum record_end end);
/* For END_HOST that of the receiver, or of the sender where only that is known. */

#endif
