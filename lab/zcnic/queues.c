// SPDX-License-Identifier: GPL-2.0
/*
 * page_pools and rings of the queues. A queue can be restarted alone with other memory, which is
 * how devmem and zcrx take one (net/core/netdev_rx_queue.c).
 */
#include <linux/slab.h>

#include "compat.h"
#include "zcnic.h"

static struct page_pool *make_pool(struct zcnic_rx *rx, u32 buffer_bytes, u32 size)
{
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV | PP_FLAG_ALLOW_UNREADABLE_NETMEM,
		.order = get_order(buffer_bytes),
		.pool_size = size,
		.nid = NUMA_NO_NODE,
		.dev = rx->port->parent,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = buffer_bytes,
		.netdev = rx->port->dev,
		.queue_idx = rx->index,
	};

	return page_pool_create(&params);
}

static struct page_pool *make_header_pool(struct zcnic_rx *rx, u32 size)
{
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP,
		.pool_size = size,
		.nid = NUMA_NO_NODE,
		.dev = rx->port->parent,
		.dma_dir = DMA_FROM_DEVICE,
		.netdev = rx->port->dev,
	};

	return page_pool_create(&params);
}

static void free_memory(struct zcnic_memory *m)
{
	if (!IS_ERR_OR_NULL(m->pool))
		page_pool_destroy(m->pool);
	if (!IS_ERR_OR_NULL(m->headers))
		page_pool_destroy(m->headers);
	kvfree(m->buffer);
	kvfree(m->done);
	memset(m, 0, sizeof(*m));
}

static int make_memory(struct zcnic_rx *rx, u32 buffer_bytes, struct zcnic_memory *m)
{
	u32 size = rx->port->ring;
	int error = -ENOMEM;

	*m = (struct zcnic_memory){
		.size = size,
		.buffer_bytes = buffer_bytes ? buffer_bytes : PAGE_SIZE,
		.buffer = kvcalloc(size, sizeof(*m->buffer), GFP_KERNEL),
		.done = kvcalloc(size, sizeof(*m->done), GFP_KERNEL),
	};
	if (!m->buffer || !m->done)
		goto failed;
	m->pool = make_pool(rx, m->buffer_bytes, size);
	if (IS_ERR(m->pool)) {
		error = PTR_ERR(m->pool);
		goto failed;
	}
	if (rx->fault.header_pages) {
		m->headers = make_header_pool(rx, size);
		if (IS_ERR(m->headers)) {
			error = PTR_ERR(m->headers);
			goto failed;
		}
	}
	return 0;
failed:
	free_memory(m);
	return error;
}

static void start(struct zcnic_rx *rx)
{
	rx->used = rx->head = rx->posted = rx->released = rx->tail = 0;
	page_pool_enable_direct_recycling(rx->memory.pool, &rx->napi);
	napi_enable_locked(&rx->napi);
	netif_queue_set_napi(rx->port->dev, rx->index, NETDEV_QUEUE_TYPE_RX, &rx->napi);
	spin_lock_bh(&rx->lock);
	rx->live = true;
	spin_unlock_bh(&rx->lock);
	/* By the poll, which alone may take from the pool. */
	local_bh_disable();
	napi_schedule(&rx->napi);
	local_bh_enable();
}

/* From here on no sender writes into its buffers, and nobody polls. */
static void stop(struct zcnic_rx *rx)
{
	struct zcnic_memory *m = &rx->memory;

	spin_lock_bh(&rx->lock);
	rx->live = false;
	spin_unlock_bh(&rx->lock);
	hrtimer_cancel(&rx->refill);
	napi_disable_locked(&rx->napi);
	hrtimer_cancel(&rx->refill); /* which a last poll may have started */
	netif_queue_set_napi(rx->port->dev, rx->index, NETDEV_QUEUE_TYPE_RX, NULL);
	page_pool_disable_direct_recycling(m->pool);
	for (; rx->tail != rx->head; rx->tail++)
		kfree(m->done[rx->tail & (m->size - 1)].whole);
	for (; rx->released != rx->posted; rx->released++)
		page_pool_put_full_netmem(m->pool, m->buffer[rx->released & (m->size - 1)], false);
	/* Who waits for this queue has to try again: it will find it gone, or new. */
	for (unsigned int queue = 0; queue < ZCNIC_QUEUES; queue++)
		if (test_and_clear_bit(queue, &rx->waiting))
			netif_tx_wake_queue(netdev_get_tx_queue(rx->port->peer->dev, queue));
}

static int queue_memory_alloc(struct net_device *dev, QCFG_ARG void *memory, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	return make_memory(&port->rx[index], QCFG_PAGE_SIZE, memory);
}

static void queue_memory_free(struct net_device *dev, void *memory)
{
	free_memory(memory);
}

static int queue_start(struct net_device *dev, QCFG_ARG void *memory, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	port->rx[index].memory = *(struct zcnic_memory *)memory;
	memset(memory, 0, sizeof(struct zcnic_memory));
	start(&port->rx[index]);
	return 0;
}

static int queue_stop(struct net_device *dev, void *memory, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	stop(&port->rx[index]);
	*(struct zcnic_memory *)memory = port->rx[index].memory;
	memset(&port->rx[index].memory, 0, sizeof(struct zcnic_memory));
	return 0;
}

#ifdef HAVE_QCFG
static void default_config(struct net_device *dev, struct netdev_queue_config *config)
{
	config->rx_page_size = PAGE_SIZE;
}

static int validate_config(struct net_device *dev, struct netdev_queue_config *config,
			   struct netlink_ext_ack *extack)
{
	if (is_power_of_2(config->rx_page_size) && config->rx_page_size >= PAGE_SIZE &&
	    config->rx_page_size <= SZ_1M)
		return 0;
	NL_SET_ERR_MSG(extack, "buffers are a power of two, from a page to 1 MiB");
	return -EINVAL;
}
#endif

const struct netdev_queue_mgmt_ops zcnic_queue_ops = {
	.ndo_queue_mem_size = sizeof(struct zcnic_memory),
	.ndo_queue_mem_alloc = queue_memory_alloc,
	.ndo_queue_mem_free = queue_memory_free,
	.ndo_queue_start = queue_start,
	.ndo_queue_stop = queue_stop,
#ifdef HAVE_QCFG
	.ndo_default_qcfg = default_config,
	.ndo_validate_qcfg = validate_config,
	.supported_params = QCFG_RX_PAGE_SIZE,
#endif
};

static void stop_all(struct net_device *dev, unsigned int count)
{
	struct zcnic_port *port = netdev_priv(dev);

	while (count--) {
		stop(&port->rx[count]);
		netif_napi_del_locked(&port->rx[count].napi);
		free_memory(&port->rx[count].memory);
	}
}

int zcnic_open(struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);

	for (unsigned int i = 0; i < dev->real_num_rx_queues; i++) {
		struct zcnic_rx *rx = &port->rx[i];
		int error;

		error = make_memory(rx, configured_page_size(dev, i), &rx->memory);
		if (error) {
			stop_all(dev, i);
			return error;
		}
		netif_napi_add_config_locked(dev, &rx->napi, zcnic_poll, i);
		start(rx);
	}
	netif_carrier_on(dev);
	netif_tx_start_all_queues(dev);
	return 0;
}

int zcnic_stop(struct net_device *dev)
{
	netif_tx_disable(dev);
	netif_carrier_off(dev);
	stop_all(dev, dev->real_num_rx_queues);
	return 0;
}

static void rx_stats(struct net_device *dev, int index, struct netdev_queue_stats_rx *stats)
{
	struct zcnic_port *port = netdev_priv(dev);
	const struct zcnic_rx *rx = &port->rx[index];

	stats->packets = rx->counts.packets;
	stats->bytes = rx->counts.bytes;
	stats->alloc_fail = rx->counts.alloc_failed;
	stats->hw_drop_overruns = rx->counts.no_buffer;
	stats->hw_gro_packets = rx->counts.hw_gro_packets;
	stats->hw_gro_wire_packets = rx->counts.hw_gro_wire_packets;
}

static void tx_stats(struct net_device *dev, int index, struct netdev_queue_stats_tx *stats)
{
	struct zcnic_port *port = netdev_priv(dev);

	stats->packets = port->tx[index].packets;
	stats->bytes = port->tx[index].bytes;
	stats->stop = port->tx[index].stops;
}

static void base_stats(struct net_device *dev, struct netdev_queue_stats_rx *rx,
		       struct netdev_queue_stats_tx *tx)
{
	rx->packets = rx->bytes = rx->alloc_fail = rx->hw_drop_overruns = 0;
	tx->packets = tx->bytes = 0;
}

const struct netdev_stat_ops zcnic_stat_ops = {
	.get_queue_stats_rx = rx_stats,
	.get_queue_stats_tx = tx_stats,
	.get_base_stats = base_stats,
};
