// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ip link set' sets: the MTU, and how large a packet may be within the stack (BIG TCP). */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "nic/big_tcp.h"
#include "nic/netlink.h"
#include "nic/settings/setting.h"

/* include/uapi/linux/if_link.h of Linux 6.3 */
#define LINK_GSO_IPV4_MAX_SIZE 63
#define LINK_GRO_IPV4_MAX_SIZE 64

struct attribute {
	uint16_t type;
	uint32_t value;
};

static int link_set(const char *iface, const struct attribute *attributes, size_t count, char *said,
		    size_t said_size)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	if (!error) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_NEWLINK, 0);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_index = (int)if_nametoindex(iface);
		for (size_t i = 0; i < count; i++)
			mnl_attr_put_u32(nlh, attributes[i].type, attributes[i].value);
		/* Without an index the kernel would make a device. */
		error = ifi->ifi_index ? netlink_ask(&nl, NULL, NULL) : -ENODEV;
	}
	snprintf(said, said_size, "%s", error ? nl.said : "");
	netlink_close(&nl);
	return error;
}

/* ---- MTU ---- */

static int take_mtu(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) == IFLA_MTU)
			*(uint32_t *)data = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

static int mtu_read(struct setting_place *p, enum option_id id, const struct options *want,
		    char *text, size_t size)
{
	struct netlink nl;
	uint32_t mtu = 0;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	(void)id;
	(void)want;
	if (!error) {
		struct nlmsghdr *nlh = netlink_begin(&nl, RTM_GETLINK, 0);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_index = (int)if_nametoindex(p->iface);
		error = netlink_ask(&nl, take_mtu, &mtu);
	}
	netlink_close(&nl);
	snprintf(text, size, "%u", mtu);
	return error;
}

static int mtu_set(const char *iface, unsigned int mtu, char *said, size_t said_size)
{
	const struct attribute attribute = {IFLA_MTU, mtu};

	return link_set(iface, &attribute, 1, said, said_size);
}

static int mtu_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	char old[16];
	int error = mtu_read(p, id, want, old, sizeof(old));

	if (!error)
		error = journal_note(p->journal, "mtu", p->iface, old);
	return error ? error : mtu_set(p->iface, (unsigned int)want->mtu, p->said, sizeof(p->said));
}

int mtu_put_back(const char *iface, const char *old)
{
	unsigned int mtu;
	char said[8];

	return sscanf(old, "%u", &mtu) == 1 ? mtu_set(iface, mtu, said, sizeof(said)) : -EINVAL;
}

const struct setting setting_mtu = {mtu_read, mtu_write, false};

/* ---- BIG TCP ---- */

/* The limits of IPv4 follow the others down to 64 KiB by themselves, so they come last. */
static int sizes_set(const char *iface, const struct big_tcp *b, char *said, size_t said_size)
{
	const struct attribute attributes[] = {
		{IFLA_GSO_MAX_SIZE, b->gso},
		{IFLA_GRO_MAX_SIZE, b->gro},
		{LINK_GSO_IPV4_MAX_SIZE, b->gso_ipv4},
		{LINK_GRO_IPV4_MAX_SIZE, b->gro_ipv4},
	};

	return link_set(iface, attributes, b->gro_ipv4 ? 4 : 2, said, said_size);
}

static int big_tcp_read(struct setting_place *p, enum option_id id, const struct options *want,
			char *text, size_t size)
{
	struct big_tcp b;
	int error = big_tcp_get(p->iface, &b);

	(void)id;
	(void)want;
	if (error || !b.gro)
		return error ? error : -EOPNOTSUPP;
	if (b.gso <= BIG_TCP_LEGACY && b.gro <= BIG_TCP_LEGACY && b.gro_ipv4 <= BIG_TCP_LEGACY &&
	    b.gso_ipv4 <= BIG_TCP_LEGACY)
		snprintf(text, size, "off");
	else if (b.gso == b.gro && b.gso == b.gro_ipv4 && b.gso == b.gso_ipv4)
		snprintf(text, size, "%u", b.gso);
	else
		return -ENODATA;
	return 0;
}

static int big_tcp_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	uint32_t bytes = want->big_tcp ? (uint32_t)want->big_tcp : BIG_TCP_LEGACY;
	struct big_tcp b, to = {.gso = bytes, .gro = bytes, .gso_ipv4 = bytes, .gro_ipv4 = bytes};
	char old[64];
	int error = big_tcp_get(p->iface, &b);

	(void)id;
	if (error)
		return error;
	if (!b.gro_ipv4 || !b.gso_ipv4) {
		snprintf(p->said, sizeof(p->said), "BIG TCP for IPv4 came with Linux 6.3");
		return -EOPNOTSUPP;
	}
	if (b.tso_max && bytes > b.tso_max) {
		snprintf(p->said, sizeof(p->said), "the device takes packets of %u bytes at most",
			 b.tso_max);
		return -ERANGE;
	}
	snprintf(old, sizeof(old), "%u %u %u %u", b.gso, b.gro, b.gso_ipv4, b.gro_ipv4);
	error = journal_note(p->journal, "big_tcp", p->iface, old);
	return error ? error : sizes_set(p->iface, &to, p->said, sizeof(p->said));
}

int big_tcp_put_back(const char *iface, const char *old)
{
	struct big_tcp b = {0};
	char said[8];

	if (sscanf(old, "%u %u %u %u", &b.gso, &b.gro, &b.gso_ipv4, &b.gro_ipv4) != 4)
		return -EINVAL;
	return sizes_set(iface, &b, said, sizeof(said));
}

const struct setting setting_big_tcp = {big_tcp_read, big_tcp_write, false};
