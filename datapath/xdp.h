/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The XDP program (bpf/xdp.bpf.c) that takes the datagrams of a run's flows at their device, and nobody
 * else's. It is attached by a link of BPF, which goes with this process however that ends.
 *
 *   xdp_begin()   load and attach it, once all flows are connected
 *   xdp_socket()  hand the datagrams of a flow to this AF_XDP socket, where they come by this queue
 *   xdp_seen()    how many datagrams of a flow were dropped until now, forwarded or not
 *   xdp_look()    bring a flow's counters up to date, of what the program counts
 *   xdp_edge()    an edge of the window: what came by each queue until here
 *   xdp_given()   how the kernel runs it, and what came by which queue, as rows
 *   xdp_end()     take it off
 */
#ifndef DATAPATH_XDP_H
#define DATAPATH_XDP_H

#include <net/if.h>
#include <stdbool.h>

#include "datapath/flow.h"
#include "record/writer.h"

struct xdp;

/* What becomes of the datagrams. */
enum xdp_fate {
	XDP_FATE_DROP,
	XDP_FATE_SOCKETS,
	XDP_FATE_FORWARD, /* XDP_REDIRECT to a device behind which they are counted and dropped (datapath/xdp_sink.h) */
};

/* Would the kernel take such a program? False with why filled in. */
bool xdp_able(char *why, size_t size);
/* 0, or -1 after flow_fail() of the first flow; *made is to be ended in any case. */
int xdp_begin(struct xdp **made, struct flows *all, enum xdp_fate fate);
const char *xdp_device(const struct xdp *x);
/* 0 or a negative errno. */
int xdp_socket(struct xdp *x, unsigned int flow, unsigned int queue, int socket);
uint64_t xdp_seen(const struct xdp *x, unsigned int flow);
void xdp_look(const struct xdp *x, struct flow *f);
void xdp_edge(struct xdp *x);
void xdp_given(const struct xdp *x, struct writer *w);
/* NULL is fine. */
void xdp_end(struct xdp *x);

#endif
