// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/split.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <string.h>

#include "nic/genl.h"
#include "nic/lease.h"

/* include/uapi/linux/ethtool_netlink_generated.h: attributes that came with Linux 6.14 */
#define RINGS_HDS_THRESH 17

/* What the driver did not say stays out. */
struct answer {
	struct split *split;
	bool has_state;
};

static int take_rings(const struct nlmsghdr *nlh, void *data)
{
	struct answer *a = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_RINGS_TCP_DATA_SPLIT:
			a->has_state = true;
			a->split->state = mnl_attr_get_u8(attr);
			break;
		case RINGS_HDS_THRESH:
			a->split->has_threshold = true;
			a->split->threshold = mnl_attr_get_u32(attr);
			break;
		case ETHTOOL_A_RINGS_RX:
			a->split->rx_ring = mnl_attr_get_u32(attr);
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

int split_get(const char *iface, struct split *s)
{
	struct answer answer = {.split = s};
	struct genl g;
	int error = genl_open(&g, ETHTOOL_GENL_NAME);

	*s = (struct split){0};
	if (!error) {
		begin(&g, ETHTOOL_MSG_RINGS_GET, iface);
		error = netlink_ask(&g.netlink, take_rings, &answer);
	}
	genl_close(&g);
	if (error)
		return error;
	return answer.has_state ? 0 : -EOPNOTSUPP;
}

int split_set(const char *iface, const struct split *s, char *said, size_t said_size)
{
	struct nlmsghdr *nlh;
	struct genl g;
	int error = genl_open(&g, ETHTOOL_GENL_NAME);

	if (!error) {
		nlh = begin(&g, ETHTOOL_MSG_RINGS_SET, iface);
		mnl_attr_put_u8(nlh, ETHTOOL_A_RINGS_TCP_DATA_SPLIT, s->state);
		if (s->has_threshold)
			mnl_attr_put_u32(nlh, RINGS_HDS_THRESH, s->threshold);
		error = netlink_ask(&g.netlink, NULL, NULL);
	}
	snprintf(said, said_size, "%s", error ? g.netlink.said : "");
	genl_close(&g);
	return error;
}

bool split_ready(const struct split *s)
{
	return s->state == ETHTOOL_TCP_DATA_SPLIT_ENABLED && !s->threshold;
}

static const char *const state_name[] = {"unknown", "disabled", "enabled"};

char *split_print(const struct split *s, char text[SPLIT_TEXT_MAX])
{
	const char *state = s->state < 3 ? state_name[s->state] : "unknown";

	if (s->has_threshold)
		snprintf(text, SPLIT_TEXT_MAX, "%s, from %u bytes on", state, s->threshold);
	else
		snprintf(text, SPLIT_TEXT_MAX, "%s", state);
	return text;
}

int split_put_back(const char *iface, const char *text)
{
	struct split s = {0};
	char said[8];

	for (unsigned int i = 0; i < 3; i++)
		if (!strncmp(text, state_name[i], strlen(state_name[i])))
			s.state = i;
	s.has_threshold = sscanf(text, "%*[a-z], from %u", &s.threshold) == 1;
	/* As long as memory of somebody's is in a queue, the kernel refuses. */
	lease_wait(iface, NULL, 2000);
	return split_set(iface, &s, said, sizeof(said));
}
