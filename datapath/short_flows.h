/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short flows (--rpc with --reconnect): each request on a connection of its own, from connect(2) to
 * close(2). The flow's first connection stays, moves nothing, and says by its end that it is enough.
 *
 *   short_flows_ask()     the client: requests one after the other
 *   short_flows_answer()  the server: all flows accept from one queue
 *
 * Each returns 0, or -1 after flow_fail().
 */
#ifndef DATAPATH_SHORT_FLOWS_H
#define DATAPATH_SHORT_FLOWS_H

#include "datapath/counters.h"
#include "datapath/flow.h"

#define SHORT_FLOWS_ASK                                                                            \
	(1U << CALL_socket | 1U << CALL_connect | 1U << CALL_sendto | 1U << CALL_recvfrom |        \
	 1U << CALL_close | 1U << CALL_ppoll)
#define SHORT_FLOWS_ANSWER                                                                         \
	(1U << CALL_epoll_wait | 1U << CALL_accept4 | 1U << CALL_recvfrom | 1U << CALL_sendto |    \
	 1U << CALL_close)

int short_flows_ask(struct flow *f);
int short_flows_answer(struct flow *f);

#endif
