// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/big_tcp.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "nic/netlink.h"

/* include/uapi/linux/if_link.h of Linux 6.3 */
#define LINK_GSO_IPV4_MAX_SIZE 63
#define LINK_GRO_IPV4_MAX_SIZE 64

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct big_tcp *b = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_GSO_MAX_SIZE:
			b->gso = mnl_attr_get_u32(attr);
			break;
		case IFLA_GSO_MAX_SEGS:
			b->gso_segs = mnl_attr_get_u32(attr);
			break;
		case IFLA_TSO_MAX_SIZE:
			b->tso_max = mnl_attr_get_u32(attr);
			break;
		case IFLA_GRO_MAX_SIZE:
			b->gro = mnl_attr_get_u32(attr);
			break;
		case LINK_GSO_IPV4_MAX_SIZE:
			b->gso_ipv4 = mnl_attr_get_u32(attr);
			break;
		case LINK_GRO_IPV4_MAX_SIZE:
			b->gro_ipv4 = mnl_attr_get_u32(attr);
			break;
		}
	}
	return MNL_CB_OK;
}

int big_tcp_get(const char *iface, struct big_tcp *b)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	memset(b, 0, sizeof(*b));
	if (!error) {
		nlh = netlink_begin(&nl, RTM_GETLINK, 0);
		ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
		ifi->ifi_index = (int)if_nametoindex(iface);
		error = netlink_ask(&nl, take_link, b);
	}
	netlink_close(&nl);
	return error;
}
