/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that no thread touches: dropped on their way, and counted there. What paths of that kind have in common:
 *
 *   drop_prepare()      they can be given no --verify
 *   drop_open()         of a flow
 *   drop_until_end()    of a flow: waits for the end, and for what is on its way behind a sender that has ended
 *
 * And of those whose program of XDP does it, with that as flows.shared (datapath/xdp.h): verbs of a path.
 */
#ifndef DATAPATH_XDP_DROP_H
#define DATAPATH_XDP_DROP_H

#include "datapath/flow.h"
#include "record/writer.h"

/* What a flow's thread calls while it waits. */
#define DROP_CALLS BIT(CALL_poll)

/* 0, or -1 after flow_unable(). */
int drop_prepare(struct flows *all);
int drop_open(struct flow *f);
/* seen: how many datagrams of the flow have come. 0, or -1 after flow_fail(). */
int drop_until_end(struct flow *f, uint64_t (*seen)(const struct flow *f));

int xdp_drop_udp(struct flow *f);
void xdp_drop_look(struct flow *f);
void xdp_drop_edge(const struct flows *all);
void xdp_drop_given(const struct flows *all, struct writer *w);
void xdp_drop_release(struct flows *all);

/* They differ in what becomes of a datagram alone: in prepare. */
#define XDP_COUNTED_VERBS                                                                          \
	.able = xdp_able, .open = drop_open, .udp = xdp_drop_udp, .udp_calls = DROP_CALLS,         \
	.look = xdp_drop_look, .edge = xdp_drop_edge, .given = xdp_drop_given, .close = udp_close, \
	.release = xdp_drop_release

#endif
