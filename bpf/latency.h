/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/latency.bpf.c counts, as collectors/latency.c reads it. */
#ifndef BPF_LATENCY_H
#define BPF_LATENCY_H

#include "bpf/tally.h"

enum latency_counter { LATENCY_SAMPLES, LATENCY_TOTAL };

#define LATENCY_NAPI_TO_COPY 0

/*
 * Packets are followed that came in the first third of a slice, so that every delay up to the other
 * two is seen; a longer one at times, and with --exact always.
 */
#define LATENCY_SLICE_NS   60000000
#define LATENCY_RECEIVE_NS 20000000

/* Packets under way that are followed at once; the longest unseen makes room. */
#define LATENCY_PACKETS 16384

#endif
