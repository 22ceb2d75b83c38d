/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interface queue of io_uring: an area of memory that a device's queue fills with payload, and
 * the refill queue by which the program gives its buffers back. A data thread has one to itself,
 * or all threads share one, each with a ring of its own.
 *
 *   zcrx_able()        can this machine run it?
 *   zcrx_check()       … with these options?
 *   zcrx_queue_new()   a queue, for one flow or for several
 *   zcrx_queue_free()  when their rings are closed
 *   zcrx_open()        register it with a flow's ring; -1 after flow_fail()
 *   zcrx_see()         where the bytes of a completion are
 *   zcrx_lock()        around all of what follows
 *   zcrx_give()        the bytes were used: give their buffer back
 *   zcrx_publish()     let the kernel see what was given back
 *   zcrx_copied()      bytes that the kernel had to copy
 *   zcrx_unlock()
 *   zcrx_stuck()       the sentence of a flow whose bytes can be received in no way; always -1
 *
 * The kernel takes buffers from the refill queue when the device's queue needs some, and from the
 * area's unused ones else (io_uring/zcrx.c, io_pp_zc_alloc_netmems). Copies take unused ones only.
 * Without a device nobody empties the refill queue but zcrx_publish().
 */
#ifndef DATAPATH_ZCRX_H
#define DATAPATH_ZCRX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "datapath/compat_zcrx.h"
#include "datapath/dmabuf.h"
#include "datapath/flow.h"
#include "datapath/memory.h"
#include "datapath/uring.h"
#include "nic/zcrx_kernel.h"

/* user_data of the completions that say an event; that of the receive is 0. */
#define ZCRX_EVENT_DATA 1

struct zcrx_queue {
	bool shared;
	pthread_mutex_t lock; /* of all that follows, where it is shared */
	bool failed;
	int exported_fd; /* -1 */

	struct memory area;    /* or … */
	struct dmabuf *dmabuf; /* … NULL */
	void *at;	       /* NULL: the CPU does not see it */
	size_t size;
	struct memory region;
	uint64_t token;
	uint32_t buf_len;
	bool nodev;
	bool can_flush;

	const uint32_t *khead;
	uint32_t *ktail;
	struct compat_zcrx_rqe *rqes;
	uint32_t entries; /* a power of two */
	uint32_t tail;
	uint32_t room; /* as last seen; 0 while there are spares, which go first */
	uint32_t flush_at;

	/* What did not fit into the refill queue. */
	struct compat_zcrx_rqe *spare;
	size_t spares;
	size_t spare_room;

	const struct compat_zcrx_stats *stats; /* NULL where the kernel keeps none */
	uint64_t copied_seen;
};

/* A flow's hold of it. */
struct zcrx {
	struct zcrx_queue *queue;
	int ring_fd;
	uint32_t id;
	void *bounce; /* for --verify of memory that the CPU does not see */
};

/* Whether any --path zcrx could run here. If not: why, and what to do. */
bool zcrx_able(char *why, size_t size);
/* The same of what was chosen. */
bool zcrx_check(const struct config *config, char *why, size_t size);

/* NULL: no memory left. */
struct zcrx_queue *zcrx_queue_new(bool shared);
void zcrx_queue_free(struct zcrx_queue *q); /* NULL is fine */

/* z->queue is set. Whoever comes first to a shared queue sets it up. */
int zcrx_open(struct zcrx *z, struct uring *u, struct flow *f);

/* Another thread has it: what sharing costs. */
void zcrx_wait(struct zcrx *z, struct counters *c);

static inline void zcrx_lock(struct zcrx *z, struct counters *c)
{
	if (z->queue->shared && pthread_mutex_trylock(&z->queue->lock))
		zcrx_wait(z, c);
}

static inline void zcrx_unlock(struct zcrx *z)
{
	if (z->queue->shared)
		pthread_mutex_unlock(&z->queue->lock);
}

/* NULL: a device's memory could not be read. */
static inline const void *zcrx_see(const struct zcrx *z, const struct io_uring_cqe *cqe)
{
	const struct compat_zcrx_cqe *more = (const void *)(cqe + 1);
	const struct zcrx_queue *q = z->queue;
	uint64_t off = COMPAT_ZCRX_OFFSET(more->off);

	return q->dmabuf ? dmabuf_see(q->dmabuf, off, cqe->res, z->bounce) : (char *)q->at + off;
}

static inline void zcrx_put(struct zcrx_queue *q, uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *rqe = &q->rqes[q->tail++ & (q->entries - 1)];

	rqe->off = off;
	rqe->len = len;
	q->room--;
}

/* The refill queue seems to be full: one buffer is kept aside. -1: no memory left. */
int zcrx_keep(struct zcrx_queue *q, struct counters *c, uint64_t off, uint32_t len);

static inline int zcrx_give(struct zcrx_queue *q, struct counters *c, const struct io_uring_cqe *cqe)
{
	const struct compat_zcrx_cqe *more = (const void *)(cqe + 1);
	uint64_t off = COMPAT_ZCRX_OFFSET(more->off) | q->token;

	if (__builtin_expect(!q->room, 0))
		return zcrx_keep(q, c, off, cqe->res);
	zcrx_put(q, off, cqe->res);
	return 0;
}

/* starved: the kernel found no buffer to copy into, so it is made to take back what the refill queue holds. */
int zcrx_publish(struct zcrx *z, struct counters *c, bool starved);
/*
 * Of so many bytes received, how many the kernel had to copy into the area, by its own statistics;
 * they are the queue's, so what flows that share it hear of it may be each other's.
 */
uint64_t zcrx_copied(struct zcrx *z, uint64_t bytes);
int zcrx_stuck(struct flow *f);

#endif
