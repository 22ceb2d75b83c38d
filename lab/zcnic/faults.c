// SPDX-License-Identifier: GPL-2.0
/*
 * What can be made to go wrong, per receiving queue: /sys/kernel/debug/zcnic/zcnic.N/rxQ/…, where
 * zcnic.N is the port's device, whose name stays when the interface is renamed or moved.
 *
 *   drop_every    every n-th packet that would be received is lost (0: none)
 *   linear_every  every n-th comes unsplit: SCM_DEVMEM_LINEAR, zcrx's copy fallback
 *   delay_us      the interrupt comes so much later
 *   stall         no interrupt comes, until this is taken back
 *   headers       where headers are from the queue's next start on (binding it is one):
 *                 0 copied to the skb, as most cards have it
 *                 1 one page for each payload buffer; of packets merged by HW GRO only the first
 *                   header is used, and the pages of the others are recycled one by one
 *                 2 as 1, but with several headers in a page
 *   wrong_queue   what is steered here goes to the next queue
 *   burn          so many turns of a loop of three instructions for each packet that is received: a slower driver,
 *                 by a known amount
 *   whole_ring    as some cards: a queue whose memory does not fill its ring fails to start
 *                 (ENOMEM)
 */
#include <linux/debugfs.h>

#include "zcnic.h"

static struct dentry *root;

void zcnic_faults_add(struct zcnic_port *port)
{
	port->faults = debugfs_create_dir(dev_name(port->parent), root);
	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		struct zcnic_fault *fault = &port->rx[i].fault;
		struct dentry *at;
		char name[8];

		snprintf(name, sizeof(name), "rx%d", i);
		at = debugfs_create_dir(name, port->faults);
		debugfs_create_u32("drop_every", 0644, at, &fault->drop_every);
		debugfs_create_u32("linear_every", 0644, at, &fault->linear_every);
		debugfs_create_u32("delay_us", 0644, at, &fault->delay_us);
		debugfs_create_u32("burn", 0644, at, &fault->burn);
		debugfs_create_bool("stall", 0644, at, &fault->stall);
		debugfs_create_u32("headers", 0644, at, &fault->headers);
		debugfs_create_bool("wrong_queue", 0644, at, &fault->wrong_queue);
		debugfs_create_bool("whole_ring", 0644, at, &fault->whole_ring);
	}
}

void zcnic_faults_remove(struct zcnic_port *port)
{
	debugfs_remove_recursive(port->faults);
}

void zcnic_faults_init(void)
{
	root = debugfs_create_dir("zcnic", NULL);
}

void zcnic_faults_exit(void)
{
	debugfs_remove_recursive(root);
}

/* Of packets on the wire, by the sender, with the queue's lock held. */
bool zcnic_fault_every(u32 n, u32 *seen)
{
	if (!n || ++*seen < n)
		return false;
	*seen = 0;
	return true;
}

/* Not inlined: a profile is to find it by its name. */
noinline void zcnic_burn(u32 turns)
{
	while (turns--)
		barrier();
}

/* Senders do not wait for ever for a queue that stalls, as they would not on a wire. */
enum hrtimer_restart zcnic_late(struct hrtimer *timer)
{
	struct zcnic_rx *rx = container_of(timer, struct zcnic_rx, late);

	if (rx->fault.stall) {
		zcnic_transmit_wake(rx);
		/* By itself, as a sender may start it meanwhile. */
		hrtimer_start(timer, ms_to_ktime(10), HRTIMER_MODE_REL_SOFT);
	} else {
		zcnic_interrupt_now(rx);
	}
	return HRTIMER_NORESTART;
}
