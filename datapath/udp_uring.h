/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams through io_uring: --depth bursts at once (datapath/bursts.h), none of which waits for another,
 * copied, or without a copy from registered memory or plain.
 *
 *   udp_uring_open()   as a flow's path opens; -1 after flow_fail()
 *   udp_uring_memory()  what it takes, of a flow (datapath/room.h)
 *   udp_uring_send()   until told
 *   udp_uring_close()
 */
#ifndef DATAPATH_UDP_URING_H
#define DATAPATH_UDP_URING_H

#include "datapath/flow.h"

int udp_uring_open(struct flow *f, bool zerocopy);
uint64_t udp_uring_memory(const struct config *config, bool zerocopy);
int udp_uring_send(struct flow *f);
void udp_uring_close(struct flow *f);

#endif
