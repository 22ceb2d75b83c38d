/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Perf events counted on every CPU that is online, two by two: the events of a pair count at the
 * same time, so that their ratio is right, and pairs take turns where the PMU has too few counters
 * (perf_event_open(2), "time_running").
 *
 *   perf_cpus_open()   begin to count
 *   perf_cpus_read()   all of them at an edge
 *   perf_cpus_value()  what one event counted on one CPU between the edges, scaled up to the window
 *   perf_cpus_close()  NULL is fine
 */
#ifndef COLLECTORS_KIT_PERF_CPUS_H
#define COLLECTORS_KIT_PERF_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collectors/kit/measurement.h"

struct perf_kind {
	uint32_t type; /* PERF_TYPE_… */
	uint64_t config;
};

struct perf_cpus;

/*
 * pairs: of two kinds each; the array stays the caller's, and has to outlive this. NULL with *error, an errno, where the
 * first pair's first event cannot be counted; another that cannot is left out.
 */
struct perf_cpus *perf_cpus_open(const struct perf_kind (*pairs)[2], size_t count, int *error);
int perf_cpus_read(struct perf_cpus *p, enum edge edge);
/* CPUs have lower numbers, with gaps where one is offline. */
unsigned int perf_cpus_bound(const struct perf_cpus *p);
/*
 * share: part of the window in which it was counted. False: it cannot be counted, never was, or its
 * CPU came in the window (share is 0 then).
 */
bool perf_cpus_value(const struct perf_cpus *p, unsigned int cpu, size_t pair, int which,
		     double *value, double *share);
void perf_cpus_close(struct perf_cpus *p);

#endif
