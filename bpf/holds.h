/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/holds.bpf.c counts, as collectors/holds.c reads it. */
#ifndef BPF_HOLDS_H
#define BPF_HOLDS_H

#include "bpf/tally.h"

enum holds_lock {
	HOLDS_SOCKET,
	HOLDS_POOL_RING,
	HOLDS_URING,
	HOLDS_ZCRX_REFILL,
	HOLDS_DEVMEM_TOKENS,
	HOLDS_LOCKS
};

/* Counters: two for each lock. */
#define HOLDS_COUNT(lock) (2 * (lock))
#define HOLDS_TIME(lock)  (2 * (lock) + 1)

/* Locks that are known by their address, and threads that hold one which lets them sleep. */
#define HOLDS_WATCHED 8192
#define HOLDS_OWNERS  8192

struct holds_lengths {
	__u64 bucket[TALLY_ENDS][HOLDS_LOCKS][HISTOGRAM_BUCKETS];
};

struct holds_owner {
	__u32 tid;
	__u32 lock; /* enum holds_lock */
};

#endif
