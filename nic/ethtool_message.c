// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/ethtool_message.h"

#include <linux/ethtool_netlink.h>
#include <stdio.h>

int ethtool_message_begin(struct ethtool_message *m, uint8_t command, const char *iface)
{
	int error = genl_open(&m->genl, ETHTOOL_GENL_NAME);
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	if (error)
		return error;
	nlh = genl_begin(&m->genl, command, 0);
	/* The header has the same number in every message of the family. */
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_FEATURES_HEADER);
	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, iface);
	/* What a command changed is asked for afterwards; commands that ask do not look at it. */
	mnl_attr_put_u32(nlh, ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_OMIT_REPLY);
	mnl_attr_nest_end(nlh, nest);
	return 0;
}

int ethtool_message_end(struct ethtool_message *m, int error, char *said, size_t said_size)
{
	snprintf(said, said_size, "%s", error ? m->genl.netlink.said : "");
	genl_close(&m->genl);
	return error;
}
