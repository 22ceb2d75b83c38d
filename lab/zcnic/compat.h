/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older kernels do not have; HAVE_… is what Kbuild found to compile. From 6.12 on devmem can
 * receive; later ones send it too, and have zcrx.
 */
#ifndef ZCNIC_COMPAT_H
#define ZCNIC_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <net/ipv6.h>
#include <net/page_pool/helpers.h>
#if __has_include(<net/netdev_lock.h>)
#include <net/netdev_lock.h>
#endif

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* Where devices have no lock of their own. */
#ifndef HAVE_LOCKED_NAPI
#define napi_enable_locked				     napi_enable
#define napi_disable_locked				     napi_disable
#define netif_napi_set_irq_locked			     netif_napi_set_irq
#define netif_napi_del_locked				     netif_napi_del
#define netif_napi_add_config_locked(dev, napi, poll, index) netif_napi_add(dev, napi, poll)
#endif

#ifndef HAVE_DIRECT_RECYCLING
static inline void page_pool_enable_direct_recycling(struct page_pool *pool,
						     struct napi_struct *napi)
{
}
#endif

#ifndef HAVE_NETMEMS
#define page_pool_alloc_netmems page_pool_alloc_netmem
#endif

/* Where the stack puts a header into large packets of IPv6 that is not for the wire (BIG TCP). */
#ifndef HAVE_JUMBO_HEADER
#define ipv6_hopopt_jumbo_remove(skb) 0
#endif

#ifndef HAVE_NETMEM_SYNC
static inline void page_pool_dma_sync_netmem_for_cpu(const struct page_pool *pool,
						     netmem_ref buffer, u32 offset, u32 bytes)
{
	if (!netmem_is_net_iov(buffer))
		page_pool_dma_sync_for_cpu(pool, netmem_to_page(buffer), offset, bytes);
}
#endif

/* An argument of queue_mgmt_ops where there is one, and what it says. */
#ifdef HAVE_QUEUE_CONFIG
#define QUEUE_CONFIG	   struct netdev_queue_config *qcfg,
#define BUFFER_BYTES(port) (qcfg->rx_page_size)
#else
#define QUEUE_CONFIG
#define BUFFER_BYTES(port) ((port)->set.buffer_bytes)
#endif

#endif
