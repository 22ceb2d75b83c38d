/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/latency.bpf.c counts, as collectors/latency.c reads it. */
#ifndef BPF_LATENCY_H
#define BPF_LATENCY_H

#include "bpf/tally.h"

enum latency_counter { LATENCY_SAMPLES, LATENCY_TOTAL, LATENCY_FULL, LATENCY_UNTRACKED };

#define LATENCY_NAPI_TO_COPY 0

/*
 * At most. Packets are followed that came in the first third of a slice, so that every delay up to
 * the other two is seen; a longer one at times, and with --exact always.
 */
#define LATENCY_SLICE_NS 60000000

/*
 * One packet in so many is followed, chosen by its address, and this many addresses are remembered at once; with
 * --exact all, of which 16 MB are remembered. Where there is no room it is the newcomer that is not followed: who
 * waits longest must not be the one that is forgotten.
 */
#define LATENCY_ONE_IN	      4
#define LATENCY_PACKETS	      65536
#define LATENCY_PACKETS_EXACT 262144

/* Flows that have figures of their own, known by who sends. */
#define LATENCY_FLOWS 256

struct latency_peer {
	__u32 address[4]; /* as on the wire; of IPv4 the first */
	__u16 family;	  /* AF_INET, AF_INET6 */
	__u16 port;	  /* as on the wire */
	__u32 end;	  /* enum record_end: whose task took it */
};

struct latency_flow {
	__u64 total_ns;
	__u64 bucket[HISTOGRAM_BUCKETS];
};

#endif
