// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/pools.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/kit/devices.h"
#include "nic/counters.h"
#include "nic/netdev.h"

struct pool {
	struct netdev_pool is;
	struct netdev_pool_stats stats;
	bool counted; /* stats are there */
};

struct device {
	enum record_end end;
	unsigned int ifindex;
	char iface[IF_NAMESIZE];
	struct genl genl;
	struct netlink netlink;
	uint64_t received[EDGE_COUNT]; /* bytes */
	struct pool *at[EDGE_COUNT];
	size_t count[EDGE_COUNT], room[EDGE_COUNT];
	enum edge edge; /* which is being read */
	bool full;
};

struct pools {
	size_t count;
	struct device device[DEVICES_MAX];
	bool counts; /* the kernel has statistics of pools */
};

static const enum metric_id stat_metric[POOL_STATS] = {
	[POOL_ALLOC_FAST] = METRIC_pagepool_pool_alloc_fast,
	[POOL_ALLOC_SLOW] = METRIC_pagepool_pool_alloc_slow,
	[POOL_ALLOC_SLOW_HIGH_ORDER] = METRIC_pagepool_pool_alloc_slow_high_order,
	[POOL_ALLOC_EMPTY] = METRIC_pagepool_pool_alloc_empty,
	[POOL_ALLOC_REFILL] = METRIC_pagepool_pool_alloc_refill,
	[POOL_ALLOC_WAIVE] = METRIC_pagepool_pool_alloc_waive,
	[POOL_RECYCLE_CACHED] = METRIC_pagepool_pool_recycle_cached,
	[POOL_RECYCLE_CACHE_FULL] = METRIC_pagepool_pool_recycle_cache_full,
	[POOL_RECYCLE_RING] = METRIC_pagepool_pool_recycle_ring,
	[POOL_RECYCLE_RING_FULL] = METRIC_pagepool_pool_recycle_ring_full,
	[POOL_RECYCLE_RELEASED_REFCNT] = METRIC_pagepool_pool_released_refcnt,
};

/* ---- reading ---- */

static struct pool *find(const struct device *d, enum edge edge, uint64_t id)
{
	for (size_t i = 0; i < d->count[edge]; i++)
		if (d->at[edge][i].is.id == id)
			return &d->at[edge][i];
	return NULL;
}

static void keep_pool(void *data, const struct netdev_pool *pool)
{
	struct device *d = data;
	enum edge e = d->edge;

	if (d->count[e] == d->room[e]) {
		size_t room = d->room[e] ? 2 * d->room[e] : 64;
		struct pool *grown = reallocarray(d->at[e], room, sizeof(*grown));

		if (!grown) {
			d->full = true;
			return;
		}
		d->at[e] = grown;
		d->room[e] = room;
	}
	d->at[e][d->count[e]++] = (struct pool){.is = *pool};
}

static void keep_stats(void *data, const struct netdev_pool_stats *stats)
{
	struct device *d = data;
	struct pool *pool = find(d, d->edge, stats->pool);

	/* NULL: it was made between the two questions. */
	if (!pool)
		return;
	pool->stats = *stats;
	pool->counted = true;
}

static int read_received(struct device *d, enum edge edge)
{
	struct rtnl_link_stats64 stats = {0};
	ssize_t size = counters_read(&d->netlink, d->ifindex, &stats);

	d->received[edge] = stats.rx_bytes;
	return size < 0 ? (int)size : 0;
}

static int read_device(struct device *d, enum edge edge, bool stats)
{
	int error;

	d->edge = edge;
	d->count[edge] = 0;
	error = netdev_pools(&d->genl, d->ifindex, keep_pool, d);
	if (!error && stats)
		error = netdev_pool_stats(&d->genl, d->ifindex, keep_stats, d);
	if (!error)
		error = read_received(d, edge);
	return error ? error : d->full ? -ENOMEM : 0;
}

int pools_read(struct pools *p, enum edge edge)
{
	int result = 0;

	for (size_t i = 0; i < p->count; i++)
		if (read_device(&p->device[i], edge, p->counts))
			result = -1;
	return result;
}

/* ---- opening ---- */

static int open_device(void *data, enum record_end end, const char *iface)
{
	struct pools *p = data;
	struct device *d = &p->device[p->count++];
	int error;

	d->end = end;
	d->ifindex = if_nametoindex(iface);
	if (!d->ifindex)
		return -errno;
	snprintf(d->iface, sizeof(d->iface), "%s", iface);
	error = genl_open(&d->genl, NETDEV_FAMILY);
	if (!error)
		error = netlink_open(&d->netlink, NETLINK_ROUTE);
	if (!error)
		error = read_device(d, EDGE_OPEN, false);
	if (error)
		return error == -ENOENT ? -EOPNOTSUPP : error;
	error = netdev_pool_stats(&d->genl, d->ifindex, keep_stats, d);
	p->counts = !error;
	/* Once more, so that no memory has to be found at the edges. */
	return error && error != -EOPNOTSUPP ? error : read_device(d, EDGE_CLOSE, p->counts);
}

struct pools *pools_open(const struct measurement *run, char *why, size_t why_size)
{
	struct pools *p = calloc(1, sizeof(*p));
	bool any = false;

	if (!p) {
		snprintf(why, why_size, "no memory left");
		return NULL;
	}
	if (devices_each(run, open_device, p, why, why_size) < 0) {
		pools_close(p);
		return NULL;
	}
	for (size_t i = 0; i < p->count; i++)
		any = any || p->device[i].count[EDGE_OPEN];
	if (any)
		return p;
	snprintf(why, why_size,
		 "the devices' drivers have no page_pools, or do not say that they are theirs");
	pools_close(p);
	return NULL;
}

const char *pools_means(const struct pools *p)
{
	return p->counts ? "netdev netlink" : "netdev netlink without CONFIG_PAGE_POOL_STATS";
}

/* ---- rows ---- */

struct queue_of {
	uint32_t napi_id;
	uint32_t queue;
	bool found;
};

static void look_at_queue(void *data, const struct netdev_queue *q)
{
	struct queue_of *of = data;

	if (q->direction != NETDEV_RX || q->napi_id != of->napi_id || of->found)
		return;
	of->queue = q->id;
	of->found = true;
}

/* As eth0/rx-3/8195; the second pool of a queue ends in /2. */
static void name_pool(struct device *d, size_t i, char *key, size_t size)
{
	const struct pool *pool = &d->at[EDGE_CLOSE][i];
	struct queue_of of = {.napi_id = pool->is.napi_id};
	unsigned int nth = 1;
	int used;

	for (size_t n = 0; n < i; n++)
		nth += d->at[EDGE_CLOSE][n].is.napi_id == pool->is.napi_id;
	if (of.napi_id)
		netdev_queues(&d->genl, d->ifindex, look_at_queue, &of);
	if (of.found)
		used = snprintf(key, size, "%s/rx-%u/%u", d->iface, of.queue, of.napi_id);
	else if (of.napi_id)
		used = snprintf(key, size, "%s/-/%u", d->iface, of.napi_id);
	else
		used = snprintf(key, size, "%s/-/-", d->iface);
	if (nth > 1)
		snprintf(key + used, size - used, "/%u", nth);
}

/* Queues of one zcrx have one length: it is said once of a device. */
static bool first_with_buffers(const struct device *d, size_t i)
{
	while (i--)
		if (d->at[EDGE_CLOSE][i].is.rx_buf_len)
			return false;
	return true;
}

/* Returns its allocations. */
static uint64_t emit_pool(struct device *d, size_t i, struct writer *w)
{
	const struct pool *now = &d->at[EDGE_CLOSE][i];
	const struct pool *was = find(d, EDGE_OPEN, now->is.id);
	uint64_t grown[POOL_STATS];
	char key[64], length[24];

	name_pool(d, i, key, sizeof(key));
	if (now->is.io_uring || now->is.dmabuf)
		writer_fact(w, d->end, METRIC_pagepool_pool_provider, key,
			    now->is.io_uring ? "io_uring" : "devmem");
	if (now->is.rx_buf_len && first_with_buffers(d, i)) {
		snprintf(length, sizeof(length), "%llu", (unsigned long long)now->is.rx_buf_len);
		writer_fact(w, d->end, METRIC_fact_nic, "rx-buf-len", length);
	}
	writer_u64(w, WINDOW, d->end, METRIC_pagepool_pool_inflight, key, now->is.inflight);
	writer_u64(w, WINDOW, d->end, METRIC_pagepool_pool_inflight_bytes, key,
		   now->is.inflight_bytes);
	if (!now->counted)
		return 0;
	/* A pool that was made in the window began with nothing. */
	for (int stat = 0; stat < POOL_STATS; stat++) {
		grown[stat] = now->stats.at[stat] - (was ? was->stats.at[stat] : 0);
		writer_u64(w, WINDOW, d->end, stat_metric[stat], key, grown[stat]);
	}
	return grown[POOL_ALLOC_FAST] + grown[POOL_ALLOC_SLOW] + grown[POOL_ALLOC_REFILL];
}

static void emit_device(struct device *d, struct writer *w)
{
	uint64_t received = d->received[EDGE_CLOSE] - d->received[EDGE_OPEN];
	uint64_t allocations = 0;

	for (size_t i = 0; i < d->count[EDGE_CLOSE]; i++)
		allocations += emit_pool(d, i, w);
	if (allocations && received)
		writer_f64(w, WINDOW, d->end, METRIC_pagepool_pages_per_gb, d->iface,
			   (double)allocations / ((double)received / 1e9));
}

void pools_emit(struct pools *p, struct writer *w)
{
	for (size_t i = 0; i < p->count; i++)
		emit_device(&p->device[i], w);
}

void pools_close(struct pools *p)
{
	for (size_t i = 0; p && i < p->count; i++) {
		genl_close(&p->device[i].genl);
		netlink_close(&p->device[i].netlink);
		free(p->device[i].at[EDGE_OPEN]);
		free(p->device[i].at[EDGE_CLOSE]);
	}
	free(p);
}
