// SPDX-License-Identifier: GPL-2.0
/*
 * Queues and their memory. A queue is restarted alone when a memory provider (devmem, zcrx) takes
 * it or leaves it: then it gets a page_pool that draws on the provider.
 */
#include <linux/netdevice.h>
#include <linux/vmalloc.h>

#include "zcnic.h"

static struct page_pool *make_pool(struct zcnic_port *port, const struct zcnic_memory *m, int index)
{
	struct page_pool_params params = {
		.order = get_order(m->buffer_bytes),
		.pool_size = m->size,
		.nid = NUMA_NO_NODE,
		.dev = port->parent,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = m->buffer_bytes,
		.netdev = port->dev,
		.queue_idx = index,
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
	};

	if (port->set.split)
		params.flags |= PP_FLAG_ALLOW_UNREADABLE_NETMEM;
	return page_pool_create(&params);
}

/* A header's share of a page: all of it, or what an skb on it needs. */
static int make_header_pool(struct zcnic_port *port, struct zcnic_memory *m, u32 kind)
{
	struct page_pool_params params = {
		.pool_size = m->size,
		.nid = NUMA_NO_NODE,
		.dev = port->parent,
		.dma_dir = DMA_FROM_DEVICE,
		.netdev = port->dev,
		.flags = PP_FLAG_DMA_MAP,
	};
	struct page_pool *pool = page_pool_create(&params);

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	m->headers = pool;
	m->header_room = kind == 1 ? PAGE_SIZE
				   : SKB_DATA_ALIGN(NET_SKB_PAD + NET_IP_ALIGN + ZCNIC_HEADER) +
					     SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	return 0;
}

static void free_memory(struct zcnic_memory *m)
{
	for (; m->tail != m->head; m->tail++)
		kfree_skb(m->done[m->tail & (m->size - 1)].whole);
	for (; m->released != m->posted; m->released++)
		page_pool_put_full_netmem(m->pool, m->buffer[m->released & (m->size - 1)], false);
	page_pool_destroy(m->pool);
	page_pool_destroy(m->headers);
	kvfree(m->buffer);
	kvfree(m->done);
	memset(m, 0, sizeof(*m));
}

/* A provider may have fewer buffers than the ring has room for: it is filled as far as it goes. */
static int make_memory(struct zcnic_port *port, u32 buffer_bytes, struct zcnic_memory *m, int index)
{
	struct page_pool *pool;
	int err = -ENOMEM;

	*m = (struct zcnic_memory){.size = port->set.ring, .buffer_bytes = buffer_bytes};
	m->buffer = kvcalloc(m->size, sizeof(*m->buffer), GFP_KERNEL);
	m->done = kvcalloc(m->size, sizeof(*m->done), GFP_KERNEL);
	if (!m->buffer || !m->done)
		goto fail;
	pool = make_pool(port, m, index);
	if (IS_ERR(pool)) {
		err = PTR_ERR(pool);
		goto fail;
	}
	m->pool = pool;
	if (port->rx[index].fault.headers) {
		err = make_header_pool(port, m, port->rx[index].fault.headers);
		if (err)
			goto fail;
	}
	zcnic_post(&port->rx[index], m, GFP_KERNEL);
	if (port->rx[index].fault.whole_ring && m->posted < m->size) {
		err = -ENOMEM;
		goto fail;
	}
	return 0;
fail:
	free_memory(m);
	return err;
}

static int queue_mem_alloc(struct net_device *dev, QUEUE_CONFIG void *mem, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	return make_memory(port, BUFFER_BYTES(port), mem, index);
}

static void queue_mem_free(struct net_device *dev, void *mem)
{
	free_memory(mem);
}

static void start(struct zcnic_rx *rx, const struct zcnic_memory *memory)
{
	rx->memory = *memory;
	/* Not before: a pool with a poll could not be destroyed after a failed start. */
	page_pool_enable_direct_recycling(rx->memory.pool, &rx->napi);
	napi_enable_locked(&rx->napi);
	spin_lock_bh(&rx->lock);
	rx->live = true;
	spin_unlock_bh(&rx->lock);
	local_bh_disable();
	napi_schedule(&rx->napi); /* some may wait for it */
	local_bh_enable();
}

static int queue_start(struct net_device *dev, QUEUE_CONFIG void *mem, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	start(&port->rx[index], mem);
	return 0;
}

static int queue_stop(struct net_device *dev, void *mem, int index)
{
	struct zcnic_port *port = netdev_priv(dev);
	struct zcnic_rx *rx = &port->rx[index];

	spin_lock_bh(&rx->lock);
	rx->live = false;
	spin_unlock_bh(&rx->lock);
	local_bh_disable();
	zcnic_transmit_wake(rx);
	local_bh_enable();
	napi_disable_locked(&rx->napi);
	hrtimer_cancel(&rx->late);
	hrtimer_cancel(&rx->retry);
	page_pool_disable_direct_recycling(rx->memory.pool);
	*(struct zcnic_memory *)mem = rx->memory;
	memset(&rx->memory, 0, sizeof(rx->memory));
	return 0;
}

#ifdef HAVE_QUEUE_DMA_DEV
static struct device *queue_get_dma_dev(struct net_device *dev, int index)
{
	struct zcnic_port *port = netdev_priv(dev);

	return port->parent;
}
#endif

#ifdef HAVE_QUEUE_PAGE_SIZE
static void default_qcfg(struct net_device *dev, struct netdev_queue_config *qcfg)
{
	struct zcnic_port *port = netdev_priv(dev);

	qcfg->rx_page_size = port->set.buffer_bytes;
}

static int validate_qcfg(struct net_device *dev, struct netdev_queue_config *qcfg,
			 struct netlink_ext_ack *extack)
{
	if (is_power_of_2(qcfg->rx_page_size) && qcfg->rx_page_size >= PAGE_SIZE &&
	    qcfg->rx_page_size <= ZCNIC_BUFFER_MAX)
		return 0;
	NL_SET_ERR_MSG(extack, "buffers have a power of two of bytes, from a page to 64 KiB");
	return -EINVAL;
}
#endif

const struct netdev_queue_mgmt_ops zcnic_queue_ops = {
	.ndo_queue_mem_size = sizeof(struct zcnic_memory),
	.ndo_queue_mem_alloc = queue_mem_alloc,
	.ndo_queue_mem_free = queue_mem_free,
	.ndo_queue_start = queue_start,
	.ndo_queue_stop = queue_stop,
#ifdef HAVE_QUEUE_DMA_DEV
	.ndo_queue_get_dma_dev = queue_get_dma_dev,
#endif
#ifdef HAVE_QUEUE_PAGE_SIZE
	.ndo_default_qcfg = default_qcfg,
	.ndo_validate_qcfg = validate_qcfg,
	.supported_params = QCFG_RX_PAGE_SIZE,
#endif
};

/* What somebody who holds the queue chose, else the port's. */
static u32 queue_buffer_bytes(struct zcnic_port *port, int index)
{
#ifdef HAVE_QUEUE_PAGE_SIZE
	struct netdev_queue_config qcfg;

	netdev_queue_config(port->dev, index, &qcfg);
	return qcfg.rx_page_size;
#else
	return port->set.buffer_bytes;
#endif
}

static int open_queue(struct zcnic_port *port, int index)
{
	struct zcnic_rx *rx = &port->rx[index];
	struct zcnic_memory memory;
	int err = make_memory(port, queue_buffer_bytes(port, index), &memory, index);

	if (err)
		return err;
	err = zcnic_interrupt_request(rx);
	if (err) {
		free_memory(&memory);
		return err;
	}
	netif_napi_add_config_locked(port->dev, &rx->napi, zcnic_poll, index);
	netif_napi_set_irq_locked(&rx->napi, rx->irq);
	netif_queue_set_napi(port->dev, index, NETDEV_QUEUE_TYPE_RX, &rx->napi);
	netif_queue_set_napi(port->dev, index, NETDEV_QUEUE_TYPE_TX, &rx->napi);
	start(rx, &memory);
	return 0;
}

static void close_queue(struct zcnic_port *port, int index)
{
	struct zcnic_memory memory;

	queue_stop(port->dev, &memory, index);
	netif_queue_set_napi(port->dev, index, NETDEV_QUEUE_TYPE_RX, NULL);
	netif_queue_set_napi(port->dev, index, NETDEV_QUEUE_TYPE_TX, NULL);
	netif_napi_set_irq_locked(&port->rx[index].napi, -1);
	netif_napi_del_locked(&port->rx[index].napi);
	zcnic_interrupt_free(&port->rx[index]);
	free_memory(&memory);
}

static void set_carrier(struct zcnic_port *port)
{
	bool up = netif_running(port->dev) && netif_running(port->peer->dev);

	(up ? netif_carrier_on : netif_carrier_off)(port->dev);
	(up ? netif_carrier_on : netif_carrier_off)(port->peer->dev);
}

int zcnic_open(struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);

	for (int i = 0; i < port->set.queues; i++) {
		int err = open_queue(port, i);

		if (err) {
			while (i--)
				close_queue(port, i);
			return err;
		}
	}
	zcnic_transmit_forget(port);
	port->open = true;
	netif_tx_wake_all_queues(dev);
	set_carrier(port);
	return 0;
}

int zcnic_stop(struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (!port->open)
		return 0;
	port->open = false;
	netif_tx_disable(dev);
	netif_carrier_off(dev);
	netif_carrier_off(port->peer->dev);
	for (int i = 0; i < port->set.queues; i++)
		close_queue(port, i);
	zcnic_transmit_forget(port);
	return 0;
}

int zcnic_change(struct zcnic_port *port, const struct zcnic_settings *to)
{
	struct zcnic_settings from = port->set;
	bool was_open = port->open;
	int err = 0;

	if (was_open)
		zcnic_stop(port->dev);
	port->set = *to;
	if (to->queues != from.queues)
		err = netif_set_real_num_queues(port->dev, to->queues, to->queues);
	if (!err && was_open)
		err = zcnic_open(port->dev);
	if (!err)
		return 0;
	port->set = from;
	if (to->queues != from.queues)
		netif_set_real_num_queues(port->dev, from.queues, from.queues);
	if (was_open && zcnic_open(port->dev))
		netdev_err(port->dev, "could not be opened again; set it down and up\n");
	return err;
}

static void rx_stats(struct net_device *dev, int index, struct netdev_queue_stats_rx *stats)
{
	struct zcnic_port *port = netdev_priv(dev);
	const struct zcnic_rx *rx = &port->rx[index];

	stats->packets = u64_stats_read(&rx->counts.packets);
	stats->bytes = u64_stats_read(&rx->counts.bytes);
	stats->alloc_fail = u64_stats_read(&rx->counts.alloc_fail);
	stats->hw_drop_overruns = rx->overruns;
	stats->hw_drops = rx->overruns;
	stats->hw_gro_packets = u64_stats_read(&rx->counts.merged_packets);
	stats->hw_gro_wire_packets = u64_stats_read(&rx->counts.merged_wire_packets);
}

static void tx_stats(struct net_device *dev, int index, struct netdev_queue_stats_tx *stats)
{
	struct zcnic_port *port = netdev_priv(dev);
	const struct zcnic_tx_counts *counts = &port->tx[index].counts;

	stats->packets = u64_stats_read(&counts->packets);
	stats->bytes = u64_stats_read(&counts->bytes);
	stats->hw_gso_packets = u64_stats_read(&counts->gso_packets);
	stats->hw_gso_wire_packets = u64_stats_read(&counts->gso_wire_packets);
	stats->hw_drops = u64_stats_read(&counts->dropped);
	stats->stop = u64_stats_read(&counts->stop);
	stats->wake = u64_stats_read(&counts->wake);
}

/* Queues that are not in use now may have been before. */
static void base_stats(struct net_device *dev, struct netdev_queue_stats_rx *rx,
		       struct netdev_queue_stats_tx *tx)
{
	struct zcnic_port *port = netdev_priv(dev);

	rx->packets = rx->bytes = rx->alloc_fail = rx->hw_drop_overruns = rx->hw_drops = 0;
	rx->hw_gro_packets = rx->hw_gro_wire_packets = 0;
	tx->packets = tx->bytes = tx->hw_gso_packets = tx->hw_gso_wire_packets = 0;
	tx->hw_drops = tx->stop = tx->wake = 0;
	netdev_stat_queue_sum(dev, port->set.queues, ZCNIC_QUEUES, rx, port->set.queues,
			      ZCNIC_QUEUES, tx);
}

const struct netdev_stat_ops zcnic_stat_ops = {
	.get_queue_stats_rx = rx_stats,
	.get_queue_stats_tx = tx_stats,
	.get_base_stats = base_stats,
};
