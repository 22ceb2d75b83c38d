/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/latency.bpf.c counts, as collectors/latency.c reads it. */
#ifndef BPF_LATENCY_H
#define BPF_LATENCY_H

#include "bpf/tally.h"

enum latency_counter { LATENCY_SAMPLES, LATENCY_TOTAL };

#define LATENCY_NAPI_TO_COPY 0

/* Packets under way that are followed at once; the longest unseen makes room. */
#define LATENCY_PACKETS 16384

#endif
