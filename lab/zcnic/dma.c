// SPDX-License-Identifier: GPL-2.0
/*
 * The DMA engines of both cards: what the stack left to be segmented is read from where the sender
 * has it, and written into the buffers that the receiver posted. No byte goes through anything
 * else.
 */
#include <linux/dma-direct.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "zcnic.h"

static void *bus_address(struct device *dev, dma_addr_t bus)
{
	return phys_to_virt(dma_to_phys(dev, bus));
}

/* The address of a byte of the packet, and how many are there in one piece. */
static const u8 *source(const struct zcnic_rx *rx, const struct sk_buff *skb, u32 offset, u32 *left)
{
	struct device *dev = rx->port->peer->parent;

	if (offset < skb_headlen(skb)) {
		*left = skb_headlen(skb) - offset;
		return skb->data + offset;
	}
	offset -= skb_headlen(skb);
	for (int i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		if (offset < skb_frag_size(frag)) {
			*left = skb_frag_size(frag) - offset;
			if (!skb_frag_is_net_iov(frag))
				return (u8 *)skb_frag_address(frag) + offset;
			return bus_address(dev, skb_frag_dma_map(dev, frag, offset, *left,
								 DMA_TO_DEVICE));
		}
		offset -= skb_frag_size(frag);
	}
	*left = 0;
	return NULL;
}

static void gather(const struct zcnic_rx *rx, const struct sk_buff *skb, u32 offset, u8 *to,
		   u32 bytes)
{
	while (bytes) {
		u32 left;
		const u8 *from = source(rx, skb, offset, &left);
		u32 n = min(left, bytes);

		if (WARN_ON_ONCE(!from))
			return;
		memcpy(to, from, n);
		to += n;
		offset += n;
		bytes -= n;
	}
}

/* Payload of how many buffers the receiver can be told of as one packet, in one skb. */
static u32 merged(const struct zcnic_rx *rx, const struct zcnic_cut *cut)
{
	u32 most = min_t(u32, (MAX_SKB_FRAGS - 1) * rx->memory.buffer_bytes, 65535 - cut->header);

	return max(most / cut->mss, 1U) * cut->mss;
}

bool zcnic_cut(const struct zcnic_rx *rx, const struct sk_buff *skb, struct zcnic_cut *cut)
{
	cut->skb = skb;
	cut->header = skb_transport_offset(skb) + tcp_hdrlen(skb);
	cut->payload = skb->len - cut->header;
	if (cut->header > ZCNIC_HEADER || cut->header > skb_headlen(skb))
		return false;
	cut->mss = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : max(cut->payload, 1U);
	cut->unit = cut->mss;
	if (skb_is_gso(skb) && rx->port->dev->features & NETIF_F_GRO_HW)
		cut->unit = merged(rx, cut);
	cut->offset = 0;
	/* A card that does not split has the header at the begin of the first buffer. */
	cut->split =
		!cut->payload || (rx->port->set.split && cut->payload > rx->port->set.split_above);
	return true;
}

static u32 unit_bytes(const struct zcnic_cut *cut)
{
	return min(cut->unit, cut->payload - cut->offset);
}

/* For the next unit. */
u32 zcnic_cut_buffers(const struct zcnic_rx *rx, const struct zcnic_cut *cut)
{
	u32 bytes = unit_bytes(cut) + (cut->split ? 0 : cut->header);

	return DIV_ROUND_UP(bytes, rx->memory.buffer_bytes);
}

/* The header of one piece of the packet. */
static void write_header(const struct zcnic_cut *cut, u32 bytes, u8 *to)
{
	const struct sk_buff *skb = cut->skb;
	struct tcphdr *tcp = (void *)(to + skb_transport_offset(skb));
	u32 ip_bytes = cut->header - skb_network_offset(skb) + bytes;

	memcpy(to, skb->data, cut->header);
	if (skb->protocol == htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(to + skb_network_offset(skb));

		ip->tot_len = htons(ip_bytes);
		ip->id = htons(ntohs(ip->id) + cut->offset / cut->mss);
		ip_send_check(ip);
	} else {
		struct ipv6hdr *ip = (void *)(to + skb_network_offset(skb));

		ip->payload_len = htons(ip_bytes - sizeof(*ip));
	}
	tcp->seq = htonl(ntohl(tcp->seq) + cut->offset);
	if (cut->offset + bytes < cut->payload)
		tcp->fin = tcp->psh = 0;
	if (cut->offset)
		tcp->cwr = 0;
}

static u8 *next_buffer(struct zcnic_rx *rx)
{
	struct zcnic_memory *m = &rx->memory;
	netmem_ref buffer = m->buffer[m->used++ & (m->size - 1)];

	return bus_address(rx->port->parent, page_pool_get_dma_addr_netmem(buffer));
}

static struct zcnic_done *next_done(struct zcnic_rx *rx)
{
	return &rx->memory.done[rx->memory.head & (rx->memory.size - 1)];
}

/* With all that was written before. */
static void publish(struct zcnic_rx *rx)
{
	smp_store_release(&rx->memory.head, rx->memory.head + 1);
}

void zcnic_write_unit(struct zcnic_rx *rx, struct zcnic_cut *cut, u32 hash)
{
	u32 first = rx->memory.used, bytes = unit_bytes(cut), room = rx->memory.buffer_bytes;
	struct zcnic_done *done = next_done(rx);
	u32 at = cut->split ? 0 : cut->header;

	write_header(cut, bytes, done->header);
	for (u32 n, written = 0; written < bytes; written += n, at = 0) {
		u8 *to = next_buffer(rx);

		n = min(bytes - written, room - at);
		memcpy(to, done->header, at);
		gather(rx, cut->skb, cut->header + cut->offset + written, to + at, n);
	}
	done->whole = NULL;
	done->bytes = bytes;
	done->hash = hash;
	done->header_bytes = cut->header;
	done->offset = cut->split ? 0 : cut->header;
	done->count = rx->memory.used - first;
	done->segments = DIV_ROUND_UP(bytes, cut->mss);
	done->mss = done->segments > 1 ? cut->mss : 0;
	done->v6 = cut->skb->protocol == htons(ETH_P_IPV6);
	publish(rx);
	cut->offset += bytes;
}

bool zcnic_write_linear(struct zcnic_rx *rx, struct zcnic_cut *cut, u32 hash)
{
	u32 bytes = min(cut->mss, cut->payload - cut->offset);
	struct zcnic_done *done = next_done(rx);
	struct sk_buff *whole;

	whole = __netdev_alloc_skb_ip_align(rx->port->dev, cut->header + bytes, GFP_ATOMIC);
	if (!whole)
		return false;
	write_header(cut, bytes, skb_put(whole, cut->header));
	gather(rx, cut->skb, cut->header + cut->offset, skb_put(whole, bytes), bytes);
	done->whole = whole;
	done->bytes = cut->header + bytes;
	done->hash = hash;
	done->count = 0;
	done->segments = 1;
	publish(rx);
	cut->offset += bytes;
	return true;
}

void zcnic_write_nothing(struct zcnic_cut *cut)
{
	cut->offset += unit_bytes(cut);
}

/*
 * By the card, of what it wrote: skb_checksum_help() would first have the packet copied, where its pages are of a
 * process that may write to them, and so nothing but TCP would be sent without a copy.
 */
static void finish_checksum(const struct sk_buff *skb, u8 *packet)
{
	u8 *start = packet + skb_checksum_start_offset(skb);
	__sum16 *sum = (void *)(start + skb->csum_offset);

	*sum = csum_fold(csum_partial(start, skb->len - skb_checksum_start_offset(skb), 0))
		       ?: CSUM_MANGLED_0;
}

/* What cannot be split: not TCP. */
bool zcnic_write_whole(struct zcnic_rx *rx, struct sk_buff *skb)
{
	struct sk_buff *whole;
	struct zcnic_done *done = next_done(rx);

	whole = __netdev_alloc_skb_ip_align(rx->port->dev, skb->len, GFP_ATOMIC);
	if (!whole)
		return false;
	gather(rx, skb, 0, skb_put(whole, skb->len), skb->len);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		finish_checksum(skb, whole->data);
	done->whole = whole;
	done->bytes = skb->len;
	done->hash = 0;
	done->count = 0;
	done->segments = 1;
	publish(rx);
	return true;
}
