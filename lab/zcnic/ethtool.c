// SPDX-License-Identifier: GPL-2.0
/* What can be set with ethtool, and what is counted. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/netdevice.h>

#include "zcnic.h"

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "zcnic", sizeof(info->driver));
}

static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	settings->base.speed = SPEED_200000;
	settings->base.duplex = DUPLEX_FULL;
	settings->base.port = PORT_OTHER;
	settings->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel, struct netlink_ext_ack *extack)
{
	const struct zcnic_settings *set = &((struct zcnic_port *)netdev_priv(dev))->set;

	ring->rx_max_pending = ZCNIC_RING_MAX;
	ring->rx_pending = set->ring;
	kernel->rx_buf_len = set->buffer_bytes;
	kernel->tcp_data_split =
		set->split ? ETHTOOL_TCP_DATA_SPLIT_ENABLED : ETHTOOL_TCP_DATA_SPLIT_DISABLED;
#ifdef HAVE_HDS_THRESH
	kernel->hds_thresh = set->split_above;
	kernel->hds_thresh_max = ZCNIC_HDS_MAX;
#endif
}

static int set_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kernel, struct netlink_ext_ack *extack)
{
	struct zcnic_port *port = netdev_priv(dev);
	struct zcnic_settings to = port->set;

	if (ring->rx_pending < ZCNIC_RING_MIN) {
		NL_SET_ERR_MSG(extack, "rings have at least 64 entries");
		return -EINVAL;
	}
	if (!is_power_of_2(kernel->rx_buf_len) || kernel->rx_buf_len < PAGE_SIZE ||
	    kernel->rx_buf_len > ZCNIC_BUFFER_MAX) {
		NL_SET_ERR_MSG(extack,
			       "buffers have a power of two of bytes, from a page to 64 KiB");
		return -EINVAL;
	}
	to.ring = roundup_pow_of_two(ring->rx_pending);
	to.buffer_bytes = kernel->rx_buf_len;
	/* "unknown", which is what nobody chose, is not to split. */
	to.split = kernel->tcp_data_split == ETHTOOL_TCP_DATA_SPLIT_ENABLED;
#ifdef HAVE_HDS_THRESH
	to.split_above = kernel->hds_thresh;
#endif
	return zcnic_change(port, &to);
}

static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct zcnic_port *port = netdev_priv(dev);

	channels->max_combined = ZCNIC_QUEUES;
	channels->combined_count = port->set.queues;
}

static int set_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct zcnic_port *port = netdev_priv(dev);
	struct zcnic_settings to = port->set;
	int err;

	to.queues = channels->combined_count;
	err = zcnic_change(port, &to);
	if (!err && !netif_is_rxfh_configured(dev))
		err = zcnic_steer_default(port);
	return err;
}

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel, struct netlink_ext_ack *extack)
{
	coalesce->rx_coalesce_usecs = ((struct zcnic_port *)netdev_priv(dev))->rx_usecs;
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel, struct netlink_ext_ack *extack)
{
	if (coalesce->rx_coalesce_usecs > USEC_PER_SEC) {
		NL_SET_ERR_MSG(extack, "an interrupt is a second late at most");
		return -EINVAL;
	}
	((struct zcnic_port *)netdev_priv(dev))->rx_usecs = coalesce->rx_coalesce_usecs;
	return 0;
}

static void get_pauseparam(struct net_device *dev, struct ethtool_pauseparam *pause)
{
	struct zcnic_port *port = netdev_priv(dev);

	pause->tx_pause = port->peer->pause;
	pause->rx_pause = port->pause;
}

/* Pausing is what this port does when the other one asks for it. */
static int set_pauseparam(struct net_device *dev, struct ethtool_pauseparam *pause)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (pause->autoneg)
		return -EINVAL;
	port->peer->pause = pause->tx_pause;
	port->pause = pause->rx_pause;
	return 0;
}

static u32 get_rxfh_key_size(struct net_device *dev)
{
	return ZCNIC_KEY;
}

static u32 get_rxfh_indir_size(struct net_device *dev)
{
	return ZCNIC_INDIR;
}

static int get_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rxfh)
{
	rxfh->hfunc = ETH_RSS_HASH_TOP;
	return zcnic_table_get(netdev_priv(dev), rxfh->rss_context, rxfh->indir, rxfh->key);
}

static bool can_hash(const struct ethtool_rxfh_param *rxfh)
{
	return rxfh->hfunc == ETH_RSS_HASH_NO_CHANGE || rxfh->hfunc == ETH_RSS_HASH_TOP;
}

static int set_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rxfh,
		    struct netlink_ext_ack *extack)
{
	if (!can_hash(rxfh))
		return -EOPNOTSUPP;
	if (!rxfh->indir && !rxfh->key)
		return 0;
	return zcnic_table_set(netdev_priv(dev), 0, rxfh->indir, rxfh->key);
}

static int create_rxfh_context(struct net_device *dev, struct ethtool_rxfh_context *ctx,
			       const struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack)
{
	struct zcnic_port *port = netdev_priv(dev);
	int err;

	if (!can_hash(rxfh) || rxfh->key)
		return -EOPNOTSUPP;
	err = zcnic_table_set(port, rxfh->rss_context, rxfh->indir, NULL);
	if (!err && !rxfh->indir)
		err = zcnic_table_get(port, rxfh->rss_context, ethtool_rxfh_context_indir(ctx),
				      NULL);
	return err;
}

static int modify_rxfh_context(struct net_device *dev, struct ethtool_rxfh_context *ctx,
			       const struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack)
{
	if (!can_hash(rxfh) || rxfh->key)
		return -EOPNOTSUPP;
	return rxfh->indir ? zcnic_table_set(netdev_priv(dev), rxfh->rss_context, rxfh->indir, NULL)
			   : 0;
}

static int remove_rxfh_context(struct net_device *dev, struct ethtool_rxfh_context *ctx,
			       u32 rss_context, struct netlink_ext_ack *extack)
{
	return zcnic_table_drop(netdev_priv(dev), rss_context);
}

#ifdef HAVE_RX_RING_COUNT
static u32 get_rx_ring_count(struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);

	return port->set.queues;
}
#endif

#ifdef HAVE_RXFH_FIELDS
static int get_rxfh_fields(struct net_device *dev, struct ethtool_rxfh_fields *fields)
{
	fields->data = RXH_IP_SRC | RXH_IP_DST;
	switch (fields->flow_type) {
	case TCP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V4_FLOW:
	case UDP_V6_FLOW:
		fields->data |= RXH_L4_B_0_1 | RXH_L4_B_2_3;
	}
	return 0;
}
#endif

/* Counters of a queue, by name and place. */
#define RX(field)                                                                                  \
	{                                                                                          \
#field, offsetof(struct zcnic_rx, counts.field)                                    \
	}
#define TX(field)                                                                                  \
	{                                                                                          \
#field, offsetof(struct zcnic_tx, counts.field)                                    \
	}
static const struct counter {
	const char *name;
	size_t at;
} rx_counters[] =
	{
		RX(packets), RX(bytes),	     RX(merged_packets), RX(merged_wire_packets),
		RX(whole),   RX(alloc_fail), RX(polls),		 RX(interrupts),
},
  tx_counters[] = {
	  TX(packets), TX(bytes), TX(gso_packets), TX(gso_wire_packets),
	  TX(dropped), TX(stop),  TX(wake),
};

static int get_sset_count(struct net_device *dev, int set)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return port->set.queues * (ARRAY_SIZE(rx_counters) + ARRAY_SIZE(tx_counters) + 1);
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	struct zcnic_port *port = netdev_priv(dev);

	if (set != ETH_SS_STATS)
		return;
	for (u32 q = 0; q < port->set.queues; q++) {
		for (int i = 0; i < ARRAY_SIZE(rx_counters); i++)
			ethtool_sprintf(&data, "rx_queue_%u_%s", q, rx_counters[i].name);
		ethtool_sprintf(&data, "rx_queue_%u_overruns", q);
		for (int i = 0; i < ARRAY_SIZE(tx_counters); i++)
			ethtool_sprintf(&data, "tx_queue_%u_%s", q, tx_counters[i].name);
	}
}

static u64 read_counter(const void *queue, const struct counter *counter)
{
	return u64_stats_read((const u64_stats_t *)((const char *)queue + counter->at));
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct zcnic_port *port = netdev_priv(dev);

	for (u32 q = 0; q < port->set.queues; q++) {
		for (int i = 0; i < ARRAY_SIZE(rx_counters); i++)
			*data++ = read_counter(&port->rx[q], &rx_counters[i]);
		*data++ = port->rx[q].overruns;
		for (int i = 0; i < ARRAY_SIZE(tx_counters); i++)
			*data++ = read_counter(&port->tx[q], &tx_counters[i]);
	}
}

const struct ethtool_ops zcnic_ethtool_ops = {
	.supported_ring_params = ETHTOOL_RING_USE_TCP_DATA_SPLIT | ETHTOOL_RING_USE_RX_BUF_LEN
#ifdef HAVE_HDS_THRESH
				 | ETHTOOL_RING_USE_HDS_THRS
#endif
	,
	.supported_coalesce_params = ETHTOOL_COALESCE_RX_USECS,
	.cap_rss_rxnfc_adds = true,
	.rxfh_max_num_contexts = ZCNIC_TABLES,
#ifdef HAVE_OP_NEEDS_RTNL
	.op_needs_rtnl = ETHTOOL_OP_NEEDS_RTNL_SCHANNELS | ETHTOOL_OP_NEEDS_RTNL_GLINK,
#endif
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_ringparam = get_ringparam,
	.set_ringparam = set_ringparam,
	.get_channels = get_channels,
	.set_channels = set_channels,
	.get_coalesce = get_coalesce,
	.set_coalesce = set_coalesce,
	.get_pauseparam = get_pauseparam,
	.set_pauseparam = set_pauseparam,
	.get_rxnfc = zcnic_get_rxnfc,
	.set_rxnfc = zcnic_set_rxnfc,
#ifdef HAVE_RX_RING_COUNT
	.get_rx_ring_count = get_rx_ring_count,
#endif
	.get_rxfh_key_size = get_rxfh_key_size,
	.get_rxfh_indir_size = get_rxfh_indir_size,
	.get_rxfh = get_rxfh,
	.set_rxfh = set_rxfh,
#ifdef HAVE_RXFH_FIELDS
	.get_rxfh_fields = get_rxfh_fields,
#endif
	.create_rxfh_context = create_rxfh_context,
	.modify_rxfh_context = modify_rxfh_context,
	.remove_rxfh_context = remove_rxfh_context,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
