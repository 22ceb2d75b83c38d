/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What packets meet on their way through this thread's network namespace and one of its devices,
 * each of which costs time per packet: firewall rules, connection tracking, packet sockets, queueing
 * disciplines, XDP, tc and cgroup programs.
 *
 *   onpath_describe()  tells of each kind that could be asked for, in words
 *   onpath_has_xdp()   whether an XDP program takes the packets of a device in its driver
 *   onpath_cgroup()    of a control group of version 2: its programs, and those of the groups above it
 *
 * Nothing is changed, and no module is loaded to be asked.
 */
#ifndef NIC_ONPATH_H
#define NIC_ONPATH_H

#include <stdbool.h>

/*
 * key: "nft rules", "iptables rules", "conntrack", "packet sockets", "qdisc", "xdp", "tc filters",
 * "tcx programs", "devices" (what the device stands on), "route metrics". value: a count, or what it is. What the kernel refused to tell, or
 * does not have, is left out.
 */
typedef void (*onpath_fn)(void *data, const char *key, const char *value);
void onpath_describe(const char *iface, onpath_fn say, void *data);
bool onpath_has_xdp(const char *iface);
/* cgroup: a descriptor of its folder. key: "cgroup programs". */
void onpath_cgroup(int cgroup, onpath_fn say, void *data);

#endif
