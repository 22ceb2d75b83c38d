// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/counters.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct answer {
	struct rtnl_link_stats64 *stats;
	size_t len;
};

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct answer *a = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) != IFLA_STATS64)
			continue;
		a->len = mnl_attr_get_payload_len(attr);
		if (a->len > sizeof(*a->stats))
			a->len = sizeof(*a->stats);
		memcpy(a->stats, mnl_attr_get_payload(attr), a->len);
	}
	return MNL_CB_OK;
}

ssize_t counters_read(struct netlink *nl, unsigned int index, struct rtnl_link_stats64 *stats)
{
	struct nlmsghdr *nlh = netlink_begin(nl, RTM_GETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct answer answer = {stats, 0};
	int error;

	ifi->ifi_index = index;
	error = netlink_ask(nl, take_link, &answer);
	if (error)
		return error;
	return answer.len ? (ssize_t)answer.len : -ENODATA;
}
