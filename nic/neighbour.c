// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/neighbour.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "nic/device.h"
#include "nic/netlink.h"

struct hop {
	int family;
	size_t size; /* of the address */
	unsigned char address[16];
	unsigned char mac[DEVICE_MAC_SIZE];
	bool resolved;
};

static int own_mac(const char *iface, unsigned char mac[DEVICE_MAC_SIZE], bool *alone)
{
	unsigned int type;
	int error = device_mac(iface, mac, &type);

	*alone = type == ARPHRD_LOOPBACK;
	if (!error && type != ARPHRD_ETHER && type != ARPHRD_LOOPBACK)
		error = -EOPNOTSUPP;
	return error;
}

/* The route's gateway is of the same family here: IPv4 by way of IPv6 (RTA_VIA) is not looked into. */
static int take_route(const struct nlmsghdr *nlh, void *data)
{
	struct hop *hop = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attr) == RTA_GATEWAY &&
		    mnl_attr_get_payload_len(attr) == hop->size)
			memcpy(hop->address, mnl_attr_get_payload(attr), hop->size);
	}
	return MNL_CB_OK;
}

static int take_neighbour(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *message = mnl_nlmsg_get_payload(nlh);
	struct hop *hop = data;
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*message) ||
	    message->ndm_state & (NUD_INCOMPLETE | NUD_FAILED))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*message))
	{
		if (mnl_attr_get_type(attr) != NDA_LLADDR ||
		    mnl_attr_get_payload_len(attr) != DEVICE_MAC_SIZE)
			continue;
		memcpy(hop->mac, mnl_attr_get_payload(attr), DEVICE_MAC_SIZE);
		hop->resolved = true;
	}
	return MNL_CB_OK;
}

static int ask_route(struct netlink *nl, struct hop *hop, int ifindex)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_GETROUTE, 0);
	struct rtmsg *message = mnl_nlmsg_put_extra_header(nlh, sizeof(*message));

	message->rtm_family = hop->family;
	message->rtm_dst_len = hop->size * 8;
	mnl_attr_put(nlh, RTA_DST, hop->size, hop->address);
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	return netlink_ask(nl, take_route, hop);
}

static int ask_neighbour(struct netlink *nl, struct hop *hop, int ifindex)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_GETNEIGH, 0);
	struct ndmsg *message = mnl_nlmsg_put_extra_header(nlh, sizeof(*message));

	message->ndm_family = hop->family;
	message->ndm_ifindex = ifindex;
	mnl_attr_put(nlh, NDA_DST, hop->size, hop->address);
	return netlink_ask(nl, take_neighbour, hop);
}

static int resolve(struct hop *hop, int ifindex)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	if (error)
		return error;
	error = ask_route(&nl, hop, ifindex);
	if (!error)
		error = ask_neighbour(&nl, hop, ifindex);
	netlink_close(&nl);
	return error ? error : hop->resolved ? 0 : -ENOENT;
}

int neighbour_macs(const char *iface, int family, const void *address, unsigned char macs[12],
		   char *why, size_t why_size)
{
	struct hop hop = {.family = family, .size = family == AF_INET6 ? 16 : 4};
	char text[INET6_ADDRSTRLEN] = "";
	bool alone = false;
	int error;

	memcpy(hop.address, address, hop.size);
	error = own_mac(iface, macs + DEVICE_MAC_SIZE, &alone);
	if (!error && alone)
		memcpy(hop.mac, macs + DEVICE_MAC_SIZE, DEVICE_MAC_SIZE);
	else if (!error)
		error = resolve(&hop, (int)if_nametoindex(iface));
	memcpy(macs, hop.mac, DEVICE_MAC_SIZE);
	if (!error)
		return 0;
	inet_ntop(family, hop.address, text, sizeof(text));
	if (error == -EOPNOTSUPP)
		snprintf(why, why_size,
			 "%.15s is no Ethernet device, so there is no frame that it could send; take one that is",
			 iface);
	else
		snprintf(why, why_size,
			 "cannot find out the MAC address of %s at %.15s: %s; see 'ip neighbour'",
			 text, iface, strerror(-error));
	return -1;
}
