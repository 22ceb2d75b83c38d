// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/genl.h"

#include <string.h>

static int take_number(const struct nlmsghdr *nlh, void *data)
{
	uint16_t *number = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*number = mnl_attr_get_u16(attr);
	}
	return MNL_CB_OK;
}

int genl_open(struct genl *g, const char *family)
{
	struct nlmsghdr *nlh;
	int error;

	memset(g, 0, sizeof(*g));
	error = netlink_open(&g->netlink, NETLINK_GENERIC);
	if (error)
		return error;
	g->family = GENL_ID_CTRL;
	nlh = genl_begin(g, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	return netlink_ask(&g->netlink, take_number, &g->family);
}

struct nlmsghdr *genl_begin(struct genl *g, uint8_t command, int flags)
{
	struct nlmsghdr *nlh = netlink_begin(&g->netlink, g->family, flags);
	struct genlmsghdr *head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));

	head->cmd = command;
	head->version = 1;
	return nlh;
}

/* Type "uint" of the specs is 4 bytes where they suffice, else 8 (nla_put_uint). */
uint64_t genl_uint(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint32_t) ? mnl_attr_get_u32(attr)
								  : mnl_attr_get_u64(attr);
}

void genl_close(struct genl *g)
{
	netlink_close(&g->netlink);
}
