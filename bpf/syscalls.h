/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/syscalls.bpf.c counts, as collectors/syscalls.c reads it. */
#ifndef BPF_SYSCALLS_H
#define BPF_SYSCALLS_H

#include "bpf/common.h"
#include "record/histogram.h"

/*
 * Numbers of system calls: the native ones as the kernel has them (the highest is below 500), those
 * of 32-bit tasks SYSCALLS_COMPAT higher, and whatever is neither as SYSCALLS_UNKNOWN.
 */
#define SYSCALLS_COMPAT	 512
#define SYSCALLS_NUMBERS 1024
#define SYSCALLS_UNKNOWN (SYSCALLS_NUMBERS - 1)

/* A system call of one end. */
struct syscalls_name {
	__u16 number;
	__u16 end; /* enum record_end */
};

/*
 * The call that a thread is in. A thread takes an entry at its first call and keeps it until it
 * dies. The table has one line of cache for every thread id modulo SYSCALLS_SETS, so that threads
 * with neighbouring ids never write to the same line, and room in each for SYSCALLS_WAYS threads:
 * 16,384 threads and 256 KiB in all.
 */
#define SYSCALLS_SETS 4096
#define SYSCALLS_WAYS 4

struct syscalls_call {
	__u64 start_ns; /* 0: in no call */
	__u32 tid;	/* 0: free */
	struct syscalls_name name;
};

/* What one CPU counted of one system call of one end. Times are clipped to the window. */
struct syscalls_stat {
	__u64 calls; /* that returned in the window */
	__u64 errors;
	__u64 total_ns;
	__u64 min_ns; /* of no meaning while calls is 0 */
	__u64 max_ns;
	__u64 square_low; /* sum of squares, 128 bits */
	__u64 square_high;
	__u64 in_flight; /* calls that began before the window's end and were seen to end after it
			  */
	__u64 in_flight_ns;
	__u64 latency[HISTOGRAM_BUCKETS];
};

/*
 * A slot is given to a system call of an end when its first call returns. 96 are more than two ends
 * use in any window, and make 235 KiB for each CPU (59 MiB on a host with 256).
 */
#define SYSCALLS_SLOTS 96

struct syscalls_cpu {
	struct syscalls_stat slot[SYSCALLS_SLOTS];
};

#endif
