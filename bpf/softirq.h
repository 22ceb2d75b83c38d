/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/softirq.bpf.c counts, as collectors/softirq.c reads it. */
#ifndef BPF_SOFTIRQ_H
#define BPF_SOFTIRQ_H

#include "bpf/common.h"
#include "record/histogram.h"

enum softirq_kind { SOFTIRQ_NET_TX, SOFTIRQ_NET_RX, SOFTIRQ_KINDS };

/* The handler of one softirq. Times are clipped to the window. */
struct softirq_runs {
	__u64 runs; /* that ended in the window */
	__u64 total_ns;
	__u64 ksoftirqd_ns; /* part of total_ns that ran in ksoftirqd */
};

struct softirq_figures {
	struct softirq_runs kind[SOFTIRQ_KINDS];
	__u64 polls; /* of NAPI, also of those that busy poll or have a thread of their own */
	__u64 packets;
	__u64 budget_spent; /* polls that took as much as they might */
	__u64 wakeups;	    /* of ksoftirqd */
	__u64 work[HISTOGRAM_BUCKETS];
};

/* Not less than END_COUNT, and a power of two, so that the verifier can be shown a mask. */
#define SOFTIRQ_ENDS 4

/* What one CPU is in, and what it counted for each end. 10 KiB, in lines of cache of its own. */
struct softirq_cpu {
	__u64 start_ns; /* 0: in neither handler */
	__u16 kind;
	__u16 end;  /* whose work that is; END_COUNT: not known yet */
	__u16 home; /* end of the CPU; set by the collector */
	__u16 in_ksoftirqd;
	struct softirq_figures figures[SOFTIRQ_ENDS];
} __attribute__((aligned(64)));

#endif
