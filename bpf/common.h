/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every BPF program shares with its collector: the window, and which processes are the run.
 * Times are CLOCK_MONOTONIC in ns, which is bpf_ktime_get_ns().
 */
#ifndef BPF_COMMON_H
#define BPF_COMMON_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define NEVER (~0ULL)

/*
 * What happens at t is in the window if open_ns <= t < close_ns. Both edges are NEVER until the
 * collector sets them, each a little ahead of time: a program on any CPU then sees the edge before
 * it passes it, and no event falls on different sides of it in different places.
 */
struct window {
	__u64 open_ns;
	__u64 close_ns;
};

/* Processes that one end can have. */
#define RUN_TGIDS 8

#endif
