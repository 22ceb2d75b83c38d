// SPDX-License-Identifier: GPL-2.0
/* The receiving half: posts buffers for the card to write to, and makes skbs of what it wrote. */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "zcnic.h"

#define FEW 32 /* buffers: with fewer, and no more to be had, they are asked for again soon */

static netmem_ref slot(const struct zcnic_memory *m, u32 index)
{
	return m->buffer[index & (m->size - 1)];
}

void zcnic_post(struct zcnic_rx *rx, struct zcnic_memory *m, gfp_t gfp)
{
	u32 posted = m->posted;

	while (posted - m->released < m->size) {
		netmem_ref buffer = page_pool_alloc_netmems(m->pool, gfp);

		if (!buffer) {
			u64_stats_update_begin(&rx->sync);
			u64_stats_inc(&rx->counts.alloc_fail);
			u64_stats_update_end(&rx->sync);
			break;
		}
		m->buffer[posted++ & (m->size - 1)] = buffer;
	}
	smp_store_release(&m->posted, posted); /* with the buffers themselves */
}

/* What was posted in vain is asked for again by a timer: no packet may come to do so. */
static void post(struct zcnic_rx *rx)
{
	struct zcnic_memory *m = &rx->memory;

	zcnic_post(rx, m, GFP_ATOMIC | __GFP_NOWARN);
	zcnic_transmit_wake(rx);
	if (m->posted - m->released < FEW || READ_ONCE(rx->waiting))
		hrtimer_start(&rx->retry, ms_to_ktime(1), HRTIMER_MODE_REL_PINNED_SOFT);
}

enum hrtimer_restart zcnic_retry(struct hrtimer *timer)
{
	struct zcnic_rx *rx = container_of(timer, struct zcnic_rx, retry);

	if (unlikely(rx->fault.stall))
		zcnic_interrupt(rx);
	else
		napi_schedule(&rx->napi);
	return HRTIMER_NORESTART;
}

static void give_back(struct zcnic_rx *rx, u32 count)
{
	struct zcnic_memory *m = &rx->memory;

	for (u32 i = 0; i < count; i++)
		page_pool_put_full_netmem(m->pool, slot(m, m->released + i), true);
}

static void add_payload(struct zcnic_rx *rx, struct sk_buff *skb, const struct zcnic_done *done)
{
	struct zcnic_memory *m = &rx->memory;
	u32 left = done->bytes, at = done->offset;

	for (u32 i = 0; i < done->count; i++, at = 0) {
		netmem_ref buffer = slot(m, m->released + i);
		u32 n = min(left, m->buffer_bytes - at);

		page_pool_dma_sync_netmem_for_cpu(m->pool, buffer, at, n);
		skb_add_rx_frag_netmem(skb, i, buffer, at, n, m->buffer_bytes);
		left -= n;
	}
}

/* What HW GRO tells of the segments that it merged. */
static void set_merged(struct sk_buff *skb, const struct zcnic_done *done)
{
	skb_shinfo(skb)->gso_size = done->mss;
	skb_shinfo(skb)->gso_segs = done->segments;
	skb_shinfo(skb)->gso_type = done->v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
}

/* The header in a page of its own, and for each further payload buffer one that is not used. */
static struct sk_buff *build_skb_on_page(struct zcnic_rx *rx, const struct zcnic_done *done)
{
	struct page_pool *pool = rx->memory.headers;
	u32 room = rx->memory.header_room;
	struct sk_buff *skb = NULL;

	for (u32 i = 0; i < max_t(u32, done->count, 1); i++) {
		u32 offset = 0;
		/* As a fragment a whole page would never leave the pool's hand. */
		struct page *page = room == PAGE_SIZE
					    ? page_pool_dev_alloc_pages(pool)
					    : page_pool_dev_alloc_frag(pool, &offset, room);

		if (!page)
			break;
		if (!skb)
			skb = napi_build_skb(page_address(page) + offset, room);
		if (!skb || i)
			page_pool_put_full_page(pool, page, false);
		if (!skb)
			break;
	}
	if (skb)
		skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	return skb;
}

static struct sk_buff *make_skb(struct zcnic_rx *rx, const struct zcnic_done *done)
{
	struct sk_buff *skb = done->whole;

	if (skb)
		return skb;
	if (rx->memory.headers)
		skb = build_skb_on_page(rx, done);
	else
		skb = napi_alloc_skb(&rx->napi, done->header_bytes);
	if (!skb)
		return NULL;
	skb_put_data(skb, done->header, done->header_bytes);
	skb_mark_for_recycle(skb);
	add_payload(rx, skb, done);
	if (done->segments > 1)
		set_merged(skb, done);
	if (rx->port->dev->features & NETIF_F_RXHASH)
		skb_set_hash(skb, done->hash, PKT_HASH_TYPE_L4);
	return skb;
}

static void count(struct zcnic_rx *rx, const struct zcnic_done *done, u32 bytes)
{
	u32 segments = max_t(u32, done->segments, 1);

	u64_stats_update_begin(&rx->sync);
	u64_stats_add(&rx->counts.packets, segments);
	u64_stats_add(&rx->counts.bytes, bytes);
	if (done->whole) {
		u64_stats_inc(&rx->counts.whole);
	} else if (segments > 1) {
		u64_stats_inc(&rx->counts.merged_packets);
		u64_stats_add(&rx->counts.merged_wire_packets, segments);
	}
	u64_stats_update_end(&rx->sync);
}

static void receive(struct zcnic_rx *rx, struct zcnic_done *done)
{
	struct sk_buff *skb = make_skb(rx, done);
	u32 buffers = done->whole ? 0 : done->count;

	if (unlikely(rx->fault.burn))
		zcnic_burn(rx->fault.burn);
	if (!skb) {
		give_back(rx, buffers);
	} else {
		count(rx, done, skb->len);
		skb_record_rx_queue(skb, rx->index);
		skb->protocol = eth_type_trans(skb, rx->port->dev);
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		napi_gro_receive(&rx->napi, skb);
	}
	done->whole = NULL;
	rx->memory.released += buffers;
}

int zcnic_poll(struct napi_struct *napi, int budget)
{
	struct zcnic_rx *rx = container_of(napi, struct zcnic_rx, napi);
	struct zcnic_memory *m = &rx->memory;
	int work = 0;

	while (work < budget && m->tail != smp_load_acquire(&m->head)) {
		receive(rx, &m->done[m->tail & (m->size - 1)]);
		smp_store_release(&m->tail, m->tail + 1);
		work++;
	}
	if (budget)
		post(rx);
	u64_stats_update_begin(&rx->sync);
	u64_stats_inc(&rx->counts.polls);
	u64_stats_update_end(&rx->sync);
	/* Else the kernel polls again by itself: a busy poller, or a timer (gro_flush_timeout, irq-suspend-timeout). */
	if (work < budget && napi_complete_done(napi, work))
		zcnic_interrupt_unmask(rx);
	return work;
}
