/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether figures of one run that were measured in different ways agree.
 *
 *   consistency_row()  each row of a record, of the window and inside it
 *   consistency_each() a sentence for each thing that does not add up
 *
 * What is compared, and how far it may be apart (ticks, samples and edges are not exact):
 *   CPU time of threads and of components against the busy time of the CPUs; bytes of the two ends;
 *   what was counted inside the window against the whole of it; the window of one end against the other.
 */
#ifndef ANALYZE_FIGURES_CONSISTENCY_H
#define ANALYZE_FIGURES_CONSISTENCY_H

#include <stdbool.h>

#include "record/reader.h"

struct consistency {
	double threads_ns, busy, billed_elsewhere_ns, components_ns, period_ns, spread_ns;
	unsigned int cpus;
	double bytes[END_COUNT], steps[END_COUNT], window_ns[END_COUNT];
	bool moved[END_COUNT]; /* it is said how much */
	bool attached, profiled;
};

void consistency_row(struct consistency *c, const struct row *row);
void consistency_each(const struct consistency *c,
		      void (*sentence)(void *data, const char *sentence), void *data);

#endif
