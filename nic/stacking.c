// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/stacking.h"

#include <net/if.h> /* before those of linux, which then leave out what it has */

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "nic/netlink.h"

/* A device on a device on a device; a ring of them would be a kernel's fault. */
#define DEPTH_MAX 4

#define KIND_SIZE 17

struct one {
	char kind[KIND_SIZE];
	char master[KIND_SIZE]; /* the kind of what it belongs to, "" if it belongs to nothing */
	unsigned int lower;
};

static void take_kind(char kind[KIND_SIZE], const struct nlattr *attr)
{
	if (!mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		snprintf(kind, KIND_SIZE, "%.16s", mnl_attr_get_str(attr));
}

static int take_device(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *inner;
	struct one *one = data;
	bool elsewhere = false;

	snprintf(one->kind, sizeof(one->kind), "%s",
		 ifi->ifi_type == ARPHRD_LOOPBACK ? "loopback" : "device");
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
	{
		if (mnl_attr_get_type(attr) == IFLA_LINK)
			one->lower = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINK_NETNSID)
			elsewhere = true;
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			mnl_attr_for_each_nested(inner, attr)
			{
				if (mnl_attr_get_type(inner) == IFLA_INFO_KIND)
					take_kind(one->kind, inner);
				else if (mnl_attr_get_type(inner) == IFLA_INFO_SLAVE_KIND)
					take_kind(one->master, inner);
			}
	}
	/* A veth's other end, or what is in another namespace, is not below it. */
	if (elsewhere || !strcmp(one->kind, "veth") || (int)one->lower == ifi->ifi_index)
		one->lower = 0;
	return MNL_CB_OK;
}

int stacking_describe(unsigned int ifindex, char *text, size_t size)
{
	size_t used = 0;
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	for (int depth = 0; !error && ifindex && depth < DEPTH_MAX && used < size; depth++) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_GETLINK, 0);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
		struct one one = {.lower = 0};

		ifi->ifi_index = (int)ifindex;
		error = netlink_ask(&nl, take_device, &one);
		if (!error)
			used += (size_t)snprintf(text + used, size - used, "%s%s%s%s",
						 depth ? " on " : "", one.kind,
						 *one.master ? " in a " : "", one.master);
		ifindex = one.lower;
	}
	netlink_close(&nl);
	return error;
}
