/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What bpf/xdp.bpf.c counts, read while it counts on.
 *
 *   xdp_tally_add()    what one CPU has of a flow, to what others have
 *   xdp_tally_queue()  what came by the queue of a tally, and not by another
 *   xdp_tally_missed() of all CPUs: datagrams that did not come
 */
#ifndef DATAPATH_XDP_TALLY_H
#define DATAPATH_XDP_TALLY_H

#include <stdint.h>

#include "bpf/xdp.h"

/* Of one flow. */
struct xdp_sum {
	uint64_t datagrams;
	uint64_t elsewhere;
	uint64_t late;
	uint64_t next; /* the number above the highest of all CPUs */
};

void xdp_tally_add(const struct xdp_tally *t, struct xdp_sum *sum);
/* by_queue: of XDP_QUEUES_MOST */
void xdp_tally_queue(const struct xdp_tally *t, uint64_t by_queue[]);
uint64_t xdp_tally_missed(const struct xdp_sum *sum);

#endif
