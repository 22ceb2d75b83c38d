/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams (--udp): each flow has a UDP socket beside its TCP connection, with the same addresses and
 * ports at both ends, so that the two find each other without a word. The connection stays, moves
 * nothing, and says by its end that it is enough. A datagram begins with its number, by which the
 * receiver knows what is missing and what came late.
 *
 *   udp_send()     until told; with --udp-gso many datagrams by one send(2), which the kernel cuts
 *                  (UDP_SEGMENT)
 *   udp_receive()  until the sender has ended and nothing is left; with --udp-gro many by one recvmsg(2),
 *                  as the kernel has joined them (UDP_GRO)
 *
 * Each returns 0, or -1 after flow_fail().
 */
#ifndef DATAPATH_UDP_H
#define DATAPATH_UDP_H

#include "datapath/counters.h"
#include "datapath/flow.h"

#define UDP_LEAST 16
#define UDP_MOST  65507 /* that an IPv4 packet can hold */

#define UDP_SEND_CALLS	  (1U << CALL_sendto)
#define UDP_RECEIVE_CALLS (1U << CALL_epoll_wait | 1U << CALL_recvmsg)

int udp_open(struct flow *f);
void udp_close(struct flow *f);
int udp_send(struct flow *f);
int udp_receive(struct flow *f);

#endif
