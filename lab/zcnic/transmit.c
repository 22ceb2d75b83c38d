// SPDX-License-Identifier: GPL-2.0
/*
 * The wire: a packet that a port sends is written into the buffers of the other one, by the CPU
 * that sends it. Without buffers there it waits, as with flow control on a real wire, or is lost.
 */
#include <linux/netdevice.h>
#include <linux/smp.h>

#include "zcnic.h"

#define PATIENCE (HZ / 5) /* how long a queue waits for a receiver that takes nothing */

enum outcome { SENT, LOST, NO_ROOM };

static bool is_room(const struct zcnic_rx *rx, u32 buffers)
{
	const struct zcnic_memory *m = &rx->memory;

	return smp_load_acquire(&m->posted) - m->used >= buffers &&
	       m->head - smp_load_acquire(&m->tail) < m->size;
}

/* Whether the packet is to be kept until there is room; a last look may find some. */
static bool has_to_wait(struct zcnic_rx *rx, struct zcnic_tx *tx, u32 buffers)
{
	struct netdev_queue *queue = netdev_get_tx_queue(tx->port->dev, tx->index);

	if (!tx->port->pause || tx->impatient || buffers > rx->memory.size)
		return false;
	tx->cpu = smp_processor_id();
	tx->stopped_at = jiffies;
	netif_tx_stop_queue(queue);
	rx->wanted_buffers = max(rx->wanted_buffers, buffers);
	set_bit(tx->index, &rx->waiting);
	smp_mb__after_atomic(); /* either the poll sees the bit, or this what it posted */
	return true;
}

static enum outcome write_units(struct zcnic_rx *rx, struct zcnic_tx *tx, struct zcnic_cut *cut,
				u32 hash)
{
	enum outcome outcome = SENT;

	do {
		u32 buffers = zcnic_cut_buffers(rx, cut);

		if (!is_room(rx, buffers) && has_to_wait(rx, tx, buffers) && !is_room(rx, buffers)) {
			tx->partial = cut->skb;
			tx->partial_offset = cut->offset;
			return NO_ROOM;
		}
		if (!is_room(rx, buffers)) {
			rx->overruns++;
			return LOST; /* and all that follows: it would only be received again */
		}
		if (zcnic_fault_every(rx->fault.drop_every, &rx->fault.dropped))
			zcnic_write_nothing(cut);
		else if (!zcnic_fault_every(rx->fault.linear_every, &rx->fault.linear) ||
			 !zcnic_write_linear(rx, cut, hash))
			zcnic_write_unit(rx, cut, hash);
	} while (cut->offset < cut->payload);
	return outcome;
}

static enum outcome write_whole(struct zcnic_rx *rx, struct zcnic_tx *tx, struct sk_buff *skb)
{
	if (is_room(rx, 0) || (has_to_wait(rx, tx, 0) && is_room(rx, 0)))
		return zcnic_write_whole(rx, skb) ? SENT : LOST;
	if (test_bit(tx->index, &rx->waiting))
		return NO_ROOM;
	rx->overruns++;
	return LOST;
}

static enum outcome write_packet(struct zcnic_rx *rx, struct zcnic_tx *tx, struct sk_buff *skb,
				 bool tcp, u32 hash)
{
	struct zcnic_cut cut;

	if (!tcp || !zcnic_cut(rx, skb, &cut))
		return skb_is_gso(skb) ? LOST : write_whole(rx, tx, skb);
	if (tx->partial == skb && tx->partial_offset < cut.payload)
		cut.offset = tx->partial_offset;
	tx->partial = NULL;
	return write_units(rx, tx, &cut, hash);
}

static enum outcome deliver(struct zcnic_port *port, struct zcnic_tx *tx, struct sk_buff *skb)
{
	struct zcnic_port *peer = port->peer;
	struct zcnic_flow flow;
	enum outcome outcome = LOST;
	struct zcnic_rx *rx;
	u32 hash;
	int index;

	if (!netif_carrier_ok(peer->dev))
		return LOST;
	zcnic_flow(skb, &flow);
	index = zcnic_steer(peer, &flow, &hash);
	if (index < 0)
		return LOST;
	rx = &peer->rx[index];
	spin_lock(&rx->lock);
	if (rx->live)
		outcome = write_packet(rx, tx, skb, flow.tcp, hash);
	spin_unlock(&rx->lock);
	if (rx->live)
		zcnic_interrupt(rx);
	return outcome;
}

static void count(struct zcnic_tx *tx, const struct sk_buff *skb, bool sent)
{
	u32 segments = skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;

	u64_stats_update_begin(&tx->sync);
	if (!sent) {
		u64_stats_inc(&tx->counts.dropped);
	} else {
		u64_stats_add(&tx->counts.packets, segments);
		u64_stats_add(&tx->counts.bytes, skb->len);
		if (segments > 1) {
			u64_stats_inc(&tx->counts.gso_packets);
			u64_stats_add(&tx->counts.gso_wire_packets, segments);
		}
	}
	u64_stats_update_end(&tx->sync);
}

netdev_tx_t zcnic_transmit(struct sk_buff *skb, struct net_device *dev)
{
	struct zcnic_port *port = netdev_priv(dev);
	struct zcnic_tx *tx = &port->tx[skb_get_queue_mapping(skb)];
	struct netdev_queue *queue = netdev_get_tx_queue(dev, tx->index);
	enum outcome outcome;

	skb_tx_timestamp(skb);
	zcnic_find_header(skb);
	outcome = ipv6_hopopt_jumbo_remove(skb) ? LOST : deliver(port, tx, skb);
	if (outcome == NO_ROOM) {
		u64_stats_update_begin(&tx->sync);
		u64_stats_inc(&tx->counts.stop);
		u64_stats_update_end(&tx->sync);
		return NETDEV_TX_BUSY;
	}
	/* It may have been stopped just before there was room again. */
	if (netif_tx_queue_stopped(queue))
		netif_tx_start_queue(queue);
	if (outcome == SENT)
		tx->impatient = false;
	count(tx, skb, outcome == SENT);
	/* All of it was read: this is the completion. */
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

/* On the CPU that stopped the queue, so that it is the one that goes on with it. */
static void wake(void *data)
{
	struct zcnic_tx *tx = data;

	clear_bit(0, &tx->waking);
	u64_stats_update_begin(&tx->sync);
	u64_stats_inc(&tx->counts.wake);
	u64_stats_update_end(&tx->sync);
	netif_tx_wake_queue(netdev_get_tx_queue(tx->port->dev, tx->index));
}

static void wake_there(struct zcnic_tx *tx)
{
	if (test_and_set_bit(0, &tx->waking))
		return;
	if (smp_call_function_single_async(tx->cpu, &tx->wake))
		wake(tx); /* that CPU is gone */
}

void zcnic_transmit_wake(struct zcnic_rx *rx)
{
	struct zcnic_port *sender = rx->port->peer;
	unsigned long waiting, queue;
	bool room;

	smp_mb(); /* after what was posted */
	if (!READ_ONCE(rx->waiting))
		return;
	spin_lock(&rx->lock);
	room = !rx->live || is_room(rx, rx->wanted_buffers);
	waiting = rx->waiting;
	for_each_set_bit(queue, &waiting, ZCNIC_QUEUES)
	{
		struct zcnic_tx *tx = &sender->tx[queue];

		if (!room && time_before(jiffies, tx->stopped_at + PATIENCE))
			continue;
		tx->impatient = !room;
		clear_bit(queue, &rx->waiting);
		wake_there(tx);
	}
	if (!rx->waiting)
		rx->wanted_buffers = 0;
	spin_unlock(&rx->lock);
}

/* What was written in part will not be offered again. */
void zcnic_transmit_forget(struct zcnic_port *port)
{
	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		port->tx[i].partial = NULL;
		port->tx[i].impatient = false;
	}
}

void zcnic_transmit_init(struct zcnic_port *port)
{
	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		struct zcnic_tx *tx = &port->tx[i];

		tx->port = port;
		tx->index = i;
		u64_stats_init(&tx->sync);
		INIT_CSD(&tx->wake, wake, tx);
	}
}
