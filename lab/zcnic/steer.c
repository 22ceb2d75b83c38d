// SPDX-License-Identifier: GPL-2.0
/* Which queue a packet goes to: the first rule that fits it, else by hash and table (RSS). */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>

#include "compat.h"
#include "zcnic.h"

bool zcnic_flow_of(const struct sk_buff *skb, struct zcnic_flow *flow)
{
	u8 protocol;

	memset(flow, 0, sizeof(*flow));
	if (!skb_transport_header_was_set(skb))
		return false;
	if (skb->protocol == htons(ETH_P_IP)) {
		flow->v4.source = ip_hdr(skb)->saddr;
		flow->v4.target = ip_hdr(skb)->daddr;
		protocol = ip_hdr(skb)->protocol;
		if (ip_hdr(skb)->frag_off & htons(IP_MF | IP_OFFSET))
			return false;
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		flow->v6 = true;
		flow->v6_address.source = ipv6_hdr(skb)->saddr;
		flow->v6_address.target = ipv6_hdr(skb)->daddr;
		protocol = ipv6_hdr(skb)->nexthdr;
	} else {
		return false;
	}
	flow->tcp = protocol == IPPROTO_TCP;
	flow->udp = protocol == IPPROTO_UDP;
	if (flow->tcp || flow->udp) { /* their ports lie at the same place */
		flow->source_port = udp_hdr(skb)->source;
		flow->target_port = udp_hdr(skb)->dest;
	}
	return flow->tcp || flow->udp;
}

/* The hash that cards compute, from Microsoft's description of RSS. */
static u32 toeplitz(const u8 *key, const u8 *data, u32 bytes)
{
	u32 window = get_unaligned_be32(key), hash = 0;

	for (u32 i = 0; i < bytes; i++)
		for (int bit = 7; bit >= 0; bit--) {
			if (data[i] & BIT(bit))
				hash ^= window;
			window = window << 1 | !!(key[i + 4] & BIT(bit));
		}
	return hash;
}

static u32 hash_of(const u8 *key, const struct zcnic_flow *flow)
{
	u8 data[36];
	u32 n = flow->v6 ? 32 : 8;

	memcpy(data, flow->v6 ? (void *)&flow->v6_address : (void *)&flow->v4, n);
	memcpy(data + n, &flow->source_port, 2);
	memcpy(data + n + 2, &flow->target_port, 2);
	return toeplitz(key, data, n + 4);
}

static bool differ_v6(const __be32 *have, const __be32 *want, const __be32 *mask)
{
	for (int i = 0; i < 4; i++)
		if ((have[i] ^ want[i]) & mask[i])
			return true;
	return false;
}

static bool fits(const struct ethtool_rx_flow_spec *s, const struct zcnic_flow *flow)
{
	u32 type = s->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS);
	bool v6 = type == TCP_V6_FLOW || type == UDP_V6_FLOW;
	bool tcp = type == TCP_V4_FLOW || type == TCP_V6_FLOW;

	if (v6 != flow->v6 || (tcp ? !flow->tcp : !flow->udp))
		return false;
	if (v6) {
		const struct ethtool_tcpip6_spec *h = &s->h_u.tcp_ip6_spec;
		const struct ethtool_tcpip6_spec *m = &s->m_u.tcp_ip6_spec;

		return !((flow->source_port ^ h->psrc) & m->psrc) &&
		       !((flow->target_port ^ h->pdst) & m->pdst) &&
		       !differ_v6(flow->v6_address.source.s6_addr32, h->ip6src, m->ip6src) &&
		       !differ_v6(flow->v6_address.target.s6_addr32, h->ip6dst, m->ip6dst);
	}
	return !((flow->source_port ^ s->h_u.tcp_ip4_spec.psrc) & s->m_u.tcp_ip4_spec.psrc) &&
	       !((flow->target_port ^ s->h_u.tcp_ip4_spec.pdst) & s->m_u.tcp_ip4_spec.pdst) &&
	       !((flow->v4.source ^ s->h_u.tcp_ip4_spec.ip4src) & s->m_u.tcp_ip4_spec.ip4src) &&
	       !((flow->v4.target ^ s->h_u.tcp_ip4_spec.ip4dst) & s->m_u.tcp_ip4_spec.ip4dst);
}

int zcnic_steer(struct zcnic_port *port, const struct zcnic_flow *flow, u32 *hash)
{
	unsigned int queues = port->dev->real_num_rx_queues, table = 0;
	int queue = -1;

	*hash = hash_of(port->key, flow);
	spin_lock(&port->steering);
	for (int i = 0; i < ZCNIC_RULES; i++) {
		const struct zcnic_rule *rule = &port->rule[i];

		if (!rule->used || !fits(&rule->spec, flow))
			continue;
		if (rule->spec.ring_cookie == RX_CLS_FLOW_DISC) {
			spin_unlock(&port->steering);
			return -1;
		}
		if (rule->spec.flow_type & FLOW_RSS)
			table = rule->table;
		else
			queue = (int)rule->spec.ring_cookie;
		break;
	}
	if (queue < 0)
		queue = (int)port->table[table].queue[*hash % ZCNIC_INDIR];
	spin_unlock(&port->steering);
	if (port->rx[queue % queues].fault.wrong_queue)
		queue++;
	return queue % (int)queues;
}

static bool is_valid(const struct zcnic_port *port, const struct ethtool_rxnfc *cmd)
{
	switch (cmd->fs.flow_type & ~FLOW_RSS) {
	case TCP_V4_FLOW:
	case UDP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
		break;
	default:
		return false;
	}
	if (cmd->fs.flow_type & FLOW_RSS)
		return cmd->rss_context < ZCNIC_TABLES && port->table[cmd->rss_context].used;
	return cmd->fs.ring_cookie == RX_CLS_FLOW_DISC ||
	       cmd->fs.ring_cookie < port->dev->real_num_rx_queues;
}

static int insert(struct zcnic_port *port, struct ethtool_rxnfc *cmd)
{
	u32 at = cmd->fs.location;

	if (!is_valid(port, cmd))
		return -EINVAL;
	if (at & RX_CLS_LOC_SPECIAL)
		for (at = 0; at < ZCNIC_RULES && port->rule[at].used;)
			at++;
	if (at >= ZCNIC_RULES)
		return -ENOSPC;
	cmd->fs.location = at;
	spin_lock_bh(&port->steering);
	port->rule[at] = (struct zcnic_rule){true, cmd->fs, cmd->rss_context};
	spin_unlock_bh(&port->steering);
	return 0;
}

int zcnic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd)
{
	struct zcnic_port *port = netdev_priv(dev);

	switch (cmd->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return insert(port, cmd);
	case ETHTOOL_SRXCLSRLDEL:
		if (cmd->fs.location >= ZCNIC_RULES || !port->rule[cmd->fs.location].used)
			return -ENOENT;
		spin_lock_bh(&port->steering);
		port->rule[cmd->fs.location].used = false;
		spin_unlock_bh(&port->steering);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static u32 count_rules(const struct zcnic_port *port, u32 *locations)
{
	u32 count = 0;

	for (u32 i = 0; i < ZCNIC_RULES; i++) {
		if (!port->rule[i].used)
			continue;
		if (locations)
			locations[count] = i;
		count++;
	}
	return count;
}

int zcnic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd, u32 *locations)
{
	struct zcnic_port *port = netdev_priv(dev);

	switch (cmd->cmd) {
	case ETHTOOL_GRXRINGS:
		cmd->data = dev->real_num_rx_queues;
		return 0;
	case ETHTOOL_GRXCLSRLCNT:
		cmd->rule_cnt = count_rules(port, NULL);
		cmd->data = ZCNIC_RULES | RX_CLS_LOC_SPECIAL;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		if (cmd->fs.location >= ZCNIC_RULES || !port->rule[cmd->fs.location].used)
			return -ENOENT;
		cmd->fs = port->rule[cmd->fs.location].spec;
		cmd->rss_context = port->rule[cmd->fs.location].table;
		return 0;
	case ETHTOOL_GRXCLSRLALL:
		if (cmd->rule_cnt < count_rules(port, NULL))
			return -EMSGSIZE;
		cmd->data = ZCNIC_RULES;
		cmd->rule_cnt = count_rules(port, locations);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

void zcnic_steer_init(struct zcnic_port *port)
{
	spin_lock_init(&port->steering);
	netdev_rss_key_fill(port->key, sizeof(port->key));
	port->table[0].used = true;
	for (u32 i = 0; i < ZCNIC_INDIR; i++)
		port->table[0].queue[i] =
			ethtool_rxfh_indir_default(i, port->dev->real_num_rx_queues);
}
