/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RSS table of a device: over which of its receive queues it spreads packets that no rule
 * brings elsewhere (nic/steer.h). By ethtool's ioctl.
 *
 *   rss_queues()    how many receive queues the device has
 *   rss_get()       the table: the queue of each hash bucket
 *   rss_avoid()     the same table without some queues; false where no other queue is left
 *   rss_set()       set it
 *   rss_print()     as text, for the journal
 *   rss_put_back()  set what was printed (nic/undo.h)
 *
 * All but rss_avoid() and rss_print() return 0 or a negative errno; -EOPNOTSUPP: the driver cannot.
 */
#ifndef NIC_RSS_H
#define NIC_RSS_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "nic/ethtool.h"

struct rss_table {
	unsigned int count;
	uint32_t *queue; /* of each bucket; free() it */
};

int rss_queues(const struct ethtool *e, unsigned int *count);
int rss_get(const struct ethtool *e, struct rss_table *t);
/* queues: of the device, which are all that may stand in the table. */
bool rss_avoid(struct rss_table *t, unsigned int queues, const cpu_set_t *avoid);
/* A table that spreads over all queues in turn is set as the driver's default. */
int rss_set(const struct ethtool *e, const struct rss_table *t);
/* To be freed; NULL: no memory left. */
char *rss_print(const struct rss_table *t);
int rss_put_back(const char *iface, const char *text);

#endif
