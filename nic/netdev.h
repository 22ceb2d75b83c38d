/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's netdev family of generic netlink says of devices, of their queues and of their
 * page_pools (Documentation/netlink/specs/netdev.yaml). Each command has its own age, see
 * nic/compat_netdev.h; one that a kernel lacks is -EOPNOTSUPP.
 *
 *   genl_open(g, NETDEV_FAMILY)
 *   netdev_queues()       each queue: its NAPI, and who holds it
 *   netdev_pools()        each page_pool of a device
 *   netdev_pool_stats()   its statistics
 *   netdev_queue_stats()  the statistics of each queue that the driver counts by queue
 *   netdev_napi()         one NAPI: of which device, and by which interrupt
 *   netdev_lease()        who holds a queue, in words
 *
 * The lists give each item to `take` in the order of the kernel's answer; it is only there during
 * the call. All return 0 or a negative errno.
 */
#ifndef NIC_NETDEV_H
#define NIC_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "nic/compat_netdev.h"
#include "nic/genl.h"

enum netdev_direction { NETDEV_RX, NETDEV_TX };

struct netdev_queue {
	uint32_t id;
	enum netdev_direction direction;
	uint32_t napi_id; /* 0: the driver did not say */
	uint32_t dmabuf;  /* id of the dma-buf that is bound to it; 0: none */
	bool io_uring;	  /* zcrx has it */
	bool xsk;	  /* AF_XDP has it */
	bool leased;	  /* a virtual device has it: */
	uint32_t lessee; /* its index, in the namespace that is called so in this one; -1: this one itself */
	int32_t lessee_netns;
	uint32_t lessee_queue;
};

struct netdev_napi {
	unsigned int ifindex;
	int irq; /* -1: the driver did not say */
};

struct netdev_pool {
	uint64_t id;
	uint32_t napi_id;  /* 0: none, or gone */
	uint64_t inflight; /* pages, or what a memory provider has in their place */
	uint64_t inflight_bytes;
	bool detached; /* its queue is gone, and it waits for its pages */
	uint32_t dmabuf;
	bool io_uring;
	uint64_t rx_buf_len; /* bytes of a buffer of zcrx; 0: not told, or no zcrx */
};

/* Order of the kernel's attributes from NETDEV_POOL_STATS_FIRST on. */
enum netdev_pool_stat {
	POOL_ALLOC_FAST,
	POOL_ALLOC_SLOW,
	POOL_ALLOC_SLOW_HIGH_ORDER,
	POOL_ALLOC_EMPTY,
	POOL_ALLOC_REFILL,
	POOL_ALLOC_WAIVE,
	POOL_RECYCLE_CACHED,
	POOL_RECYCLE_CACHE_FULL,
	POOL_RECYCLE_RING,
	POOL_RECYCLE_RING_FULL,
	POOL_RECYCLE_RELEASED_REFCNT,
	POOL_STATS,
};

/* As ethtool names them: "alloc_fast". */
extern const char *const netdev_pool_stat_name[POOL_STATS];

struct netdev_pool_stats {
	uint64_t pool; /* its id */
	uint64_t at[POOL_STATS];
};

/* Order of the kernel's attributes from NETDEV_QSTATS_FIRST on, as of Linux 7.2. */
#define QUEUE_STATS 27
/* The first of them are packets and bytes, which most drivers have. */
#define QUEUE_STATS_PACKETS 4

/* As the spec names them: "rx_packets". */
extern const char *const netdev_queue_stat_name[QUEUE_STATS];

struct netdev_queue_stats {
	uint32_t queue;
	enum netdev_direction direction;
	uint64_t known; /* bit i: the driver counts at[i] */
	uint64_t at[QUEUE_STATS];
};

int netdev_queues(struct genl *g, unsigned int ifindex,
		  void (*take)(void *data, const struct netdev_queue *q), void *data);
int netdev_pools(struct genl *g, unsigned int ifindex,
		 void (*take)(void *data, const struct netdev_pool *p), void *data);
int netdev_napi(struct genl *g, uint32_t napi_id, struct netdev_napi *napi);
/* Of all pools of the device; -EOPNOTSUPP without CONFIG_PAGE_POOL_STATS. */
int netdev_pool_stats(struct genl *g, unsigned int ifindex,
		      void (*take)(void *data, const struct netdev_pool_stats *s), void *data);
/* -EOPNOTSUPP too where the driver does not count by queue. */
int netdev_queue_stats(struct genl *g, unsigned int ifindex,
		       void (*take)(void *data, const struct netdev_queue_stats *s), void *data);
/* NULL: nobody. Static. */
const char *netdev_lease(const struct netdev_queue *q);

#endif
