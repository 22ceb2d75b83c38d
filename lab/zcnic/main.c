// SPDX-License-Identifier: GPL-2.0
/* Ports: made in linked pairs, and removed. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "zcnic.h"

#define PAIRS 8

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "linked pairs of ports");
static unsigned int queues = 4;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "queues in use at first, of at most 16");

/* Each port has a device of its own, as cards have: buffers are mapped for it. */
static struct platform_device *devices[2 * PAIRS];
static struct zcnic_port *ports[2 * PAIRS];

static void get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct zcnic_port *port = netdev_priv(dev);

	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		const struct zcnic_rx *rx = &port->rx[i];
		const struct zcnic_tx *tx = &port->tx[i];

		stats->rx_packets += u64_stats_read(&rx->counts.packets);
		stats->rx_bytes += u64_stats_read(&rx->counts.bytes);
		stats->rx_missed_errors += rx->overruns;
		stats->tx_packets += u64_stats_read(&tx->counts.packets);
		stats->tx_bytes += u64_stats_read(&tx->counts.bytes);
		stats->tx_dropped += u64_stats_read(&tx->counts.dropped);
	}
}

static const struct net_device_ops ops = {
	.ndo_open = zcnic_open,
	.ndo_stop = zcnic_stop,
	.ndo_start_xmit = zcnic_transmit,
	.ndo_get_stats64 = get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void set_features(struct net_device *dev)
{
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
			   NETIF_F_TSO_ECN | NETIF_F_RXHASH | NETIF_F_NTUPLE | NETIF_F_GRO_HW;
	/* Checksums are neither written nor looked at: what was sent is what arrives. */
	dev->features = (dev->hw_features & ~NETIF_F_GRO_HW) | NETIF_F_RXCSUM | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->features;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
#ifdef HAVE_NETMEM_TX
	dev->netmem_tx = NETMEM_TX_DMA;
#endif
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = 9216;
}

static void init_queues(struct zcnic_port *port)
{
	zcnic_transmit_init(port);
	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		struct zcnic_rx *rx = &port->rx[i];

		rx->port = port;
		rx->index = i;
		spin_lock_init(&rx->lock);
		u64_stats_init(&rx->sync);
		hrtimer_setup(&rx->retry, zcnic_retry, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED_SOFT);
		hrtimer_setup(&rx->late, zcnic_late, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	}
}

static struct zcnic_port *make_port(int index)
{
	struct net_device *dev;
	struct zcnic_port *port;

	dev = alloc_etherdev_mqs(sizeof(struct zcnic_port), ZCNIC_QUEUES, ZCNIC_QUEUES);
	if (!dev)
		return NULL;
	port = netdev_priv(dev);
	port->dev = dev;
	port->parent = &devices[index]->dev;
	port->set.ring = ZCNIC_RING;
	port->set.buffer_bytes = PAGE_SIZE;
	port->pause = true;
	port->set.queues = clamp(queues, 1U, (unsigned int)ZCNIC_QUEUES);
	SET_NETDEV_DEV(dev, port->parent);
	strscpy(dev->name, "zcnic%d", IFNAMSIZ);
	dev->netdev_ops = &ops;
	dev->ethtool_ops = &zcnic_ethtool_ops;
	dev->queue_mgmt_ops = &zcnic_queue_ops;
	dev->stat_ops = &zcnic_stat_ops;
	eth_hw_addr_random(dev);
	set_features(dev);
	init_queues(port);
	if (zcnic_steer_add(port)) {
		free_netdev(dev);
		return NULL;
	}
	return port;
}

static void free_port(struct zcnic_port *port)
{
	/* Which a sender may have started when the queue was stopped already. */
	for (int i = 0; i < ZCNIC_QUEUES; i++)
		hrtimer_cancel(&port->rx[i].late);
	zcnic_steer_remove(port);
	free_netdev(port->dev);
}

static int add_port(struct zcnic_port *port)
{
	struct net_device *dev = port->dev;
	int err;

	netif_carrier_off(dev);
	dev->real_num_tx_queues = port->set.queues;
	dev->real_num_rx_queues = port->set.queues;
	err = zcnic_interrupts_add(port);
	if (err)
		return err;
	err = register_netdev(dev);
	if (err)
		zcnic_interrupts_remove(port);
	else
		zcnic_faults_add(port);
	return err;
}

static void remove_port(struct zcnic_port *port)
{
	zcnic_faults_remove(port);
	unregister_netdev(port->dev);
	zcnic_interrupts_remove(port);
}

static void drop_pair(struct zcnic_port **pair, struct platform_device **device)
{
	for (int i = 0; i < 2; i++) {
		if (pair[i])
			free_port(pair[i]);
		if (device[i])
			platform_device_unregister(device[i]);
		pair[i] = NULL;
		device[i] = NULL;
	}
}

static int make_pair(int n)
{
	struct zcnic_port **pair = &ports[2 * n];
	int err = -ENOMEM;

	for (int i = 0; i < 2; i++) {
		struct platform_device *device;

		device = platform_device_register_simple("zcnic", 2 * n + i, NULL, 0);
		if (IS_ERR(device)) {
			err = PTR_ERR(device);
			goto fail;
		}
		devices[2 * n + i] = device;
		err = dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
		if (err)
			goto fail;
		err = -ENOMEM;
		pair[i] = make_port(2 * n + i);
		if (!pair[i])
			goto fail;
	}
	pair[0]->peer = pair[1];
	pair[1]->peer = pair[0];
	err = add_port(pair[0]);
	if (err)
		goto fail;
	err = add_port(pair[1]);
	if (!err)
		return 0;
	remove_port(pair[0]);
fail:
	drop_pair(pair, &devices[2 * n]);
	return err;
}

static void remove_pairs(int n)
{
	while (n--) {
		remove_port(ports[2 * n]);
		remove_port(ports[2 * n + 1]);
		drop_pair(&ports[2 * n], &devices[2 * n]);
	}
}

static int __init zcnic_init(void)
{
	pairs = clamp(pairs, 1U, (unsigned int)PAIRS);
	zcnic_faults_init();
	for (int n = 0; n < pairs; n++) {
		int err = make_pair(n);

		if (err) {
			remove_pairs(n);
			zcnic_faults_exit();
			return err;
		}
	}
	return 0;
}

static void __exit zcnic_exit(void)
{
	remove_pairs(pairs);
	zcnic_faults_exit();
}

module_init(zcnic_init);
module_exit(zcnic_exit);
MODULE_DESCRIPTION("network card in software, for zero copy without one of hardware");
MODULE_LICENSE("GPL");
