/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a data thread counts about itself. One thread writes, another reads at the edges of the
 * window: a counter is only ever replaced by one relaxed store of its next value, which costs no
 * more than an ordinary addition and can never be read half written.
 *
 *   count()           add to a counter
 *   count_up_to()     of what another counts: up to what that has now, never down
 *   count_received()  a receive of so many bytes
 *   receives_add()    the same of receives that come many at a time, mostly of one size
 *   receives_count()  count all that were added, at once
 *   counters_copy()   read all of another thread's
 */
#ifndef DATAPATH_COUNTERS_H
#define DATAPATH_COUNTERS_H

#include <stdint.h>

#include "record/histogram.h"

/* The system calls of data paths, by the kernel's names. */
#define CALLS_OF_PATHS(X)                                                                          \
	X(recvfrom)                                                                                \
	X(sendto)                                                                                  \
	X(recvmsg)                                                                                 \
	X(sendfile)                                                                                \
	X(epoll_wait)                                                                              \
	X(io_uring_enter)                                                                          \
	X(io_uring_register)                                                                       \
	X(poll)                                                                                    \
	X(sendmsg) X(setsockopt) X(getsockopt) X(ppoll) X(socket) X(connect) X(accept4) X(close)

enum call {
#define X(name) CALL_##name,
	CALLS_OF_PATHS(X)
#undef X
		CALLS
};

/* What holds a path up, or has to be done besides: rows of the registry. */
enum event {
#define METRIC(source, name, unit, kind, better, meaning)
#define PATH_EVENT(name, unit, better, meaning) EVENT_##name,
#include "record/metrics.def"
#undef METRIC
	EVENTS
};

struct counters {
	uint64_t bytes;
	uint64_t bytes_zerocopy;
	uint64_t bytes_copied;
	uint64_t call[CALLS];
	uint64_t event[EVENTS];
	uint64_t receive_size[HISTOGRAM_BUCKETS];
	uint64_t receive_frags[HISTOGRAM_BUCKETS]; /* of paths that count frags */
};

static inline void count(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

static inline void count_up_to(uint64_t *counter, uint64_t now)
{
	if (now > *counter)
		count(counter, now - *counter);
}

static inline uint64_t counter_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* After a receive of that many bytes, more than none. */
static inline void count_received(struct counters *c, uint64_t bytes)
{
	count(&c->bytes, bytes);
	count(&c->receive_size[histogram_bucket(bytes)], 1);
}

struct receives {
	uint64_t bytes; /* once receives_count() has been called */
	uint64_t size;
	uint64_t times; /* that it was this size, one after the other */
};

static inline void receives_end_size(struct receives *r, struct counters *c)
{
	if (!r->times)
		return;
	count(&c->receive_size[histogram_bucket(r->size)], r->times);
	r->bytes += r->size * r->times;
	r->times = 0;
}

static inline void receives_add(struct receives *r, struct counters *c, uint64_t bytes)
{
	if (bytes != r->size) {
		receives_end_size(r, c);
		r->size = bytes;
	}
	r->times++;
}

static inline void receives_count(struct receives *r, struct counters *c)
{
	receives_end_size(r, c);
	count(&c->bytes, r->bytes);
}

void counters_copy(struct counters *to, const struct counters *from);

#endif
