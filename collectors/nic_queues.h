/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of each queue of a device, where its driver counts by queue (netdev netlink, from
 * Linux 6.10).
 *
 *   nic_queues_open()  in the device's namespace; NULL where there are none, or no memory
 *   nic_queues_read()  all of them at an edge
 *   nic_queues_emit()  the differences as rows
 *   nic_queues_close() NULL is fine
 */
#ifndef COLLECTORS_NIC_QUEUES_H
#define COLLECTORS_NIC_QUEUES_H

#include "collectors/collector.h"

struct nic_queues;

struct nic_queues *nic_queues_open(unsigned int ifindex);
/* 0, or -1 where they could not be read. */
int nic_queues_read(struct nic_queues *q, enum edge edge);
void nic_queues_emit(const struct nic_queues *q, enum record_end end, struct writer *w);
void nic_queues_close(struct nic_queues *q);

#endif
