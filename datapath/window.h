/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The measured interval at one end: the counters of all flows at its two edges, and the figures
 * that are their difference.
 *
 *   window_open()   take the first snapshot; time_s counts from here
 *   window_tick()   a row of the bytes since the row before
 *   window_close()  take the second one
 *   window_write()  the figures over the whole window as rows
 *   window_ns()     its length
 */
#ifndef DATAPATH_WINDOW_H
#define DATAPATH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/flow.h"
#include "record/writer.h"

struct distributions;

/*
 * What the flows had counted, one after the other: where there are many, and others have the CPU in the midst of
 * them, the last is read long after the first.
 */
struct snapshot {
	struct counters *of; /* each flow */
	struct distributions *distributions;
	uint64_t mean_ns;   /* when they were read, in the mean */
	uint64_t spread_ns; /* from the first to the last */
};

struct window {
	const struct flows *flows;
	uint64_t message; /* bytes of one, but for long flows beside requests */
	struct snapshot at_open;
	struct snapshot at_close;
	uint64_t open_ns; /* 0: not yet */
	uint64_t close_ns;
	uint64_t tick_bytes;
	uint64_t unanswered; /* --rpc */
	uint64_t unsent;     /* --udp with --rate */
};

/* -1: no memory. */
int window_init(struct window *w, const struct flows *flows, uint64_t message);
void window_open(struct window *w);
void window_tick(struct window *w, struct writer *out);
void window_close(struct window *w);
void window_write(const struct window *w, struct writer *out);
void window_free(struct window *w);

/*
 * How long the flows' own windows are, in the mean: the sum of what they counted is of so long, where all of them are
 * alike. 0 before the close.
 */
uint64_t window_ns(const struct window *w);

/* Sums over the flows: close minus open. */
void window_difference(const struct window *w, struct counters *sum);

#endif
