/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What links are made of, by rtnetlink in this thread's network namespace. Each returns 0 or a negative errno.
 *
 *   link_make_pair()      a veth pair, whose peer is in another namespace
 *   link_make_alone()     a device without a peer, of this kind
 *   link_bring_up()       a device
 *   link_add_address()    that of one family
 *   link_add_neighbour()  so that nobody has to be asked, who would not answer
 *   link_add_gateway()    the default route
 */
#ifndef NIC_LINK_MAKE_H
#define NIC_LINK_MAKE_H

#include "nic/netlink.h"

int link_make_pair(struct netlink *nl, const char *iface, const char *peer_iface, int peer_netns,
		   unsigned int mtu, unsigned int peer_mtu);
int link_make_alone(struct netlink *nl, const char *iface, const char *kind, unsigned int mtu);
int link_bring_up(struct netlink *nl, const char *iface);
int link_add_address(struct netlink *nl, const char *iface, int family, const char *text,
		     unsigned int prefix);
int link_add_neighbour(struct netlink *nl, const char *iface, int family, const char *text);
int link_add_gateway(struct netlink *nl, int family, const char *text);

#endif
