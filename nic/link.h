/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the traffic goes over: a namespace, a device and an address for each end.
 *
 *   link_init()        neither side is on this machine
 *   link_veth()        make two namespaces without names and a veth pair between them
 *   link_forward()     the same with a third namespace between them, whose kernel forwards from one to the other
 *   link_dummy()       make one namespace with a dummy device, which drops what is sent: nobody is there
 *                      to receive it. Both ends' processes are in it, and find each other over lo
 *   link_loopback()    both sides here, over lo
 *   link_device()      a device of this machine at one side, the other side elsewhere
 *   link_namespaces()  two existing namespaces with a device each
 *   link_close()       let go; what was made is gone once its processes are
 *
 * The others return 0, or -1 with why filled in: a sentence that says what to do.
 */
#ifndef NIC_LINK_H
#define NIC_LINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

#include "record/record.h"

struct link {
	struct link_side {
		int netns; /* -1: this thread's own */
		char iface[IF_NAMESIZE];
		char ipv4[INET_ADDRSTRLEN]; /* "" where the side has none */
		char ipv6[INET6_ADDRSTRLEN];
	} side[END_COUNT];		 /* [END_HOST] is unused */
	int between;			 /* the forwarder's namespace; -1: there is none */
	char away_ipv4[INET_ADDRSTRLEN]; /* of a dummy device: what is sent there goes nowhere; else "" */
	char away_ipv6[INET6_ADDRSTRLEN];
};

void link_init(struct link *link);
int link_veth(struct link *link, unsigned int mtu, char *why, size_t why_size);
int link_forward(struct link *link, unsigned int mtu, char *why, size_t why_size);
int link_dummy(struct link *link, unsigned int mtu, char *why, size_t why_size);
int link_loopback(struct link *link, char *why, size_t why_size);
int link_device(struct link *link, enum record_end end, const char *iface, char *why,
		size_t why_size);
int link_namespaces(struct link *link, const char *rx, const char *tx, char *why, size_t why_size);
void link_close(struct link *link);

#endif
