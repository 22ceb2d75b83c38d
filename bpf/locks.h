/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/locks.bpf.c counts, as collectors/locks.c reads it. */
#ifndef BPF_LOCKS_H
#define BPF_LOCKS_H

#include "bpf/tally.h"

enum locks_counter { LOCKS_FULL, LOCKS_WAITS, LOCKS_WAIT_NS };

/* Histograms of tally.h: waits that were seen to begin and to end, by their length in ns. */
enum locks_histogram { LOCKS_LENGTH };

/* Waits under way, places where locks are waited for, and frames of such a place. */
#define LOCKS_WAITING 4096
#define LOCKS_PLACES  4096
#define LOCKS_FRAMES  10

#define LOCKS_EARLIER (1U << 31)

/* A wait of a thread; in idle, of a CPU. */
struct locks_wait {
	__u64 lock;
	__u64 who;
};

struct locks_begun {
	__u64 at_ns;
	__s32 stack;
	__u32 flags; /* LCB_F_*, include/trace/events/lock.h */
	__u32 end;
	__u32 context;
};

struct locks_place {
	__s32 stack;
	__u32 flags; /* LOCKS_EARLIER: of a wait that began before the slice */
	__u32 end;
	__u32 context; /* enum tally_context */
	__u32 sliced;  /* seen in slices, not in all of the window */
	__u32 unused;
};

struct locks_figures {
	__u64 contentions; /* that ended in a slice */
	__u64 wait_ns;	   /* inside slices */
	__u64 longest_ns;
};

#endif
