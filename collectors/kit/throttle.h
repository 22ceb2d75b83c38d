/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the kernel stopped an event that samples, because its interrupts came faster than it allows
 * (kernel.perf_event_max_sample_rate, which it lowers itself where they take long): it says so in the event's ring.
 *
 *   throttle_open()   of an event's descriptor, before the event is enabled
 *   throttle_ns()     how long it stood still between two moments
 *   throttle_close()  zeroed is fine
 *
 * The event's clock is to be CLOCK_MONOTONIC (attr.use_clockid).
 */
#ifndef COLLECTORS_KIT_THROTTLE_H
#define COLLECTORS_KIT_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct throttle {
	void *ring;
	size_t size;
};

/* 0 or a negative errno: what can be locked of memory may be spent. */
int throttle_open(struct throttle *t, int fd);
/* -1: it is not known. *whole: false where the ring was full, so that there may have been more. */
int throttle_ns(const struct throttle *t, uint64_t from_ns, uint64_t to_ns, uint64_t *ns,
		bool *whole);
void throttle_close(struct throttle *t);

#endif
