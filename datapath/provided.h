/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers that io_uring takes by itself for whatever comes (io_uring_register_buf_ring(3)).
 *
 *   provided_open()   so many, a power of two, of so many bytes each; -1 after flow_fail()
 *   provided_at()     where one lies
 *   provided_give()   it may be taken again; place: how many were given since the last provided_advance()
 *   provided_advance()  so many that were given are there
 *   provided_close()  when its ring is closed
 */
#ifndef DATAPATH_PROVIDED_H
#define DATAPATH_PROVIDED_H

#include "datapath/flow.h"
#include "datapath/uring.h"

#define PROVIDED_GROUP 0

struct provided {
	struct memory buffers;
	struct memory ring_memory;
	struct io_uring_buf_ring *ring;
	unsigned int count;
	size_t size; /* of each */
};

int provided_open(struct provided *p, struct flow *f, struct uring *u, unsigned int count,
		  size_t size);
void provided_close(struct provided *p);

static inline void *provided_at(const struct provided *p, unsigned int id)
{
	return (char *)p->buffers.at + id * p->size;
}

static inline void provided_give(struct provided *p, unsigned int id, unsigned int place)
{
	io_uring_buf_ring_add(p->ring, provided_at(p, id), p->size, id, p->count - 1, place);
}

static inline void provided_advance(struct provided *p, unsigned int given)
{
	io_uring_buf_ring_advance(p->ring, given);
}

#endif
