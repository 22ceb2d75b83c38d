// SPDX-License-Identifier: GPL-2.0
/*
 * What can be made to go wrong, per queue: /sys/kernel/debug/zcnic/PORT/rxN/…, where PORT is the
 * name of the port's parent device, which an interface keeps when it is renamed or moved.
 *
 *   drop_every    every n-th packet is lost (0: none)
 *   linear_every  every n-th segment comes unsplit: SCM_DEVMEM_LINEAR, zcrx's copy fallback
 *   delay_us      the interrupt comes so much later
 *   stall         no interrupt comes at all
 *   header_pages  each header gets a page of a pool, given back in softirq, from the next start of
 *                 the queue on
 *   wrong_queue   what is steered here goes to the next queue
 *   cpu           that polls the queue (an interrupt's affinity); -1: the one that sends
 */
#include <linux/debugfs.h>

#include "zcnic.h"

static struct dentry *root;

void zcnic_faults_add(struct zcnic_port *port)
{
	port->faults = debugfs_create_dir(dev_name(port->parent), root);
	for (unsigned int i = 0; i < ZCNIC_QUEUES; i++) {
		struct zcnic_rx *rx = &port->rx[i];
		struct dentry *at;
		char name[8];

		snprintf(name, sizeof(name), "rx%u", i);
		at = debugfs_create_dir(name, port->faults);
		debugfs_create_u32("drop_every", 0644, at, &rx->fault.drop_every);
		debugfs_create_u32("linear_every", 0644, at, &rx->fault.linear_every);
		debugfs_create_u32("delay_us", 0644, at, &rx->fault.delay_us);
		debugfs_create_bool("stall", 0644, at, &rx->fault.stall);
		debugfs_create_bool("header_pages", 0644, at, &rx->fault.header_pages);
		debugfs_create_bool("wrong_queue", 0644, at, &rx->fault.wrong_queue);
		debugfs_create_u32("cpu", 0644, at, (u32 *)&rx->cpu);
	}
}

void zcnic_faults_remove(struct zcnic_port *port)
{
	debugfs_remove(port->faults);
}

void zcnic_faults_init(void)
{
	root = debugfs_create_dir("zcnic", NULL);
}

void zcnic_faults_exit(void)
{
	debugfs_remove(root);
}
