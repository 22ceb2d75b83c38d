/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/latency.bpf.c counts, as collectors/latency.c reads it. */
#ifndef BPF_LATENCY_H
#define BPF_LATENCY_H

#include "bpf/tally.h"

enum latency_counter { LATENCY_SAMPLES, LATENCY_TOTAL, LATENCY_FULL };

#define LATENCY_NAPI_TO_COPY 0

/*
 * At most. Packets are followed that came in the first third of a slice, so that every delay up to
 * the other two is seen; a longer one at times, and with --exact always.
 */
#define LATENCY_SLICE_NS 60000000

/* Packets under way that are followed at once; the longest unseen makes room. */
#define LATENCY_PACKETS 16384

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
