/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bpf/profile.bpf.c keeps, as collectors/profile.c reads it.
 *
 * A sample is where a CPU was: the instruction itself (the leaf) and the two stacks of callers. The
 * leaf stands apart because many instructions of a function share their callers; so a stack is kept
 * once for all of them.
 */
#ifndef BPF_PROFILE_H
#define BPF_PROFILE_H

#include "bpf/common.h"

#define PROFILE_CPUS  1024 /* CPU_SETSIZE */
#define PROFILE_DEPTH 64   /* frames of a stack that are kept, those next to the leaf */

/*
 * Bounds, with the memory they take: kinds of samples 7 MB and another 0.5 MB for each CPU, stacks
 * 10 MB. What finds no room is counted as lost.
 */
#define PROFILE_KINDS	      65536
#define PROFILE_KINDS_PER_CPU 4096
#define PROFILE_STACKS	      16384
/* Kinds of samples that are misses: 2 MB, where they are counted. */
#define PROFILE_MISSES 16384

/* What a CPU was busy with; idle is neither. */
enum profile_work { PROFILE_TASK, PROFILE_SOFTIRQ, PROFILE_WORKS };

/* One kind of sample; the table holds how many there were of it. Unused bytes are 0. */
struct profile_kind {
	__u64 leaf;	/* instruction */
	__u64 kernel;	/* stack in the kernel, by its hash; 0: none */
	__u64 user;	/* stack in user space, likewise */
	__u32 tgid;	/* 0: the idle task */
	__u8 end;	/* enum record_end by process, */
	__u8 cpu_end;	/* and by CPU */
	__u8 in_kernel; /* where the leaf is */
	/* For whom NET_RX works, if it was in that: by the namespace of its packet; END_COUNT: not known. */
	__u8 packet_end;
	char comm[16];
};

/*
 * Frames from the leaf outwards. Where the leaf is in this stack, ip[0] belongs to whichever sample
 * came first and only what follows is shared.
 */
struct profile_stack {
	__u64 depth;
	__u64 ip[PROFILE_DEPTH];
};

#endif
