// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/rings.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "nic/genl.h"
#include "nic/lease.h"

/* include/uapi/linux/ethtool_netlink_generated.h: attributes that came with Linux 6.14 */
#define RINGS_HDS_THRESH 17

static int take_rings(const struct nlmsghdr *nlh, void *data)
{
	struct rings *r = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_RINGS_TCP_DATA_SPLIT:
			r->has_split = true;
			r->split = mnl_attr_get_u8(attr);
			break;
		case RINGS_HDS_THRESH:
			r->has_threshold = true;
			r->threshold = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_RINGS_RX:
			r->rx = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_RINGS_RX_MAX:
			r->rx_most = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_RINGS_TX:
			r->tx = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_RINGS_TX_MAX:
			r->tx_most = mnl_attr_get_u32(attr);
			break;
		}
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *begin(struct genl *g, uint8_t command, const char *iface)
{
	struct nlmsghdr *nlh = genl_begin(g, command, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, ETHTOOL_A_RINGS_HEADER);

	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, iface);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

int rings_get(const char *iface, struct rings *r)
{
	struct genl g;
	int error = genl_open(&g, ETHTOOL_GENL_NAME);

	*r = (struct rings){0};
	if (!error) {
		begin(&g, ETHTOOL_MSG_RINGS_GET, iface);
		error = netlink_ask(&g.netlink, take_rings, r);
	}
	genl_close(&g);
	return error;
}

int rings_set(const char *iface, const struct rings *to, char *said, size_t said_size)
{
	struct nlmsghdr *nlh;
	struct genl g;
	int error = genl_open(&g, ETHTOOL_GENL_NAME);

	if (!error) {
		nlh = begin(&g, ETHTOOL_MSG_RINGS_SET, iface);
		if (to->rx)
			mnl_attr_put_u32(nlh, ETHTOOL_A_RINGS_RX, to->rx);
		if (to->tx)
			mnl_attr_put_u32(nlh, ETHTOOL_A_RINGS_TX, to->tx);
		if (to->has_split)
			mnl_attr_put_u8(nlh, ETHTOOL_A_RINGS_TCP_DATA_SPLIT, to->split);
		if (to->has_threshold)
			mnl_attr_put_u32(nlh, RINGS_HDS_THRESH, to->threshold);
		error = netlink_ask(&g.netlink, NULL, NULL);
	}
	snprintf(said, said_size, "%s", error ? g.netlink.said : "");
	genl_close(&g);
	return error;
}

uint64_t rings_area(uint32_t entries, uint32_t buffer_bytes, unsigned int queues)
{
	return (uint64_t)entries * buffer_bytes * queues;
}

uint32_t rings_fitting(uint64_t buffers)
{
	uint32_t entries = 1U << 31;

	while (entries > buffers)
		entries /= 2;
	return entries;
}

char *rings_note(const struct rings *r, const cpu_set_t *queues, char text[RINGS_TEXT_MAX])
{
	char list[CPULIST_TEXT_MAX];

	snprintf(text, RINGS_TEXT_MAX, "%u (queues %s)", r->rx,
		 cpulist_print(queues, list, sizeof(list)));
	return text;
}

int rings_put_back(const char *iface, const char *text)
{
	struct rings was = {0};
	char said[8];
	char list[CPULIST_TEXT_MAX];
	cpu_set_t queues;
	const char *why;
	int at = 0;

	if (sscanf(text, "%u (queues %n", &was.rx, &at) != 1 || !at)
		return -EINVAL;
	snprintf(list, sizeof(list), "%.*s", (int)strcspn(text + at, ")"), text + at);
	if (cpulist_parse(list, &queues, &why))
		return -EINVAL;
	/* The memory there did not fill a ring of that length. */
	if (lease_wait(iface, &queues, LEASE_PATIENCE_MS).holder)
		return -EADDRINUSE;
	return rings_set(iface, &was, said, sizeof(said));
}
