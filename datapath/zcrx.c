// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/zcrx.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "nic/zerocopy.h"

/* The region: the kernel's header, the refill queue, and behind it the statistics. */
static size_t stats_offset(uint32_t entries)
{
	return sysconf(_SC_PAGESIZE) + entries * sizeof(struct compat_zcrx_rqe);
}

struct zcrx_queue *zcrx_queue_new(bool shared)
{
	struct zcrx_queue *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->shared = shared;
	q->exported_fd = -1;
	pthread_mutex_init(&q->lock, NULL);
	return q;
}

void zcrx_queue_free(struct zcrx_queue *q)
{
	if (!q)
		return;
	if (q->exported_fd >= 0)
		close(q->exported_fd);
	memory_free(&q->region);
	memory_free(&q->area);
	dmabuf_free(q->dmabuf);
	pthread_mutex_destroy(&q->lock);
	free(q->spare);
	free(q);
}

static int make_memory(struct zcrx_queue *q, struct flow *f)
{
	const struct options *option = &f->config->options;
	const struct dmabuf_kind *kind = dmabuf_kind(option->memory);
	size_t size = option->area;
	bool hugepages = option->hugepages;
	char why[200];

	if (kind)
		q->dmabuf = dmabuf_new(kind, size, hugepages, why, sizeof(why));
	if (kind ? !q->dmabuf : memory_get(&q->area, size, hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	q->at = kind ? q->dmabuf->at : q->area.at;
	q->size = kind ? q->dmabuf->size : q->area.mapped;
	if (memory_get(&q->region, stats_offset(q->entries) + sizeof(struct compat_zcrx_stats),
		       false, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	return 0;
}

/* What the kernel's refusal means, and what helps. */
static const char *advice(const struct flow *f, int error)
{
	const struct options *option = &f->config->options;

	switch (error) {
	case EPERM:
		return "it takes CAP_NET_ADMIN: run it as root";
	case ENOMEM:
		return "the buffers do not fill the queue's ring, or memory is short: give a larger or a smaller --area, and see 'ulimit -l'";
	case EEXIST:
	case EBUSY:
		return "another program holds the queue, or XDP is on the device: 'zcprof doctor IFACE' says which";
	case ENODEV:
		return "there is no such device here: see 'ip link'";
	case ERANGE:
		return option->set[OPTION_rx_buf_len]
			       ? "it has no such queue, or the area's memory has not pieces so large in a row: try --hugepages, and see 'ethtool -l'"
			       : "it has no such queue: see 'ethtool -l'";
	case EINVAL:
		if (option->set[OPTION_rx_buf_len])
			return "its driver has no buffers of --rx-buf-len: try others";
		break;
	case EOPNOTSUPP:
		return option->set[OPTION_rx_buf_len]
			       ? "its driver has no memory providers, or not with --rx-buf-len"
			       : "its driver has no memory providers";
	}
	return "see whether it splits headers ('ethtool -g': TCP data split on, HDS thresh 0)";
}

static unsigned int queue_of(const struct flow *f)
{
	const struct options *option = &f->config->options;

	return zerocopy_queue(&option->queues, option->share_queue ? 0 : f->number);
}

static void attach_refill(struct zcrx_queue *q, const struct compat_zcrx_ifq *ifq, size_t stats)
{
	char *at = q->region.at;

	q->entries = ifq->rq_entries;
	q->khead = (uint32_t *)(at + ifq->offsets.head);
	q->ktail = (uint32_t *)(at + ifq->offsets.tail);
	q->rqes = (struct compat_zcrx_rqe *)(at + ifq->offsets.rqes);
	if (stats)
		q->stats = (struct compat_zcrx_stats *)(at + stats);
	/* Half of what there is: the other half takes what comes meanwhile. */
	q->flush_at = q->size / q->buf_len;
	q->flush_at = (q->flush_at < q->entries ? q->flush_at : q->entries) / 2;
}

static int enlist(struct zcrx *z, struct flow *f, bool with_events)
{
	const struct options *option = &f->config->options;
	struct zcrx_queue *q = z->queue;
	struct compat_zcrx_area area = {.addr = (uintptr_t)q->at, .len = q->size};
	struct compat_region region = {
		.user_addr = (uintptr_t)q->region.at,
		.size = q->region.mapped,
		.flags = COMPAT_REGION_USER,
	};
	struct compat_zcrx_events events = {
		.user_data = ZCRX_EVENT_DATA,
		/*
		 * Not COMPAT_ZCRX_EVENT_COPY: it says once that something was copied, and again only after it was armed
		 * by another system call, while the statistics count each copy for nothing.
		 */
		.type_mask = 1U << COMPAT_ZCRX_EVENT_ALLOC_FAIL,
		.flags = COMPAT_ZCRX_EVENT_STATS,
		.stats_offset = stats_offset(q->entries),
	};
	struct compat_zcrx_ifq ifq = {
		.area_ptr = (uintptr_t)&area,
		.region_ptr = (uintptr_t)&region,
		.event_desc = with_events ? (uintptr_t)&events : 0,
		.rq_entries = q->entries,
		.rx_buf_len = option->rx_buf_len,
		.flags = q->nodev ? COMPAT_ZCRX_NODEV : 0,
	};

	if (!q->nodev) {
		ifq.if_idx = if_nametoindex(option->nic);
		ifq.if_rxq = queue_of(f);
	}
	if (q->dmabuf) {
		area.addr = 0;
		area.flags = COMPAT_ZCRX_AREA_DMABUF;
		area.dmabuf_fd = q->dmabuf->fd;
	}
	if (compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1))
		return -errno;
	z->id = ifq.id;
	q->token = area.token;
	attach_refill(q, &ifq, with_events ? events.stats_offset : 0);
	return 0;
}

/* The queue's first ring: with it comes everything. */
static int set_up(struct zcrx *z, struct flow *f)
{
	const struct options *option = &f->config->options;
	struct zcrx_queue *q = z->queue;
	struct zcrx_kernel kernel;
	int error;

	/* That it can do what was asked for has been checked: zcrx_check(). */
	zcrx_kernel(&kernel);
	q->nodev = option->nodev;
	q->can_flush = kernel.flush;
	q->entries = option->refill;
	q->buf_len = option->set[OPTION_rx_buf_len] ? option->rx_buf_len
						    : (uint64_t)sysconf(_SC_PAGESIZE);
	if (make_memory(q, f))
		return -1;
	error = enlist(z, f, kernel.events);
	if (!error)
		return 0;
	if (q->nodev)
		return flow_unable(f, "cannot set up zero-copy receive of flow %u: %s; %s",
				   f->number, strerror(-error), advice(f, -error));
	return flow_unable(f, "cannot receive without copy from queue %u of %s: %s; %s",
			   queue_of(f), option->nic, strerror(-error), advice(f, -error));
}

/* A further ring of a queue that is shared; the first one exports it. */
static int join(struct zcrx *z, struct flow *f)
{
	struct zcrx_queue *q = z->queue;
	struct compat_zcrx_ifq ifq = {.if_idx = q->exported_fd, .flags = COMPAT_ZCRX_IMPORT};

	if (compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1))
		return flow_unable(f, "cannot share the queue with flow %u: %s", f->number,
				   strerror(errno));
	z->id = ifq.id;
	return 0;
}

static int export(struct zcrx *z, struct flow *f)
{
	struct compat_zcrx_ctrl ctrl = {.id = z->id, .op = COMPAT_ZCRX_CTRL_EXPORT};

	if (compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &ctrl, 0) < 0)
		return flow_unable(f, "cannot share the queue of flow %u: %s", f->number,
				   strerror(errno));
	z->queue->exported_fd = (int)ctrl.exported_fd;
	return 0;
}

static int join_or_set_up(struct zcrx *z, struct flow *f)
{
	struct zcrx_queue *q = z->queue;

	if (q->exported_fd >= 0)
		return join(z, f);
	if (q->failed)
		return flow_unable(f, "flow %u has no queue: another flow could not set it up",
				   f->number);
	q->failed = set_up(z, f) || (q->shared && export(z, f));
	return q->failed ? -1 : 0;
}

int zcrx_open(struct zcrx *z, struct uring *u, struct flow *f)
{
	int result;

	z->ring_fd = u->ring.ring_fd;
	zcrx_lock(z, &f->counters);
	result = join_or_set_up(z, f);
	zcrx_unlock(z);
	if (result)
		return -1;
	if (z->queue->dmabuf && !z->queue->at && f->verify.message)
		z->bounce = malloc(z->queue->buf_len);
	if (z->queue->dmabuf && !z->queue->at && f->verify.message && !z->bounce)
		return flow_fail(f, "no memory left to check the bytes of flow %u", f->number);
	return 0;
}

void zcrx_wait(struct zcrx *z, struct counters *c)
{
	uint64_t since = clock_ns();

	pthread_mutex_lock(&z->queue->lock);
	count(&c->event[EVENT_refill_waits], 1);
	count(&c->event[EVENT_refill_wait_time], clock_ns() - since);
}

/* What the kernel has not taken yet. */
static uint32_t waiting(const struct zcrx_queue *q)
{
	return q->tail - __atomic_load_n(q->khead, __ATOMIC_ACQUIRE);
}

/* Whether there is room now. */
static bool has_room(struct zcrx_queue *q)
{
	q->room = q->entries - waiting(q);
	return q->room;
}

int zcrx_keep(struct zcrx_queue *q, struct counters *c, uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *grown;
	size_t room = q->spare_room ? 2 * q->spare_room : 1024;

	if (!q->spares && has_room(q)) {
		zcrx_put(q, off, len);
		return 0;
	}
	if (q->spares == q->spare_room) {
		grown = reallocarray(q->spare, room, sizeof(*grown));
		if (!grown)
			return -1;
		q->spare = grown;
		q->spare_room = room;
	}
	q->room = 0;
	q->spare[q->spares++] = (struct compat_zcrx_rqe){.off = off, .len = len};
	count(&c->event[EVENT_refill_stalls], 1);
	return 0;
}

/* Those that were kept go first, as far as there is room; latest first, that costs no moving. */
static void put_spares(struct zcrx_queue *q)
{
	while (q->spares && (q->room || has_room(q))) {
		struct compat_zcrx_rqe *rqe = &q->spare[--q->spares];

		zcrx_put(q, rqe->off, rqe->len);
	}
}

/* Makes the kernel take back what the refill queue holds, now: 0, or a negative errno. */
static int flush(struct zcrx *z, struct counters *c)
{
	struct compat_zcrx_ctrl ctrl = {.id = z->id, .op = COMPAT_ZCRX_CTRL_FLUSH_RQ};
	int result = compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &ctrl, 0);

	count(&c->call[CALL_io_uring_register], 1);
	count(&c->event[EVENT_refill_flushes], 1);
	return result < 0 ? -errno : 0;
}

int zcrx_publish(struct zcrx *z, struct counters *c, bool starved)
{
	struct zcrx_queue *q = z->queue;
	int result;

	put_spares(q);
	__atomic_store_n(q->ktail, q->tail, __ATOMIC_RELEASE);
	if (!q->can_flush || (!q->spares && !q->nodev && !starved))
		return 0;
	if (!q->spares && !starved && waiting(q) < q->flush_at)
		return 0;
	result = flush(z, c);
	put_spares(q);
	__atomic_store_n(q->ktail, q->tail, __ATOMIC_RELEASE);
	return result;
}

int zcrx_stuck(struct flow *f)
{
	const struct options *option = &f->config->options;

	if (option->nodev)
		return flow_fail(f,
				 "flow %u stands still: zcrx has no buffer to copy it into; give a larger --area",
				 f->number);
	return flow_fail(f,
			 "flow %u stands still: it is not in buffers of queue %u of %s, and cannot be copied into them; see whether a rule brings it there ('ethtool -n %s'), or give a larger --area",
			 f->number, queue_of(f), option->nic, option->nic);
}

uint64_t zcrx_copied(struct zcrx *z, uint64_t bytes)
{
	struct zcrx_queue *q = z->queue;
	uint64_t copied;

	if (q->nodev)
		return bytes;
	if (!q->stats)
		return 0;
	copied = __atomic_load_n(&q->stats->copy_bytes, __ATOMIC_RELAXED) - q->copied_seen;
	if (copied > bytes)
		copied = bytes; /* the rest belongs to completions that are still to be seen */
	q->copied_seen += copied;
	return copied;
}
