/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a source that counts events of the kernel by end and context: what bpf/tally.bpf.h
 * adds up, as collectors/kit/tally.c reads it.
 */
#ifndef BPF_TALLY_H
#define BPF_TALLY_H

#include "bpf/common.h"
#include "record/histogram.h"

#define TALLY_COUNTERS 16

enum tally_context { TALLY_TASK, TALLY_SOFTIRQ, TALLY_CONTEXTS };

/* Not less than END_COUNT, and a power of two, so that the verifier can be shown a mask. */
#define TALLY_ENDS 4

/* What one CPU counted: this, and behind it the figures of each end and context. */
struct tally_head {
	__u32 home; /* end of the CPU; set by the collector */
	/* That its programs met, counted or not; not atomic, an estimate will do. */
	__u64 events;
};

/* Figures are so long, where a source has so many histograms. */
#define TALLY_FIGURES(histograms) ((TALLY_COUNTERS + (histograms)*HISTOGRAM_BUCKETS) * 8)

/* Of one CPU, the same for all sources: bpf/tally_context.bpf.c. */
struct tally_context_cpu {
	__u32 context; /* that it is in: a softirq, or a task or anything else */
	/* Inode of the network namespace for which it works in a softirq; 0: not known. */
	__u32 netns;
	__u64 softirqs;
	__u32 latest; /* that of the latest packet, */
	__u64 device; /* and its device */
	__u64 packets;
} __attribute__((aligned(64)));

#endif
