/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One netlink socket and one buffer: ask the kernel something, and take its answer.
 *
 *   netlink_open()   a socket of this protocol in this thread's network namespace
 *   netlink_begin()  a new request in the buffer
 *   netlink_ask()    send it; each message of the answer goes to the callback
 *   netlink_close()
 */
#ifndef NIC_NETLINK_H
#define NIC_NETLINK_H

#include <libmnl/libmnl.h>

struct netlink {
	struct mnl_socket *socket;
	struct nlmsghdr *request;
	unsigned int sequence;
	char said[128]; /* what the kernel said besides its last errno, or "" */
	char buffer[16384] __attribute__((aligned(8)));
};

/* 0 or a negative errno. */
int netlink_open(struct netlink *nl, int protocol);
struct nlmsghdr *netlink_begin(struct netlink *nl, int type, int flags);
/*
 * The kernel's negative errno, or 0. The callback may be NULL where only success matters; it
 * returns MNL_CB_OK to the end, for a dump that is left early keeps the socket from another.
 */
int netlink_ask(struct netlink *nl, mnl_cb_t callback, void *data);
void netlink_close(struct netlink *nl);

#endif
