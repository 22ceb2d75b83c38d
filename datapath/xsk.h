/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An AF_XDP socket of a flow: frames in memory that kernel and program share (umem), and rings of their
 * addresses (Documentation/networking/af_xdp.rst). The rings are libxdp's.
 *
 *   xsk_able()       does this kernel have such sockets, and may this process make them?
 *   xsk_frames()     how many frames a flow has
 *   xsk_memory()     their bytes
 *   xsk_share()      with --share-umem: one memory, and one registration of it, for all flows
 *   xsk_unshare()    when all of them are closed
 *   xsk_open()       memory, unless it is shared, and a socket, bound to a queue of a device
 *   xsk_frame()      the memory at an address of the umem
 *   xsk_look()       bring the flow's counters up to date, of what the kernel counts of the socket
 *   xsk_given()      whether the kernel moves the frames of all flows without a copy, or of how many, as a row
 *   xsk_close()
 *
 * Frame n of a flow is at base + n * --xsk-frame. A sender has as many as its ring has entries; a receiver twice as many,
 * which its fill ring holds, so that the device's own ring has some while the socket's is full.
 */
#ifndef DATAPATH_XSK_H
#define DATAPATH_XSK_H

#include <stdbool.h>
#include <stdint.h>
#include <xdp/xsk.h>

#include "datapath/flow.h"
#include "record/writer.h"

/* Memory that is registered once, and the rings that libxdp makes with it, which the first socket takes. */
struct xsk_area {
	struct memory memory;
	struct xsk_umem *umem;
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
	pthread_mutex_t lock; /* libxdp counts its sockets without one */
};

struct xsk {
	struct xsk_area *area;
	bool own; /* the area is this flow's alone */
	uint64_t base;
	struct xsk_socket *socket;
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
	struct xsk_ring_cons rx;
	struct xsk_ring_prod tx;
	unsigned int queue;
	int fd;
	bool zerocopy; /* as the kernel says (XDP_OPTIONS) */
};

bool xsk_able(char *why, size_t size);
unsigned int xsk_frames(const struct config *config);
uint64_t xsk_memory(const struct config *config);
/* *area: NULL where nothing is shared. 0, or -1 after flow_fail() of the first flow. */
int xsk_share(struct xsk_area **area, struct flows *all);
void xsk_unshare(struct xsk_area *area);
/* shared: by xsk_share(). 0, or -1 after flow_fail(). */
int xsk_open(struct xsk *s, struct flow *f, const char *device, struct xsk_area *shared);
void xsk_look(const struct xsk *s, struct flow *f);
/* A flow's state begins with its struct xsk. */
void xsk_given(const struct flows *all, struct writer *w);
void xsk_close(struct xsk *s);

static inline unsigned char *xsk_frame(const struct xsk *s, uint64_t address)
{
	return (unsigned char *)s->area->memory.at + address;
}

#endif
