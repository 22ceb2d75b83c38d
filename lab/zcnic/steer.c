// SPDX-License-Identifier: GPL-2.0
/* Which queue a packet goes to: the rules that were set by ethtool -N, then RSS. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>

#include "zcnic.h"

static void set_ports(const struct sk_buff *skb, u8 protocol, struct zcnic_flow *flow)
{
	const struct udphdr *ports = (const void *)skb_transport_header(skb);

	flow->tcp = protocol == IPPROTO_TCP;
	flow->udp = protocol == IPPROTO_UDP;
	if (!flow->tcp && !flow->udp)
		return;
	flow->source_port = ports->source; /* at the same place in both */
	flow->target_port = ports->dest;
}

/*
 * Of a packet that a bridge forwards, nobody has looked as deep as TCP, whose header is also where it was
 * received and not yet in front.
 */
void zcnic_find_header(struct sk_buff *skb)
{
	int l3 = skb_network_offset(skb), l4 = 0;

	if (skb_transport_header_was_set(skb) && skb_transport_offset(skb) > l3)
		return;
	if (skb->protocol == htons(ETH_P_IP) && pskb_may_pull(skb, l3 + sizeof(struct iphdr)) &&
	    ip_hdr(skb)->protocol == IPPROTO_TCP && !ip_is_fragment(ip_hdr(skb)))
		l4 = l3 + ip_hdrlen(skb);
	else if (skb->protocol == htons(ETH_P_IPV6) &&
		 pskb_may_pull(skb, l3 + sizeof(struct ipv6hdr)) &&
		 ipv6_hdr(skb)->nexthdr == IPPROTO_TCP)
		l4 = l3 + sizeof(struct ipv6hdr);
	if (!l4 || !pskb_may_pull(skb, l4 + sizeof(struct tcphdr)))
		return;
	skb_set_transport_header(skb, l4);
	pskb_may_pull(skb, l4 + tcp_hdrlen(skb));
}

void zcnic_flow(const struct sk_buff *skb, struct zcnic_flow *flow)
{
	u32 l4;

	memset(flow, 0, sizeof(*flow));
	if (!skb_transport_header_was_set(skb))
		return;
	l4 = skb_transport_offset(skb);
	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *ip = ip_hdr(skb);

		if (skb_network_offset(skb) + sizeof(*ip) > skb_headlen(skb))
			return;
		flow->source.s6_addr32[0] = ip->saddr;
		flow->target.s6_addr32[0] = ip->daddr;
		if (!ip_is_fragment(ip) && l4 + sizeof(struct udphdr) <= skb_headlen(skb))
			set_ports(skb, ip->protocol, flow);
	} else if (skb->protocol == htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		if (skb_network_offset(skb) + sizeof(*ip) > skb_headlen(skb))
			return;
		flow->v6 = true;
		flow->source = ip->saddr;
		flow->target = ip->daddr;
		if (l4 + sizeof(struct udphdr) <= skb_headlen(skb))
			set_ports(skb, ip->nexthdr, flow);
	}
	if (flow->tcp && l4 + sizeof(struct tcphdr) > skb_headlen(skb))
		flow->tcp = false;
}

static u32 toeplitz(const u8 *key, const u8 *data, u32 bytes, u32 hash)
{
	u64 window = get_unaligned_be64(key);

	for (u32 i = 0; i < bytes; i++) {
		for (int bit = 7; bit >= 0; bit--) {
			if (data[i] & BIT(bit))
				hash ^= window >> 32;
			window <<= 1;
		}
		window |= i + 8 < ZCNIC_KEY ? key[i + 8] : 0;
	}
	return hash;
}

/* Over addresses and ports, as the hashing that cards agree on has it. */
static u32 hash_of(const struct zcnic_steering *steering, const struct zcnic_flow *flow)
{
	u32 bytes = flow->v6 ? 16 : 4;
	u8 data[36];

	memcpy(data, &flow->source, bytes);
	memcpy(data + bytes, &flow->target, bytes);
	memcpy(data + 2 * bytes, &flow->source_port, 2);
	memcpy(data + 2 * bytes + 2, &flow->target_port, 2);
	return toeplitz(steering->key, data, 2 * bytes + 4, 0);
}

static bool ports_fit(const struct zcnic_flow *flow, __be16 source, __be16 source_mask,
		      __be16 target, __be16 target_mask)
{
	return !((flow->source_port ^ source) & source_mask) &&
	       !((flow->target_port ^ target) & target_mask);
}

static bool v6_fits(const struct in6_addr *address, const __be32 *wanted, const __be32 *mask)
{
	for (int i = 0; i < 4; i++)
		if ((address->s6_addr32[i] ^ wanted[i]) & mask[i])
			return false;
	return true;
}

static bool rule_fits(const struct ethtool_rx_flow_spec *spec, const struct zcnic_flow *flow)
{
	const struct ethtool_tcpip4_spec *v4 = &spec->h_u.tcp_ip4_spec,
					 *m4 = &spec->m_u.tcp_ip4_spec;
	const struct ethtool_tcpip6_spec *v6 = &spec->h_u.tcp_ip6_spec,
					 *m6 = &spec->m_u.tcp_ip6_spec;

	switch (spec->flow_type & ~(FLOW_EXT | FLOW_RSS)) {
	case TCP_V4_FLOW:
		if (!flow->tcp || flow->v6)
			return false;
		break;
	case UDP_V4_FLOW:
		if (!flow->udp || flow->v6)
			return false;
		break;
	case TCP_V6_FLOW:
		if (!flow->tcp || !flow->v6)
			return false;
		break;
	case UDP_V6_FLOW:
		if (!flow->udp || !flow->v6)
			return false;
		break;
	default:
		return false;
	}
	if (flow->v6)
		return v6_fits(&flow->source, v6->ip6src, m6->ip6src) &&
		       v6_fits(&flow->target, v6->ip6dst, m6->ip6dst) &&
		       ports_fit(flow, v6->psrc, m6->psrc, v6->pdst, m6->pdst);
	return !((flow->source.s6_addr32[0] ^ v4->ip4src) & m4->ip4src) &&
	       !((flow->target.s6_addr32[0] ^ v4->ip4dst) & m4->ip4dst) &&
	       ports_fit(flow, v4->psrc, m4->psrc, v4->pdst, m4->pdst);
}

static int by_table(const struct zcnic_steering *steering, u32 table, u32 hash)
{
	return steering->table[table][hash % ZCNIC_INDIR];
}

int zcnic_steer(struct zcnic_port *port, const struct zcnic_flow *flow, u32 *hash)
{
	const struct zcnic_steering *steering;
	int queue = -1;

	rcu_read_lock();
	steering = rcu_dereference(port->steering);
	*hash = hash_of(steering, flow);
	for (u32 i = 0, seen = 0; seen < steering->rules; i++) {
		const struct zcnic_rule *rule = &steering->rule[i];
		u64 cookie = rule->spec.ring_cookie;

		if (!rule->spec.flow_type)
			continue;
		seen++;
		if (!(port->dev->features & NETIF_F_NTUPLE) || !rule_fits(&rule->spec, flow))
			continue;
		if (cookie == RX_CLS_FLOW_DISC)
			goto found;
		queue = cookie;
		if (rule->spec.flow_type & FLOW_RSS)
			queue += by_table(steering, rule->table, *hash);
		goto found;
	}
	queue = by_table(steering, 0, *hash);
found:
	rcu_read_unlock();
	if (queue >= 0 && queue < ZCNIC_QUEUES && unlikely(port->rx[queue].fault.wrong_queue))
		queue = (queue + 1) % port->set.queues;
	return queue < (int)port->set.queues ? queue : -1;
}

/* A copy of it to be changed, and the change put into effect. */
static struct zcnic_steering *begin(struct zcnic_port *port)
{
	return kvmemdup(rcu_dereference_protected(port->steering, true),
			sizeof(struct zcnic_steering), GFP_KERNEL);
}

static void commit(struct zcnic_port *port, struct zcnic_steering *steering)
{
	struct zcnic_steering *old = rcu_replace_pointer(port->steering, steering, true);

	kvfree_rcu(old, rcu);
}

int zcnic_table_get(struct zcnic_port *port, u32 table, u32 *indir, u8 *key)
{
	const struct zcnic_steering *steering = rcu_dereference_protected(port->steering, true);

	if (table >= ZCNIC_TABLES || !(steering->tables & BIT(table)))
		return -ENOENT;
	if (indir)
		memcpy(indir, steering->table[table], sizeof(steering->table[table]));
	if (key)
		memcpy(key, steering->key, ZCNIC_KEY);
	return 0;
}

int zcnic_table_set(struct zcnic_port *port, u32 table, const u32 *indir, const u8 *key)
{
	struct zcnic_steering *steering;

	if (table >= ZCNIC_TABLES)
		return -ENOSPC;
	steering = begin(port);
	if (!steering)
		return -ENOMEM;
	steering->tables |= BIT(table);
	for (u32 i = 0; i < ZCNIC_INDIR; i++)
		if (indir)
			steering->table[table][i] = indir[i];
		else if (!key)
			steering->table[table][i] = ethtool_rxfh_indir_default(i, port->set.queues);
	if (key)
		memcpy(steering->key, key, ZCNIC_KEY);
	commit(port, steering);
	return 0;
}

int zcnic_table_drop(struct zcnic_port *port, u32 table)
{
	struct zcnic_steering *steering = begin(port);

	if (!steering)
		return -ENOMEM;
	steering->tables &= ~BIT(table);
	commit(port, steering);
	return 0;
}

int zcnic_steer_default(struct zcnic_port *port)
{
	return zcnic_table_set(port, 0, NULL, NULL);
}

static bool can_match(const struct ethtool_rx_flow_spec *spec)
{
	switch (spec->flow_type & ~(FLOW_EXT | FLOW_RSS)) {
	case TCP_V4_FLOW:
	case UDP_V4_FLOW:
		return !spec->m_u.tcp_ip4_spec.tos;
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
		return !spec->m_u.tcp_ip6_spec.tclass;
	}
	return false;
}

static int add_rule(struct zcnic_port *port, struct ethtool_rxnfc *cmd)
{
	struct ethtool_rx_flow_spec *spec = &cmd->fs;
	struct zcnic_steering *steering;
	u32 location = spec->location;

	if (spec->flow_type & FLOW_EXT && (spec->m_ext.vlan_etype || spec->m_ext.vlan_tci ||
					   spec->m_ext.data[0] || spec->m_ext.data[1]))
		return -EOPNOTSUPP;
	if (!can_match(spec))
		return -EOPNOTSUPP;
	if (spec->ring_cookie != RX_CLS_FLOW_DISC && spec->ring_cookie >= port->set.queues)
		return -EINVAL;
	steering = begin(port);
	if (!steering)
		return -ENOMEM;
	if (location & RX_CLS_LOC_SPECIAL)
		for (location = 0; location < ZCNIC_RULES; location++)
			if (!steering->rule[location].spec.flow_type)
				break;
	if (location >= ZCNIC_RULES) {
		kvfree(steering);
		return -ENOSPC;
	}
	steering->rules += !steering->rule[location].spec.flow_type;
	spec->location = location;
	steering->rule[location].spec = *spec;
	steering->rule[location].table = spec->flow_type & FLOW_RSS ? cmd->rss_context : 0;
	commit(port, steering);
	return 0;
}

static int drop_rule(struct zcnic_port *port, u32 location)
{
	struct zcnic_steering *steering = begin(port);

	if (!steering)
		return -ENOMEM;
	if (location >= ZCNIC_RULES || !steering->rule[location].spec.flow_type) {
		kvfree(steering);
		return -ENOENT;
	}
	memset(&steering->rule[location], 0, sizeof(steering->rule[location]));
	steering->rules--;
	commit(port, steering);
	return 0;
}

int zcnic_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd)
{
	struct zcnic_port *port = netdev_priv(dev);

	switch (cmd->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return add_rule(port, cmd);
	case ETHTOOL_SRXCLSRLDEL:
		return drop_rule(port, cmd->fs.location);
	}
	return -EOPNOTSUPP;
}

static int list_rules(const struct zcnic_steering *steering, struct ethtool_rxnfc *cmd,
		      u32 *locations)
{
	u32 n = 0;

	for (u32 i = 0; i < ZCNIC_RULES; i++) {
		if (!steering->rule[i].spec.flow_type)
			continue;
		if (n == cmd->rule_cnt)
			return -EMSGSIZE;
		locations[n++] = i;
	}
	cmd->rule_cnt = n;
	cmd->data = ZCNIC_RULES;
	return 0;
}

int zcnic_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd, u32 *locations)
{
	struct zcnic_port *port = netdev_priv(dev);
	const struct zcnic_steering *steering = rcu_dereference_protected(port->steering, true);
	const struct zcnic_rule *rule;

	switch (cmd->cmd) {
	case ETHTOOL_GRXRINGS:
		cmd->data = port->set.queues;
		return 0;
	case ETHTOOL_GRXCLSRLCNT:
		cmd->rule_cnt = steering->rules;
		cmd->data = ZCNIC_RULES | RX_CLS_LOC_SPECIAL;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		if (cmd->fs.location >= ZCNIC_RULES)
			return -EINVAL;
		rule = &steering->rule[cmd->fs.location];
		if (!rule->spec.flow_type)
			return -ENOENT;
		cmd->fs = rule->spec;
		cmd->rss_context = rule->table;
		return 0;
	case ETHTOOL_GRXCLSRLALL:
		return list_rules(steering, cmd, locations);
	}
	return -EOPNOTSUPP;
}

int zcnic_steer_add(struct zcnic_port *port)
{
	struct zcnic_steering *steering = kvzalloc(sizeof(*steering), GFP_KERNEL);

	if (!steering)
		return -ENOMEM;
	netdev_rss_key_fill(steering->key, ZCNIC_KEY);
	RCU_INIT_POINTER(port->steering, steering);
	return zcnic_steer_default(port);
}

void zcnic_steer_remove(struct zcnic_port *port)
{
	kvfree(rcu_dereference_protected(port->steering, true));
}
