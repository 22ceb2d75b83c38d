/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every BPF program shares with its collector: the window, and which processes are the run.
 * Times are those of bpf_ktime_get_ns() and clock_kernel_ns() (base/clock.h).
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

#define RUN_CPUS 1024 /* CPU_SETSIZE */

/*
 * Which tasks an end is: those of a process, of a cgroup and those below it, of a network
 * namespace, or whatever runs on some CPUs. What is 0 or empty selects nothing.
 */
struct run_scope {
	__u64 cgroup; /* its id */
	__u64 cpus[RUN_CPUS / 64];
	__u32 tgid;
	__u32 netns;	    /* inode of the namespace */
	__u32 cgroup_level; /* its depth; the root's is 0 */
	__u32 by_cpu;
	__u32 devices_netns; /* inode of the namespace of its devices, where no other end has them in that one */
	__u32 netns_shared; /* that is zcprof's own, in which others of the machine receive too */
};

#endif
