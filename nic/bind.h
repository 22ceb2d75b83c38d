/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dma-buf bound to a device, so that its queues put the payload of packets into it (rx,
 * Linux 6.12) or send from it (tx, Linux 6.16), by the netdev family of generic netlink
 * (Documentation/networking/devmem.rst). It lives as long as its socket: a process that dies leaves
 * nothing bound.
 *
 *   binding_rx()       bind to these receive queues, which restart for it
 *   binding_rx_pages() may the buffers be larger than a page?
 *   binding_tx()       bind for sending through the device
 *   binding_able()     would any device of this network namespace take one? Changes nothing
 *   binding_probe() …  this device, for receiving
 *   binding_close()    unbind; the queues restart with memory of the kernel
 *
 * Wants CAP_NET_ADMIN. The first two return 0, or -1 with why filled in: a sentence that says what
 * to do; binding_close() is fine after both.
 */
#ifndef NIC_BIND_H
#define NIC_BIND_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic/genl.h"

struct binding {
	struct genl genl;
	uint32_t id; /* of the dma-buf, for control messages; never 0 */
};

/* queues: their numbers, in the set that option lists use; buffer: bytes of one, 0 for a page. */
int binding_rx(struct binding *b, const char *iface, int dmabuf_fd, const cpu_set_t *queues,
	       uint32_t buffer, char *why, size_t why_size);
/* Of the kernel (Linux 7.3), for those who may bind; whether a driver can is known when it is tried. */
bool binding_rx_pages(void);
int binding_tx(struct binding *b, const char *iface, int dmabuf_fd, char *why, size_t why_size);
/* If not, why: what is missing, and what would have it. */
bool binding_able(bool tx, char *why, size_t why_size);
/* 0, or a negative errno: -EOPNOTSUPP where its driver cannot, -ENOENT where the kernel cannot. */
int binding_probe(const char *iface);
void binding_close(struct binding *b);

#endif
