/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, by what the Makefile found to compile (HAVE_…), never by a version.
 */
#ifndef ZCNIC_COMPAT_H
#define ZCNIC_COMPAT_H

#include <net/netdev_lock.h>
#include <net/netdev_queues.h>

/* Buffers of a size of the queue's own, from 7.1. */
#ifdef HAVE_QCFG
#define QCFG_ARG       struct netdev_queue_config *config,
#define QCFG_PAGE_SIZE config->rx_page_size

static inline u32 configured_page_size(struct net_device *dev, int queue)
{
	struct netdev_queue_config config;

	netdev_queue_config(dev, queue, &config);
	return config.rx_page_size;
}
#else
#define QCFG_ARG
#define QCFG_PAGE_SIZE 0

static inline u32 configured_page_size(struct net_device *dev, int queue)
{
	return 0;
}
#endif

#endif
