/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interface queue of io_uring: an area of memory that a device's queue fills with payload, and
 * the refill queue by which the program gives its buffers back. One data thread has it to itself.
 *
 *   zcrx_kernel()  what this kernel's zcrx can do
 *   zcrx_able()    can this machine run it?
 *   zcrx_open()    register area and refill queue with a ring; -1 after flow_fail()
 *   zcrx_check()   … with these options?
 *   zcrx_see()     where the bytes of a completion are
 *   zcrx_give()    the bytes were used: give their buffer back; the kernel sees it after
 *   zcrx_publish()
 *   zcrx_flush()   make the kernel take back what the refill queue holds, now
 *   zcrx_close()   after the ring is closed
 *
 * The kernel takes buffers from the refill queue when the device's queue needs some, and from the
 * area's unused ones else (io_uring/zcrx.c, io_pp_zc_alloc_netmems). Copies take unused ones only.
 * Without a device nobody empties the refill queue but zcrx_flush().
 */
#ifndef DATAPATH_ZCRX_H
#define DATAPATH_ZCRX_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/compat_zcrx.h"
#include "datapath/dmabuf.h"
#include "datapath/flow.h"
#include "datapath/memory.h"
#include "datapath/uring.h"

/* user_data of the completions that say an event; that of the receive is 0. */
#define ZCRX_EVENT_DATA 1

struct zcrx_kernel {
	bool nodev;
	bool dmabuf;
	bool flush;
	bool rx_buf_len;
	bool events;
};

struct zcrx {
	int ring_fd;
	uint32_t id;
	struct memory area;    /* or … */
	struct dmabuf *dmabuf; /* … NULL */
	void *at;	       /* NULL: the CPU does not see it */
	size_t size;
	void *bounce; /* for --verify of memory that the CPU does not see */
	struct memory region;
	uint64_t token;
	uint32_t buf_len;
	bool nodev;
	bool can_flush;

	const uint32_t *khead;
	uint32_t *ktail;
	struct compat_zcrx_rqe *rqes;
	uint32_t entries; /* a power of two */
	uint32_t head;	  /* as last seen */
	uint32_t tail;
	uint32_t flush_at;

	/* What did not fit into the refill queue. */
	struct compat_zcrx_rqe *spare;
	size_t spares;
	size_t spare_room;

	const struct compat_zcrx_stats *stats; /* NULL where the kernel keeps none */
	uint64_t copied_seen;
};

void zcrx_kernel(struct zcrx_kernel *k);
/* Whether any --path zcrx could run here. If not: why, and what to do. */
bool zcrx_able(char *why, size_t size);
/* The same of what was chosen. */
bool zcrx_check(const struct config *config, char *why, size_t size);

int zcrx_open(struct zcrx *z, struct uring *u, struct flow *f);
void zcrx_close(struct zcrx *z);

/* NULL: a device's memory could not be read. */
static inline const void *zcrx_see(const struct zcrx *z, const struct io_uring_cqe *cqe)
{
	const struct compat_zcrx_cqe *more = (const void *)(cqe + 1);
	uint64_t off = COMPAT_ZCRX_OFFSET(more->off);

	return z->dmabuf ? dmabuf_see(z->dmabuf, off, cqe->res, z->bounce) : (char *)z->at + off;
}

static inline void zcrx_put(struct zcrx *z, uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *rqe = &z->rqes[z->tail++ & (z->entries - 1)];

	rqe->off = off;
	rqe->len = len;
}

/* The refill queue is full: one buffer is kept aside. -1: no memory left. */
int zcrx_keep(struct zcrx *z, struct counters *c, uint64_t off, uint32_t len);

static inline int zcrx_give(struct zcrx *z, struct counters *c, const struct io_uring_cqe *cqe)
{
	const struct compat_zcrx_cqe *more = (const void *)(cqe + 1);
	uint64_t off = COMPAT_ZCRX_OFFSET(more->off) | z->token;

	if (__builtin_expect(z->tail - z->head == z->entries || z->spares, 0))
		return zcrx_keep(z, c, off, cqe->res);
	zcrx_put(z, off, cqe->res);
	return 0;
}

int zcrx_publish(struct zcrx *z, struct counters *c);
/* 0, or a negative errno. */
int zcrx_flush(struct zcrx *z, struct counters *c);

/* Bytes that the kernel had to copy into the area since the last time that this was asked. */
static inline uint64_t zcrx_copied(struct zcrx *z)
{
	uint64_t now = __atomic_load_n(&z->stats->copy_bytes, __ATOMIC_RELAXED);
	uint64_t more = now - z->copied_seen;

	z->copied_seen = now;
	return more;
}

#endif
