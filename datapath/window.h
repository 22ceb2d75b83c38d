/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The measured interval at one end: the counters of all flows at its two edges, and the figures
 * that are their difference.
 *
 *   window_open()   take the first snapshot; time_s counts from here
 *   window_tick()   a row of the bytes since the row before
 *   window_close()  take the second one
 *   window_write()  the figures over the whole window as rows
 */
#ifndef DATAPATH_WINDOW_H
#define DATAPATH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/flow.h"
#include "record/writer.h"

struct distributions;

struct window {
	const struct flows *flows;
	uint64_t message; /* bytes of one, but for long flows beside requests */
	struct counters *at_open;
	struct counters *at_close;
	uint64_t open_ns; /* 0: not yet */
	uint64_t close_ns;
	uint64_t tick_bytes;
	struct distributions *distributions_at_open;
	struct distributions *distributions_at_close;
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

/* Sums over the flows: close minus open. */
void window_difference(const struct window *w, struct counters *sum);

#endif
