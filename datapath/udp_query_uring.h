/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of requests in datagrams through io_uring: --depth of them are handed over at once, copied, or without a copy
 * from registered memory or plain, and their answers come into provided buffers.
 *
 *   udp_query_uring_open()   as a flow's path opens; -1 after flow_fail()
 *   udp_query_uring_memory()  what it takes, of a flow (datapath/room.h)
 *   udp_query_uring()        until told and every request is answered or lost
 *   udp_query_uring_close()
 */
#ifndef DATAPATH_UDP_QUERY_URING_H
#define DATAPATH_UDP_QUERY_URING_H

#include "datapath/flow.h"

int udp_query_uring_open(struct flow *f, bool zerocopy);
uint64_t udp_query_uring_memory(const struct config *config, bool zerocopy);
int udp_query_uring(struct flow *f);
void udp_query_uring_close(struct flow *f);

#endif
