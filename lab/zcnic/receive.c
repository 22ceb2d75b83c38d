// SPDX-License-Identifier: GPL-2.0
/* The receiving half of the driver: posts buffers, polls for packets, makes skbs of them. */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/gro.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

#include "compat.h"
#include "zcnic.h"

#define REFILL_NS (200 * NSEC_PER_USEC)

void zcnic_rx_post(struct zcnic_rx *rx)
{
	struct zcnic_memory *m = &rx->memory;
	u32 posted = rx->posted;

	while (posted - rx->released < m->size) {
		netmem_ref buffer = page_pool_alloc_netmems(m->pool, GFP_ATOMIC | __GFP_NOWARN);

		if (!buffer) {
			rx->counts.alloc_failed++;
			break;
		}
		m->buffer[posted++ & (m->size - 1)] = buffer;
	}
	smp_store_release(&rx->posted, posted);
}

/* The program above has the buffers: nobody tells the card when they are back. */
static enum hrtimer_restart refill_again(struct hrtimer *timer)
{
	struct zcnic_rx *rx = container_of(timer, struct zcnic_rx, refill);

	napi_schedule(&rx->napi);
	return HRTIMER_NORESTART;
}

/* On the CPU that polls. */
static void interrupted(void *data)
{
	struct zcnic_rx *rx = data;

	__napi_schedule_irqoff(&rx->napi);
}

void zcnic_interrupt(struct zcnic_rx *rx)
{
	int cpu = READ_ONCE(rx->cpu);

	smp_mb(); /* what was published, before whether somebody looks */
	if (!rx->live || rx->fault.stall || !napi_schedule_prep(&rx->napi))
		return;
	if (rx->fault.delay_us) {
		/* As moderated interrupts are: later, for all that has come by then. */
		clear_bit(NAPI_STATE_SCHED, &rx->napi.state);
		if (!hrtimer_active(&rx->refill))
			hrtimer_start(&rx->refill, rx->fault.delay_us * NSEC_PER_USEC,
				      HRTIMER_MODE_REL);
		return;
	}
	if (cpu < 0 || cpu == smp_processor_id() || !cpu_online(cpu))
		__napi_schedule(&rx->napi);
	else
		smp_call_function_single_async(cpu, &rx->interrupt);
}

static void free_buffers(struct zcnic_rx *rx, u32 first, u16 count)
{
	for (u32 i = 0; i < count; i++)
		page_pool_put_full_netmem(rx->memory.pool,
					  rx->memory.buffer[(first + i) & (rx->memory.size - 1)],
					  true);
}

static struct sk_buff *make_whole(struct zcnic_rx *rx, struct zcnic_done *done)
{
	struct sk_buff *skb = napi_alloc_skb(&rx->napi, done->bytes);

	if (skb)
		skb_put_data(skb, done->whole, done->bytes);
	kfree(done->whole);
	done->whole = NULL;
	if (skb)
		rx->counts.linear++;
	return skb;
}

/* As cards do that put each header into a page of its own. */
static void waste_header_page(struct zcnic_rx *rx, const struct zcnic_done *done)
{
	for (u16 i = 0; rx->memory.headers && i < max_t(u16, done->segments, 1); i++) {
		struct page *page = page_pool_dev_alloc_pages(rx->memory.headers);

		if (!page)
			return;
		memcpy(page_address(page), done->header, done->header_bytes);
		page_pool_put_full_page(rx->memory.headers, page, false);
	}
}

static struct sk_buff *make_split(struct zcnic_rx *rx, const struct zcnic_done *done)
{
	struct sk_buff *skb = napi_alloc_skb(&rx->napi, ZCNIC_HEADER);
	struct zcnic_memory *m = &rx->memory;
	u32 left = done->bytes, in_segment = 0;

	if (!skb) {
		free_buffers(rx, done->first, done->count);
		return NULL;
	}
	if (rx->fault.header_pages)
		waste_header_page(rx, done);
	skb_put_data(skb, done->header, done->header_bytes);
	for (u32 i = 0; i < done->count; i++) {
		u32 n = min3(left, m->buffer_bytes, done->mss - in_segment);

		skb_add_rx_frag_netmem(skb, i, m->buffer[(done->first + i) & (m->size - 1)], 0, n,
				       m->buffer_bytes);
		left -= n;
		in_segment = in_segment + n == done->mss ? 0 : in_segment + n;
	}
	skb_mark_for_recycle(skb);
	return skb;
}

/* Several segments that the card made one: what tcp_gro_complete() wants to find. */
static void merge(struct sk_buff *skb, const struct zcnic_done *done)
{
	u32 at = skb->protocol == htons(ETH_P_IP) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	u32 tcp_bytes;

	skb_reset_network_header(skb);
	skb_set_transport_header(skb, at);
	tcp_bytes = skb->len - at;
	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *ip = ip_hdr(skb);

		tcp_hdr(skb)->check = ~tcp_v4_check(tcp_bytes, ip->saddr, ip->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	} else {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		tcp_hdr(skb)->check = ~tcp_v6_check(tcp_bytes, &ip->saddr, &ip->daddr, 0);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	}
	skb_shinfo(skb)->gso_size = done->mss;
	NAPI_GRO_CB(skb)->count = done->segments;
	tcp_gro_complete(skb);
}

static void receive(struct zcnic_rx *rx, struct zcnic_done *done)
{
	struct net_device *dev = rx->port->dev;
	bool whole = done->whole;
	struct sk_buff *skb;

	skb = whole ? make_whole(rx, done) : make_split(rx, done);
	u64_stats_update_begin(&rx->sync);
	if (skb) {
		rx->counts.packets++;
		rx->counts.bytes += skb->len;
		if (!whole && done->segments > 1) {
			rx->counts.hw_gro_packets++;
			rx->counts.hw_gro_wire_packets += done->segments;
		}
	}
	u64_stats_update_end(&rx->sync);
	if (!skb)
		return;
	skb->protocol = eth_type_trans(skb, dev);
	skb->ip_summed = CHECKSUM_UNNECESSARY; /* a memcpy loses no bits */
	skb_record_rx_queue(skb, rx->index);
	if (done->hash && dev->features & NETIF_F_RXHASH)
		skb_set_hash(skb, done->hash, PKT_HASH_TYPE_L4);
	if (!whole && done->segments > 1)
		merge(skb, done);
	napi_gro_receive(&rx->napi, skb);
}

static void wake_senders(struct zcnic_rx *rx)
{
	struct net_device *dev = rx->port->peer->dev;

	smp_mb(); /* buffers, before who waits for them */
	if (!READ_ONCE(rx->waiting))
		return;
	for (unsigned int queue = 0; queue < ZCNIC_QUEUES; queue++)
		if (test_and_clear_bit(queue, &rx->waiting))
			netif_tx_wake_queue(netdev_get_tx_queue(dev, queue));
}

int zcnic_poll(struct napi_struct *napi, int budget)
{
	struct zcnic_rx *rx = container_of(napi, struct zcnic_rx, napi);
	u32 head = smp_load_acquire(&rx->head);
	bool short_of_buffers;
	int work = 0;

	while (rx->tail != head && work < budget) {
		struct zcnic_done *done = &rx->memory.done[rx->tail & (rx->memory.size - 1)];

		receive(rx, done);
		rx->released = done->first + done->count;
		smp_store_release(&rx->tail, rx->tail + 1);
		work++;
	}
	if (!budget)
		return 0;
	zcnic_rx_post(rx);
	wake_senders(rx);
	short_of_buffers = rx->posted - rx->released < rx->memory.size / 2;
	if (work < budget && napi_complete_done(napi, work) && short_of_buffers)
		hrtimer_start(&rx->refill, REFILL_NS, HRTIMER_MODE_REL);
	return min(work, budget);
}

void zcnic_rx_init(struct zcnic_port *port, unsigned int index)
{
	struct zcnic_rx *rx = &port->rx[index];

	rx->port = port;
	rx->index = index;
	rx->cpu = (int)cpumask_local_spread(index % num_online_cpus(), NUMA_NO_NODE);
	spin_lock_init(&rx->lock);
	u64_stats_init(&rx->sync);
	INIT_CSD(&rx->interrupt, interrupted, rx);
	hrtimer_setup(&rx->refill, refill_again, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}
