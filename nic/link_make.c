// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/link_make.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>

int link_make_pair(struct netlink *nl, const char *iface, const char *peer_iface, int peer_netns,
		   unsigned int mtu, unsigned int peer_mtu)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *ifi;

	mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, iface);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, peer_iface);
	mnl_attr_put_u32(nlh, IFLA_MTU, peer_mtu);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, peer_netns);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return netlink_ask(nl, NULL, NULL);
}

int link_bring_up(struct netlink *nl, const char *iface)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = if_nametoindex(iface);
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	return netlink_ask(nl, NULL, NULL);
}

/* An address that is ours, so that it is one. */
static void put_address(struct nlmsghdr *nlh, uint16_t type, int family, const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	inet_pton(family, text, address);
	mnl_attr_put(nlh, type, family == AF_INET ? sizeof(struct in_addr) : sizeof(address),
		     address);
}

int link_add_address(struct netlink *nl, const char *iface, int family, const char *text,
		     unsigned int prefix)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = family;
	ifa->ifa_prefixlen = prefix;
	ifa->ifa_index = if_nametoindex(iface);
	/* Nobody else is on this link: duplicate address detection would only take a second. */
	ifa->ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;
	put_address(nlh, IFA_LOCAL, family, text);
	put_address(nlh, IFA_ADDRESS, family, text);
	return netlink_ask(nl, NULL, NULL);
}

int link_make_alone(struct netlink *nl, const char *iface, const char *kind, unsigned int mtu)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, iface);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(nlh, info);
	return netlink_ask(nl, NULL, NULL);
}

int link_add_neighbour(struct netlink *nl, const char *iface, int family, const char *text)
{
	static const unsigned char anybody[6] = {0x02, 0, 0, 0, 0, 0x01};
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
	struct ndmsg *neighbour = mnl_nlmsg_put_extra_header(nlh, sizeof(*neighbour));

	neighbour->ndm_family = family;
	neighbour->ndm_ifindex = (int)if_nametoindex(iface);
	neighbour->ndm_state = NUD_PERMANENT;
	put_address(nlh, NDA_DST, family, text);
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(anybody), anybody);
	return netlink_ask(nl, NULL, NULL);
}

int link_add_gateway(struct netlink *nl, int family, const char *text)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));

	route->rtm_family = family;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_UNIVERSE;
	route->rtm_type = RTN_UNICAST;
	put_address(nlh, RTA_GATEWAY, family, text);
	return netlink_ask(nl, NULL, NULL);
}
