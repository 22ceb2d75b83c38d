/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of consistency.h, one after the other: contradictions.c has the list, and those of parts and wholes;
 * contradictions_time.c those of windows, CPU time and calls; contradictions_bytes.c those of bytes.
 *
 *   say()          a sentence of what does not add up
 *   rows_of()      how many rows there are of a metric
 *   window_of()    for how long a source looked; where it does not say, the run's window
 *   in_flight()    bytes by which what two ends moved may differ
 */
#ifndef ANALYZE_LOAD_CONTRADICTIONS_H
#define ANALYZE_LOAD_CONTRADICTIONS_H

#include "analyze/load/consistency.h"

/* Ticks and samples of what runs by the same timer are no sample of it. */
#define BIAS 0.1

struct saying {
	void (*say)(void *data, const char *sentence);
	void *data;
	const struct consistency *of;
};

__attribute__((format(printf, 2, 3))) void say(const struct saying *to, const char *format, ...);
unsigned int rows_of(const struct consistency *c, enum metric_id id);
double window_of(const struct consistency *c, const char *source);
double in_flight(const struct consistency *c, double bytes);

void windows_of_ends(const struct consistency *c, const struct saying *to);
void windows_of_sources(const struct consistency *c, const struct saying *to);
void cpu_window(const struct consistency *c, const struct saying *to);
void cpu_busy(const struct consistency *c, const struct saying *to);
void cpu_threads(const struct consistency *c, const struct saying *to);
void cpu_components(const struct consistency *c, const struct saying *to);
void cpu_softirq(const struct consistency *c, const struct saying *to);
void bytes_of_ends(const struct consistency *c, const struct saying *to);
void bytes_of_flows(const struct consistency *c, const struct saying *to);
void bytes_of_segments(const struct consistency *c, const struct saying *to);
void bytes_of_devices(const struct consistency *c, const struct saying *to);
void bytes_of_report(const struct consistency *c, const struct saying *to);
void calls_of_threads(const struct consistency *c, const struct saying *to);

#endif
