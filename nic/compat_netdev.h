/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netdev family of generic netlink, and what ethtool's family has got since Linux 6.1: headers
 * of that age have neither. Values from Documentation/netlink/specs/netdev.yaml and ethtool.yaml;
 * whether the running kernel knows them is asked at run time. Names are our own where the newer
 * headers have enumerators, which no #ifndef can see.
 */
#ifndef NIC_COMPAT_NETDEV_H
#define NIC_COMPAT_NETDEV_H

#define NETDEV_FAMILY "netdev"

/* From 6.3; page_pools and their statistics 6.8, queues 6.8, their statistics 6.10. */
enum netdev_cmd {
	NETDEV_PAGE_POOL_GET = 5,
	NETDEV_PAGE_POOL_STATS_GET = 9,
	NETDEV_QUEUE_GET = 10,
	NETDEV_NAPI_GET = 11,
	NETDEV_QSTATS_GET = 12,
	NETDEV_BIND_RX = 13,	  /* 6.12 */
	NETDEV_NAPI_SET = 14,	  /* 6.13 */
	NETDEV_BIND_TX = 15,	  /* 6.16 */
	NETDEV_QUEUE_CREATE = 16, /* 7.1 */
};

enum netdev_of_pool {
	NETDEV_POOL_ID = 1,
	NETDEV_POOL_IFINDEX,
	NETDEV_POOL_NAPI_ID,
	NETDEV_POOL_INFLIGHT,
	NETDEV_POOL_INFLIGHT_MEM,
	NETDEV_POOL_DETACH_TIME,
	NETDEV_POOL_DMABUF,   /* 6.12 */
	NETDEV_POOL_IO_URING, /* 6.15 */
};

/* Nested in NETDEV_POOL_IO_URING and NETDEV_QUEUE_IO_URING. */
enum netdev_of_io_uring {
	NETDEV_IO_URING_RX_BUF_LEN = 1, /* 7.x */
};

/* CONFIG_PAGE_POOL_STATS. */
enum netdev_of_pool_stats {
	NETDEV_POOL_STATS_INFO = 1,
	NETDEV_POOL_STATS_FIRST = 8,
};

enum netdev_of_queue {
	NETDEV_QUEUE_ID = 1,
	NETDEV_QUEUE_IFINDEX,
	NETDEV_QUEUE_TYPE,
	NETDEV_QUEUE_NAPI_ID,
	NETDEV_QUEUE_DMABUF,   /* 6.12 */
	NETDEV_QUEUE_IO_URING, /* 6.15 */
	NETDEV_QUEUE_XSK,      /* 6.16 */
	NETDEV_QUEUE_LEASE,    /* 7.1 */
};

/* Of a device that leases the queue, or that has leased it: which device, of which namespace, and its queue. */
enum netdev_of_lease {
	NETDEV_LEASE_IFINDEX = 1,
	NETDEV_LEASE_QUEUE,
	NETDEV_LEASE_NETNS,
};

enum netdev_of_qstats {
	NETDEV_QSTATS_IFINDEX = 1,
	NETDEV_QSTATS_QUEUE_TYPE,
	NETDEV_QSTATS_QUEUE_ID,
	NETDEV_QSTATS_SCOPE,
	NETDEV_QSTATS_FIRST = 8,
};

#define NETDEV_SCOPE_QUEUE 1

enum netdev_of_napi {
	NETDEV_NAPI_IFINDEX = 1,
	NETDEV_NAPI_ID,
	NETDEV_NAPI_IRQ,
	NETDEV_NAPI_PID,
	NETDEV_NAPI_IRQ_SUSPEND_TIMEOUT = 7, /* 6.13 */
};

/* bind-rx and bind-tx. */
enum netdev_of_dmabuf {
	NETDEV_DMABUF_IFINDEX = 1,
	NETDEV_DMABUF_QUEUES,
	NETDEV_DMABUF_FD,
	NETDEV_DMABUF_ID,
	NETDEV_DMABUF_RX_PAGE_SIZE, /* 7.3 */
};

#endif
