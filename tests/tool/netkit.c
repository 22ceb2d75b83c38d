// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/netlink.c nic/genl.c */
/* libs: libmnl */
/*
 * What containers with zero copy are made of, which the tools of an older system cannot make yet:
 *
 *   netkit pair NAME PEER NETNS          a netkit pair, NAME here and PEER in the namespace of that name,
 *                                        each with room for a leased queue
 *   netkit lease PEER IFINDEX QUEUE ID   in PEER's namespace: a new queue of it, which is the queue of
 *                                        device IFINDEX of the namespace that is called ID here; prints its number
 *
 * Linux 7.1 and newer: drivers/net/netkit.c, and queue-create in Documentation/netlink/specs/netdev.yaml.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/compat_netdev.h"
#include "nic/genl.h"

#define QUEUES 2 /* its own, and a leased one */

/* enum of linux/if_link.h, netkit; headers of Linux 6.1 have it not */
#define NETKIT_PEER_INFO 1
#define NETKIT_MODE	 5
#define NETKIT_L2	 0

static int report(struct netlink *nl, int error)
{
	if (error)
		fprintf(stderr, "netkit: %s%s%s\n", strerror(-error), *nl->said ? ": " : "",
			nl->said);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int make_pair(char *const *name)
{
	struct nlattr *info, *data, *peer;
	struct nlmsghdr *nlh;
	struct netlink nl;
	char path[100];
	int netns, error;

	snprintf(path, sizeof(path), "/run/netns/%s", name[2]);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	error = netns < 0 ? -errno : netlink_open(&nl, NETLINK_ROUTE);
	if (error) {
		fprintf(stderr, "netkit: %s: %s\n", path, strerror(-error));
		return EXIT_FAILURE;
	}
	nlh = netlink_begin(&nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name[0]);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, QUEUES);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "netkit");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, NETKIT_MODE, NETKIT_L2);
	peer = mnl_attr_nest_start(nlh, NETKIT_PEER_INFO);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name[1]);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, netns);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, QUEUES);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	error = report(&nl, netlink_ask(&nl, NULL, NULL));
	netlink_close(&nl);
	return error;
}

static int take_queue(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	(void)data;
	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		if (mnl_attr_get_type(attr) == NETDEV_QUEUE_ID)
			printf("%u\n", mnl_attr_get_u32(attr));
	}
	return MNL_CB_OK;
}

static int lease(char *const *arg)
{
	struct nlattr *lease, *queue;
	struct nlmsghdr *nlh;
	struct genl g;
	int error = genl_open(&g, NETDEV_FAMILY);

	if (!error) {
		nlh = genl_begin(&g, NETDEV_QUEUE_CREATE, 0);
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_IFINDEX, if_nametoindex(arg[0]));
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_TYPE, 0);
		lease = mnl_attr_nest_start(nlh, NETDEV_QUEUE_LEASE);
		mnl_attr_put_u32(nlh, NETDEV_LEASE_IFINDEX, atoi(arg[1]));
		queue = mnl_attr_nest_start(nlh, NETDEV_LEASE_QUEUE);
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_ID, atoi(arg[2]));
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_TYPE, 0);
		mnl_attr_nest_end(nlh, queue);
		mnl_attr_put_u32(nlh, NETDEV_LEASE_NETNS, atoi(arg[3]));
		mnl_attr_nest_end(nlh, lease);
		error = netlink_ask(&g.netlink, take_queue, NULL);
	}
	error = report(&g.netlink, error);
	genl_close(&g);
	return error;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "pair"))
		return make_pair(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "lease"))
		return lease(argv + 2);
	fprintf(stderr, "usage: netkit pair NAME PEER NETNS | lease PEER IFINDEX QUEUE ID\n");
	return 2;
}
