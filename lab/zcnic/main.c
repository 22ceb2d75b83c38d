// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "compat.h"
#include "zcnic.h"

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "pairs of linked ports");

static unsigned int queues = 4;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "receive and transmit queues of a port, at first");

#define PORTS_MAX 16

static struct zcnic_port *ports[PORTS_MAX];
static unsigned int port_count;

static void get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct zcnic_port *port = netdev_priv(dev);

	for (unsigned int i = 0; i < ZCNIC_QUEUES; i++) {
		stats->rx_packets += port->rx[i].counts.packets;
		stats->rx_bytes += port->rx[i].counts.bytes;
		stats->rx_missed_errors += port->rx[i].counts.no_buffer;
		stats->tx_packets += port->tx[i].packets;
		stats->tx_bytes += port->tx[i].bytes;
		stats->tx_dropped += port->tx[i].dropped;
	}
}

static const struct net_device_ops netdev_ops = {
	.ndo_open = zcnic_open,
	.ndo_stop = zcnic_stop,
	.ndo_start_xmit = zcnic_transmit,
	.ndo_tx_timeout = zcnic_transmit_timeout,
	.ndo_get_stats64 = get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void describe(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = 9000;
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &zcnic_ethtool_ops;
	dev->queue_mgmt_ops = &zcnic_queue_ops;
	dev->stat_ops = &zcnic_stat_ops;
	dev->netmem_tx = NETMEM_TX_DMA;
	dev->watchdog_timeo = HZ / 5;
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
			   NETIF_F_TSO_ECN | NETIF_F_RXCSUM | NETIF_F_GRO_HW | NETIF_F_NTUPLE |
			   NETIF_F_RXHASH;
	dev->features = (dev->hw_features & ~NETIF_F_GRO_HW) | NETIF_F_HIGHDMA;
	dev->vlan_features = 0;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

static struct zcnic_port *add_port(int number)
{
	struct platform_device *parent;
	struct zcnic_port *port;
	struct net_device *dev;

	parent = platform_device_register_simple("zcnic", number, NULL, 0);
	if (IS_ERR(parent))
		return ERR_CAST(parent);
	dma_coerce_mask_and_coherent(&parent->dev, DMA_BIT_MASK(64));
	dev = alloc_etherdev_mq(sizeof(*port), ZCNIC_QUEUES);
	if (!dev) {
		platform_device_unregister(parent);
		return ERR_PTR(-ENOMEM);
	}
	SET_NETDEV_DEV(dev, &parent->dev);
	strscpy(dev->name, "zcnic%d", sizeof(dev->name));
	describe(dev);
	port = netdev_priv(dev);
	port->dev = dev;
	port->parent = &parent->dev;
	port->ring = ZCNIC_RING;
	port->pause = true;
	for (unsigned int i = 0; i < ZCNIC_QUEUES; i++)
		zcnic_rx_init(port, i);
	dev->real_num_rx_queues = dev->real_num_tx_queues = clamp(queues, 1U, ZCNIC_QUEUES);
	zcnic_steer_init(port);
	netif_carrier_off(dev);
	return port;
}

/* A port must not send to one that is gone: both are down before either is freed. */
static void remove_all(unsigned int registered)
{
	for (unsigned int i = 0; i < registered; i++) {
		zcnic_faults_remove(ports[i]);
		unregister_netdev(ports[i]->dev);
	}
	while (port_count) {
		struct zcnic_port *port = ports[--port_count];
		struct platform_device *parent = to_platform_device(port->parent);

		free_netdev(port->dev);
		platform_device_unregister(parent);
	}
	zcnic_faults_exit();
}

static int __init zcnic_init(void)
{
	unsigned int registered = 0;
	int error = 0;

	if (!pairs || pairs > PORTS_MAX / 2)
		return -EINVAL;
	zcnic_faults_init();
	while (port_count < 2 * pairs) {
		struct zcnic_port *port = add_port(port_count);

		if (IS_ERR(port)) {
			remove_all(0);
			return PTR_ERR(port);
		}
		ports[port_count++] = port;
	}
	for (unsigned int i = 0; i < port_count; i++)
		ports[i]->peer = ports[i ^ 1];
	while (registered < port_count && !error) {
		error = register_netdev(ports[registered]->dev);
		if (!error)
			zcnic_faults_add(ports[registered++]);
	}
	if (error)
		remove_all(registered);
	return error;
}

static void __exit zcnic_exit(void)
{
	remove_all(port_count);
}

module_init(zcnic_init);
module_exit(zcnic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("two linked ports with header split, flow steering and memory providers");
