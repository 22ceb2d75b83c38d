// SPDX-License-Identifier: GPL-2.0
/*
 * The wire, and the receiver's DMA engine: a packet that was handed to this port is written into
 * the other port's buffers by the CPU that sends it.
 */
#include <linux/dma-direct.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/ip.h>

#include "compat.h"
#include "zcnic.h"

/* Where in a packet's payload the wire is. */
struct cursor {
	const struct sk_buff *skb;
	struct device *dev;
	u32 linear; /* offset in the linear part */
	u32 frag, offset;
};

static void *frag_address(const struct cursor *c, const skb_frag_t *frag)
{
	dma_addr_t bus;

	if (!skb_frag_is_net_iov(frag))
		return skb_frag_address(frag);
	bus = skb_frag_dma_map(c->dev, frag, 0, skb_frag_size(frag), DMA_TO_DEVICE);
	return phys_to_virt(dma_to_phys(c->dev, bus));
}

static void gather(struct cursor *c, u8 *to, u32 bytes)
{
	while (bytes) {
		u32 left = skb_headlen(c->skb) - c->linear, n;

		if (left) {
			n = min(left, bytes);
			memcpy(to, c->skb->data + c->linear, n);
			c->linear += n;
		} else {
			const skb_frag_t *frag = &skb_shinfo(c->skb)->frags[c->frag];

			left = skb_frag_size(frag) - c->offset;
			n = min(left, bytes);
			memcpy(to, (u8 *)frag_address(c, frag) + c->offset, n);
			c->offset += n;
			if (n == left) {
				c->frag++;
				c->offset = 0;
			}
		}
		to += n;
		bytes -= n;
	}
}

/* How a packet is to be cut. */
struct cut {
	u32 header, payload;
	u32 mss;  /* payload of a segment on the wire */
	u32 unit; /* payload that the receiver is told of as one packet: a segment, or several */
	u32 units, buffers;
};

static u32 buffers_for(const struct zcnic_rx *rx, u32 bytes)
{
	return DIV_ROUND_UP(bytes, rx->memory.buffer_bytes);
}

static void plan(const struct zcnic_rx *rx, const struct sk_buff *skb, struct cut *cut)
{
	u32 segments, per_unit;

	cut->header = skb_transport_offset(skb) + tcp_hdrlen(skb);
	cut->payload = skb->len - cut->header;
	cut->mss = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : max(cut->payload, 1U);
	cut->unit = cut->mss;
	if (skb_is_gso(skb) && rx->port->dev->features & NETIF_F_GRO_HW) {
		per_unit = min(16 / buffers_for(rx, cut->mss), (65535U - cut->header) / cut->mss);
		cut->unit = cut->mss * max(per_unit, 1U);
	}
	cut->units = max(DIV_ROUND_UP(cut->payload, cut->unit), 1U);
	segments = cut->payload / cut->mss;
	cut->buffers = segments * buffers_for(rx, cut->mss) +
		       buffers_for(rx, cut->payload - segments * cut->mss);
}

/* The header of one piece of what the stack left to be segmented. */
static void write_header(const struct sk_buff *skb, const struct cut *cut, u32 offset, u32 bytes,
			 u8 *to)
{
	struct tcphdr *tcp = (void *)(to + skb_transport_offset(skb));
	u32 ip_bytes = cut->header - skb_network_offset(skb) + bytes;

	memcpy(to, skb->data, cut->header);
	if (skb->protocol == htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(to + skb_network_offset(skb));

		ip->tot_len = htons(ip_bytes);
		ip->id = htons(ntohs(ip->id) + offset / cut->mss);
		ip_send_check(ip);
	} else {
		struct ipv6hdr *ip = (void *)(to + skb_network_offset(skb));

		/* A header that says "jumbo" (BIG TCP) is for the stack alone: it is never on a
		 * wire. */
		ip->payload_len = htons(ip_bytes - sizeof(*ip));
	}
	tcp->seq = htonl(ntohl(tcp->seq) + offset);
	if (offset + bytes < cut->payload)
		tcp->fin = tcp->psh = 0;
	if (offset)
		tcp->cwr = 0;
}

static void *buffer_address(const struct zcnic_rx *rx, u32 index)
{
	netmem_ref buffer = rx->memory.buffer[index & (rx->memory.size - 1)];
	dma_addr_t bus = page_pool_get_dma_addr_netmem(buffer);

	return phys_to_virt(dma_to_phys(rx->port->parent, bus));
}

static struct zcnic_done *next_done(struct zcnic_rx *rx)
{
	return &rx->memory.done[rx->head & (rx->memory.size - 1)];
}

static void publish(struct zcnic_rx *rx)
{
	smp_store_release(&rx->head, rx->head + 1); /* with all that was written before */
}

static bool is_every(u32 seen, u32 every)
{
	return every && seen % every == 0;
}

/* For tests of what programs do when a card could not split. */
static bool write_linear(struct zcnic_rx *rx, struct cursor *c, const struct cut *cut, u32 offset,
			 u32 bytes)
{
	struct zcnic_done *done = next_done(rx);
	u8 *whole = kmalloc(cut->header + bytes, GFP_ATOMIC);

	if (!whole)
		return false;
	write_header(c->skb, cut, offset, bytes, whole);
	gather(c, whole + cut->header, bytes);
	*done = (struct zcnic_done){
		.whole = whole, .bytes = cut->header + bytes, .first = rx->used};
	publish(rx);
	return true;
}

static void write_unit(struct zcnic_rx *rx, struct cursor *c, const struct cut *cut, u32 offset,
		       u32 bytes, u32 hash)
{
	struct zcnic_done *done = next_done(rx);
	u32 first = rx->used;

	if (is_every(++rx->seen, rx->fault.linear_every) && bytes <= cut->mss &&
	    write_linear(rx, c, cut, offset, bytes))
		return;
	write_header(c->skb, cut, offset, bytes, done->header);
	for (u32 segment = 0; segment < bytes; segment += cut->mss)
		for (u32 at = 0, left = min(cut->mss, bytes - segment); left;) {
			u32 n = min(left, rx->memory.buffer_bytes);

			gather(c, buffer_address(rx, rx->used++), n);
			at += n;
			left -= n;
		}
	done->whole = NULL;
	done->bytes = bytes;
	done->first = first;
	done->count = rx->used - first;
	done->hash = hash;
	done->header_bytes = cut->header;
	done->segments = DIV_ROUND_UP(bytes, cut->mss);
	done->mss = cut->mss;
	publish(rx);
}

/* What cannot be split: not TCP. */
static bool write_whole(struct zcnic_rx *rx, struct sk_buff *skb)
{
	u8 *whole;

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return false;
	whole = kmalloc(skb->len, GFP_ATOMIC);
	if (!whole || skb_copy_bits(skb, 0, whole, skb->len)) {
		kfree(whole);
		return false;
	}
	*next_done(rx) = (struct zcnic_done){.whole = whole, .bytes = skb->len, .first = rx->used};
	publish(rx);
	return true;
}

static bool is_room(const struct zcnic_rx *rx, const struct cut *cut)
{
	u32 posted = smp_load_acquire(&rx->posted); /* with the buffers themselves */
	u32 tail = smp_load_acquire(&rx->tail);

	return posted - rx->used >= cut->buffers &&
	       rx->memory.size - (rx->head - tail) >= cut->units;
}

enum written { WRITTEN, LOST, NO_ROOM };

static enum written write_packet(struct zcnic_rx *rx, struct sk_buff *skb, bool split, u32 hash)
{
	struct cursor c = {.skb = skb, .dev = rx->port->peer->parent};
	struct cut cut = {.units = 1};

	if (split) {
		plan(rx, skb, &cut);
		if (cut.header > ZCNIC_HEADER)
			return LOST;
		c.linear = cut.header;
	}
	if (cut.buffers > rx->memory.size)
		return LOST;
	if (!is_room(rx, &cut))
		return NO_ROOM;
	if (is_every(++rx->seen, rx->fault.drop_every))
		return LOST;
	if (!split)
		return write_whole(rx, skb) ? WRITTEN : LOST;
	for (u32 offset = 0, n = 0; n < cut.units; n++, offset += cut.unit)
		write_unit(rx, &c, &cut, offset, min(cut.unit, cut.payload - offset), hash);
	return WRITTEN;
}

/* Without room: true if the packet is to be kept until there is some. */
static bool has_to_wait(struct zcnic_port *port, struct zcnic_rx *rx, u16 queue)
{
	struct netdev_queue *txq = netdev_get_tx_queue(port->dev, queue);

	if (!rx->port->pause || port->tx[queue].impatient)
		return false;
	netif_tx_stop_queue(txq);
	port->tx[queue].stops++;
	set_bit(queue, &rx->waiting);
	smp_mb__after_atomic(); /* either the poll sees the bit, or this its buffers */
	return true;
}

static enum written deliver(struct zcnic_port *port, struct sk_buff *skb)
{
	struct zcnic_port *peer = port->peer;
	struct zcnic_flow flow;
	bool known = zcnic_flow_of(skb, &flow);
	bool split = known && flow.tcp;
	u16 queue = skb_get_queue_mapping(skb);
	enum written result = LOST;
	struct zcnic_rx *rx;
	u32 hash = 0;
	int index;

	index = known ? zcnic_steer(peer, &flow, &hash) : 0;
	if (index < 0 || !netif_carrier_ok(peer->dev))
		return LOST;
	rx = &peer->rx[index];
	spin_lock(&rx->lock);
	if (rx->live)
		result = write_packet(rx, skb, split, hash);
	if (result == NO_ROOM && has_to_wait(port, rx, queue))
		result = write_packet(rx, skb, split, hash);
	if (result == NO_ROOM && test_bit(queue, &rx->waiting)) {
		spin_unlock(&rx->lock);
		zcnic_interrupt(rx);
		return NO_ROOM;
	}
	if (result == NO_ROOM) {
		rx->counts.no_buffer++;
		result = LOST;
	}
	spin_unlock(&rx->lock);
	zcnic_interrupt(rx);
	return result;
}

netdev_tx_t zcnic_transmit(struct sk_buff *skb, struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);
	u16 queue = skb_get_queue_mapping(skb);
	struct zcnic_tx *tx = &port->tx[queue];
	enum written result;

	skb_tx_timestamp(skb);
	result = deliver(port, skb);
	if (result == NO_ROOM)
		return NETDEV_TX_BUSY;
	if (result == WRITTEN) {
		tx->packets += skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;
		tx->bytes += skb->len;
		tx->impatient = false;
		/* It may have been stopped just before there was room again. */
		if (netif_xmit_stopped(netdev_get_tx_queue(dev, queue)))
			netif_tx_start_queue(netdev_get_tx_queue(dev, queue));
	} else {
		tx->dropped++;
	}
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

/* The receiver has no buffers for long: its program holds them all. Then packets are lost. */
void zcnic_transmit_timeout(struct net_device *dev, unsigned int queue)
{
	struct zcnic_port *port = netdev_priv(dev);

	port->tx[queue].impatient = true;
	netif_tx_wake_queue(netdev_get_tx_queue(dev, queue));
}
