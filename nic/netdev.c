// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/netdev.h"

#include <errno.h>

const char *const netdev_pool_stat_name[POOL_STATS] = {
	"alloc_fast",	"alloc_slow",	     "alloc_slow_high_order",	"alloc_empty",
	"alloc_refill", "alloc_waive",	     "recycle_cached",		"recycle_cache_full",
	"recycle_ring", "recycle_ring_full", "recycle_released_refcnt",
};

const char *const netdev_queue_stat_name[QUEUE_STATS] = {
	"rx_packets",
	"rx_bytes",
	"tx_packets",
	"tx_bytes",
	"rx_alloc_fail",
	"rx_hw_drops",
	"rx_hw_drop_overruns",
	"rx_csum_complete",
	"rx_csum_unnecessary",
	"rx_csum_none",
	"rx_csum_bad",
	"rx_hw_gro_packets",
	"rx_hw_gro_bytes",
	"rx_hw_gro_wire_packets",
	"rx_hw_gro_wire_bytes",
	"rx_hw_drop_ratelimits",
	"tx_hw_drops",
	"tx_hw_drop_errors",
	"tx_csum_none",
	"tx_needs_csum",
	"tx_hw_gso_packets",
	"tx_hw_gso_bytes",
	"tx_hw_gso_wire_packets",
	"tx_hw_gso_wire_bytes",
	"tx_hw_drop_ratelimits",
	"tx_stop",
	"tx_wake",
};

/* What the callbacks of one dump share; one of the three is set. */
struct dump {
	unsigned int ifindex;
	void (*queue)(void *data, const struct netdev_queue *q);
	void (*pool)(void *data, const struct netdev_pool *p);
	void (*pool_stats)(void *data, const struct netdev_pool_stats *s);
	void (*queue_stats)(void *data, const struct netdev_queue_stats *s);
	void *data;
};

static uint32_t queue_id(const struct nlattr *queue)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, queue)
	{
		if (mnl_attr_get_type(attr) == NETDEV_QUEUE_ID)
			return mnl_attr_get_u32(attr);
	}
	return 0;
}

static void take_lease(const struct nlattr *lease, struct netdev_queue *q)
{
	const struct nlattr *attr;

	q->leased = true;
	mnl_attr_for_each_nested(attr, lease)
	{
		switch (mnl_attr_get_type(attr)) {
		case NETDEV_LEASE_IFINDEX:
			q->lessee = mnl_attr_get_u32(attr);
			break;
		case NETDEV_LEASE_QUEUE:
			q->lessee_queue = queue_id(attr);
			break;
		case NETDEV_LEASE_NETNS:
			q->lessee_netns = (int32_t)mnl_attr_get_u32(attr);
			break;
		}
	}
}

static int take_queue(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct netdev_queue q = {.lessee_netns = -1};
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case NETDEV_QUEUE_ID:
			q.id = mnl_attr_get_u32(attr);
			break;
		case NETDEV_QUEUE_TYPE:
			q.direction = mnl_attr_get_u32(attr) ? NETDEV_TX : NETDEV_RX;
			break;
		case NETDEV_QUEUE_NAPI_ID:
			q.napi_id = mnl_attr_get_u32(attr);
			break;
		case NETDEV_QUEUE_DMABUF:
			q.dmabuf = mnl_attr_get_u32(attr);
			break;
		case NETDEV_QUEUE_IO_URING:
			q.io_uring = true;
			break;
		case NETDEV_QUEUE_XSK:
			q.xsk = true;
			break;
		case NETDEV_QUEUE_LEASE:
			take_lease(attr, &q);
			break;
		}
	}
	d->queue(d->data, &q);
	return MNL_CB_OK;
}

int netdev_queues(struct genl *g, unsigned int ifindex,
		  void (*take)(void *data, const struct netdev_queue *q), void *data)
{
	struct nlmsghdr *nlh = genl_begin(g, NETDEV_QUEUE_GET, NLM_F_DUMP);
	struct dump d = {.ifindex = ifindex, .queue = take, .data = data};

	mnl_attr_put_u32(nlh, NETDEV_QUEUE_IFINDEX, ifindex);
	return netlink_ask(&g->netlink, take_queue, &d);
}

/* 0: the kernel does not tell. */
static uint64_t take_rx_buf_len(const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == NETDEV_IO_URING_RX_BUF_LEN)
			return genl_uint(attr);
	}
	return 0;
}

static int take_napi(const struct nlmsghdr *nlh, void *data)
{
	struct netdev_napi *napi = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		if (mnl_attr_get_type(attr) == NETDEV_NAPI_IFINDEX)
			napi->ifindex = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == NETDEV_NAPI_IRQ)
			napi->irq = (int)mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

int netdev_napi(struct genl *g, uint32_t napi_id, struct netdev_napi *napi)
{
	struct nlmsghdr *nlh = genl_begin(g, NETDEV_NAPI_GET, 0);

	*napi = (struct netdev_napi){.irq = -1};
	mnl_attr_put_u32(nlh, NETDEV_NAPI_ID, napi_id);
	return netlink_ask(&g->netlink, take_napi, napi);
}

static int take_pool(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct netdev_pool p = {0};
	uint32_t ifindex = 0;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case NETDEV_POOL_ID:
			p.id = genl_uint(attr);
			break;
		case NETDEV_POOL_IFINDEX:
			ifindex = mnl_attr_get_u32(attr);
			break;
		case NETDEV_POOL_NAPI_ID:
			p.napi_id = (uint32_t)genl_uint(attr);
			break;
		case NETDEV_POOL_INFLIGHT:
			p.inflight = genl_uint(attr);
			break;
		case NETDEV_POOL_INFLIGHT_MEM:
			p.inflight_bytes = genl_uint(attr);
			break;
		case NETDEV_POOL_DETACH_TIME:
			p.detached = true;
			break;
		case NETDEV_POOL_DMABUF:
			p.dmabuf = mnl_attr_get_u32(attr);
			break;
		case NETDEV_POOL_IO_URING:
			p.io_uring = true;
			p.rx_buf_len = take_rx_buf_len(attr);
			break;
		}
	}
	/* This dump has no filter: it is of all devices of the namespace. */
	if (ifindex == d->ifindex)
		d->pool(d->data, &p);
	return MNL_CB_OK;
}

int netdev_pools(struct genl *g, unsigned int ifindex,
		 void (*take)(void *data, const struct netdev_pool *p), void *data)
{
	struct dump d = {.ifindex = ifindex, .pool = take, .data = data};

	genl_begin(g, NETDEV_PAGE_POOL_GET, NLM_F_DUMP);
	return netlink_ask(&g->netlink, take_pool, &d);
}

/* Which pool: a nest of the attributes of netdev_of_pool. */
static uint32_t take_info(const struct nlattr *nest, uint64_t *pool)
{
	uint32_t ifindex = 0;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == NETDEV_POOL_ID)
			*pool = genl_uint(attr);
		else if (mnl_attr_get_type(attr) == NETDEV_POOL_IFINDEX)
			ifindex = mnl_attr_get_u32(attr);
	}
	return ifindex;
}

static int take_pool_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct netdev_pool_stats s = {0};
	uint32_t ifindex = 0;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		int type = mnl_attr_get_type(attr);

		if (type == NETDEV_POOL_STATS_INFO)
			ifindex = take_info(attr, &s.pool);
		else if (type >= NETDEV_POOL_STATS_FIRST &&
			 type < NETDEV_POOL_STATS_FIRST + POOL_STATS)
			s.at[type - NETDEV_POOL_STATS_FIRST] = genl_uint(attr);
	}
	if (ifindex == d->ifindex)
		d->pool_stats(d->data, &s);
	return MNL_CB_OK;
}

int netdev_pool_stats(struct genl *g, unsigned int ifindex,
		      void (*take)(void *data, const struct netdev_pool_stats *s), void *data)
{
	struct dump d = {.ifindex = ifindex, .pool_stats = take, .data = data};

	genl_begin(g, NETDEV_PAGE_POOL_STATS_GET, NLM_F_DUMP);
	return netlink_ask(&g->netlink, take_pool_stats, &d);
}

static int take_queue_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct dump *d = data;
	struct netdev_queue_stats s = {0};
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		int type = mnl_attr_get_type(attr);

		if (type == NETDEV_QSTATS_QUEUE_TYPE) {
			s.direction = mnl_attr_get_u32(attr) ? NETDEV_TX : NETDEV_RX;
		} else if (type == NETDEV_QSTATS_QUEUE_ID) {
			s.queue = mnl_attr_get_u32(attr);
		} else if (type >= NETDEV_QSTATS_FIRST && type < NETDEV_QSTATS_FIRST + QUEUE_STATS) {
			s.at[type - NETDEV_QSTATS_FIRST] = genl_uint(attr);
			s.known |= 1ULL << (type - NETDEV_QSTATS_FIRST);
		}
	}
	if (s.known)
		d->queue_stats(d->data, &s);
	return MNL_CB_OK;
}

int netdev_queue_stats(struct genl *g, unsigned int ifindex,
		       void (*take)(void *data, const struct netdev_queue_stats *s), void *data)
{
	struct nlmsghdr *nlh = genl_begin(g, NETDEV_QSTATS_GET, NLM_F_DUMP);
	struct dump d = {.ifindex = ifindex, .queue_stats = take, .data = data};

	mnl_attr_put_u32(nlh, NETDEV_QSTATS_IFINDEX, ifindex);
	/* A "uint"; 8 bytes are always understood. */
	mnl_attr_put_u64(nlh, NETDEV_QSTATS_SCOPE, NETDEV_SCOPE_QUEUE);
	return netlink_ask(&g->netlink, take_queue_stats, &d);
}

const char *netdev_lease(const struct netdev_queue *q)
{
	if (q->io_uring)
		return "io_uring zcrx";
	if (q->dmabuf)
		return "devmem";
	if (q->xsk)
		return "AF_XDP";
	return q->leased ? "a virtual device" : NULL;
}
