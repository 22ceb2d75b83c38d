/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/iowait.bpf.c keeps, as collectors/iowait.c reads it. */
#ifndef BPF_IOWAIT_H
#define BPF_IOWAIT_H

#include "bpf/common.h"

/* Bound of both tables: 2 MiB in all. What finds no room is counted as lost. */
#define IOWAIT_THREADS 8192

/* In the place of a system call's number: in none, and not known. */
#define IOWAIT_NO_CALL (~0U)
#define IOWAIT_EARLIER (~0U - 1)
/* Likewise: it waits for nothing, and was stopped. */
#define IOWAIT_STOPPED (~0U - 2)

/* The wait that a thread is in, by its id; there from its first wait until it dies. */
struct iowait_wait {
	__u64 start_ns; /* 0: in none */
	__u32 call;
	__u32 unused;
};

/* The number of a thread that has ended is given to another, which began later. */
struct iowait_key {
	__u64 start_ns; /* of the thread */
	__u32 tid;
	__u32 call;
};

/* A thread's waits in one system call. Times are clipped to the window. */
struct iowait_figures {
	__u64 waits; /* that ended in the window */
	__u64 total_ns;
	__u32 end; /* enum record_end */
	char comm[16];
	__u32 unused;
};

#endif
