/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters that every network device has: struct rtnl_link_stats64, by rtnetlink.
 *
 *   counters_read()  all of one device
 */
#ifndef NIC_COUNTERS_H
#define NIC_COUNTERS_H

#include <linux/if_link.h>
#include <stddef.h>

#include "nic/netlink.h"

/*
 * The socket is a NETLINK_ROUTE one in the namespace of the device. Returns how many bytes of stats
 * this kernel knows, the others are left alone; or a negative errno.
 */
ssize_t counters_read(struct netlink *nl, unsigned int index, struct rtnl_link_stats64 *stats);

#endif
