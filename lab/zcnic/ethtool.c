// SPDX-License-Identifier: GPL-2.0
/* What can be set with ethtool, and what is counted. */
#include <linux/ethtool.h>
#include <linux/log2.h>

#include "compat.h"
#include "zcnic.h"

static const char *const rx_names[] = {"packets", "bytes",     "hw_gro_packets", "hw_gro_segments",
				       "linear",  "no_buffer", "alloc_failed"};
static const char *const tx_names[] = {"packets", "bytes", "dropped", "stops"};

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct zcnic_port *port = netdev_priv(dev);

	strscpy(info->driver, "zcnic", sizeof(info->driver));
	strscpy(info->bus_info, dev_name(port->parent), sizeof(info->bus_info));
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	settings->base.speed = SPEED_200000;
	settings->base.duplex = DUPLEX_FULL;
	settings->base.port = PORT_OTHER;
	return 0;
}

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel, struct netlink_ext_ack *extack)
{
	const struct zcnic_port *port = netdev_priv(dev);

	ring->rx_max_pending = ZCNIC_RING_MAX;
	ring->rx_pending = port->ring;
	ring->tx_max_pending = ring->tx_pending = 1; /* the wire takes a packet at once */
	kernel->hds_thresh_max = 0;
	if (kernel->tcp_data_split == ETHTOOL_TCP_DATA_SPLIT_UNKNOWN)
		kernel->tcp_data_split = ETHTOOL_TCP_DATA_SPLIT_ENABLED;
}

/* Rings are made when a queue starts. */
static int restart(struct net_device *dev, int (*change)(struct net_device *, u32), u32 to)
{
	bool running = netif_running(dev);
	int error;

	if (running)
		zcnic_stop(dev);
	error = change(dev, to);
	if (running && zcnic_open(dev))
		return -ENOMEM;
	return error;
}

static int change_ring(struct net_device *dev, u32 to)
{
	struct zcnic_port *port = netdev_priv(dev);

	port->ring = to;
	return 0;
}

/* Headers are always split: to set it is to say that it is wanted, which the core keeps. */
static int set_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kernel, struct netlink_ext_ack *extack)
{
	const struct zcnic_port *port = netdev_priv(dev);

	if (ring->rx_pending < 64 || ring->rx_pending > ZCNIC_RING_MAX ||
	    !is_power_of_2(ring->rx_pending)) {
		NL_SET_ERR_MSG(extack, "rx is a power of two from 64 to 8192");
		return -EINVAL;
	}
	return ring->rx_pending == port->ring ? 0 : restart(dev, change_ring, ring->rx_pending);
}

static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	channels->max_combined = ZCNIC_QUEUES;
	channels->combined_count = dev->real_num_rx_queues;
}

static int change_channels(struct net_device *dev, u32 to)
{
	struct zcnic_port *port = netdev_priv(dev);
	int error = netif_set_real_num_queues(dev, to, to);

	if (!error && !netif_is_rxfh_configured(dev))
		for (u32 i = 0; i < ZCNIC_INDIR; i++)
			port->table[0].queue[i] = ethtool_rxfh_indir_default(i, to);
	return error;
}

static int set_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	return restart(dev, change_channels, channels->combined_count);
}

static void get_pauseparam(struct net_device *dev, struct ethtool_pauseparam *pause)
{
	const struct zcnic_port *port = netdev_priv(dev);

	pause->rx_pause = pause->tx_pause = port->pause;
}

static int set_pauseparam(struct net_device *dev, struct ethtool_pauseparam *pause)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (pause->autoneg || pause->rx_pause != pause->tx_pause)
		return -EINVAL;
	port->pause = pause->tx_pause;
	return 0;
}

static int get_sset_count(struct net_device *dev, int set)
{
	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return (ARRAY_SIZE(rx_names) + ARRAY_SIZE(tx_names)) * dev->real_num_rx_queues;
}

static void get_strings(struct net_device *dev, u32 set, u8 *text)
{
	if (set != ETH_SS_STATS)
		return;
	for (unsigned int queue = 0; queue < dev->real_num_rx_queues; queue++) {
		for (size_t i = 0; i < ARRAY_SIZE(rx_names); i++)
			ethtool_sprintf(&text, "rx%u_%s", queue, rx_names[i]);
		for (size_t i = 0; i < ARRAY_SIZE(tx_names); i++)
			ethtool_sprintf(&text, "tx%u_%s", queue, tx_names[i]);
	}
}

static void get_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	const struct zcnic_port *port = netdev_priv(dev);

	for (unsigned int queue = 0; queue < dev->real_num_rx_queues; queue++) {
		const struct zcnic_counts *c = &port->rx[queue].counts;
		const struct zcnic_tx *t = &port->tx[queue];

		*data++ = c->packets;
		*data++ = c->bytes;
		*data++ = c->hw_gro_packets;
		*data++ = c->hw_gro_wire_packets;
		*data++ = c->linear;
		*data++ = c->no_buffer;
		*data++ = c->alloc_failed;
		*data++ = t->packets;
		*data++ = t->bytes;
		*data++ = t->dropped;
		*data++ = t->stops;
	}
}

static u32 get_rx_ring_count(struct net_device *dev)
{
	return dev->real_num_rx_queues;
}

static u32 get_key_size(struct net_device *dev)
{
	return ZCNIC_KEY;
}

static u32 get_indir_size(struct net_device *dev)
{
	return ZCNIC_INDIR;
}

static int get_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rss)
{
	const struct zcnic_port *port = netdev_priv(dev);

	rss->hfunc = ETH_RSS_HASH_TOP;
	if (rss->indir)
		memcpy(rss->indir, port->table[0].queue, sizeof(port->table[0].queue));
	if (rss->key)
		memcpy(rss->key, port->key, ZCNIC_KEY);
	return 0;
}

static void set_table(struct zcnic_port *port, u32 table, const u32 *queues)
{
	spin_lock_bh(&port->steering);
	port->table[table].used = true;
	memcpy(port->table[table].queue, queues, sizeof(port->table[table].queue));
	spin_unlock_bh(&port->steering);
}

static int set_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rss,
		    struct netlink_ext_ack *extack)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (rss->hfunc != ETH_RSS_HASH_NO_CHANGE && rss->hfunc != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	if (rss->indir)
		set_table(port, 0, rss->indir);
	if (rss->key)
		memcpy(port->key, rss->key, ZCNIC_KEY);
	return 0;
}

static int create_context(struct net_device *dev, struct ethtool_rxfh_context *context,
			  const struct ethtool_rxfh_param *rss, struct netlink_ext_ack *extack)
{
	u32 queues[ZCNIC_INDIR];

	if (rss->indir)
		memcpy(queues, rss->indir, sizeof(queues));
	else
		for (u32 i = 0; i < ZCNIC_INDIR; i++)
			queues[i] = ethtool_rxfh_indir_default(i, dev->real_num_rx_queues);
	if (!rss->indir) /* the core shows what stands here */
		memcpy(ethtool_rxfh_context_indir(context), queues, sizeof(queues));
	set_table(netdev_priv(dev), rss->rss_context, queues);
	return 0;
}

static int modify_context(struct net_device *dev, struct ethtool_rxfh_context *context,
			  const struct ethtool_rxfh_param *rss, struct netlink_ext_ack *extack)
{
	if (rss->indir)
		set_table(netdev_priv(dev), rss->rss_context, rss->indir);
	return 0;
}

static int remove_context(struct net_device *dev, struct ethtool_rxfh_context *context, u32 number,
			  struct netlink_ext_ack *extack)
{
	struct zcnic_port *port = netdev_priv(dev);

	port->table[number].used = false;
	return 0;
}

static int get_rxfh_fields(struct net_device *dev, struct ethtool_rxfh_fields *fields)
{
	fields->data = RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3;
	return 0;
}

const struct ethtool_ops zcnic_ethtool_ops = {
	.supported_ring_params = ETHTOOL_RING_USE_TCP_DATA_SPLIT | ETHTOOL_RING_USE_HDS_THRS,
	.rxfh_max_num_contexts = ZCNIC_TABLES,
	.rxfh_indir_space = ZCNIC_INDIR,
	.op_needs_rtnl = ETHTOOL_OP_NEEDS_RTNL_SRINGPARAM | ETHTOOL_OP_NEEDS_RTNL_SCHANNELS,
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_ringparam = get_ringparam,
	.set_ringparam = set_ringparam,
	.get_channels = get_channels,
	.set_channels = set_channels,
	.get_pauseparam = get_pauseparam,
	.set_pauseparam = set_pauseparam,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
	.get_rxnfc = zcnic_get_rxnfc,
	.set_rxnfc = zcnic_set_rxnfc,
	.get_rx_ring_count = get_rx_ring_count,
	.get_rxfh_key_size = get_key_size,
	.get_rxfh_indir_size = get_indir_size,
	.get_rxfh = get_rxfh,
	.set_rxfh = set_rxfh,
	.get_rxfh_fields = get_rxfh_fields,
	.create_rxfh_context = create_context,
	.modify_rxfh_context = modify_context,
	.remove_rxfh_context = remove_context,
};
