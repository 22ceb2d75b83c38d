// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/bind.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nic/compat_netdev.h"

static int take_id(const struct nlmsghdr *nlh, void *data)
{
	uint32_t *id = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, genl_attrs)
	{
		if (mnl_attr_get_type(attr) == NETDEV_DMABUF_ID)
			*id = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

static void put_queues(struct nlmsghdr *nlh, const cpu_set_t *queues)
{
	for (int i = 0; i < CPU_SETSIZE; i++) {
		struct nlattr *nest;

		if (!CPU_ISSET(i, queues))
			continue;
		nest = mnl_attr_nest_start(nlh, NETDEV_DMABUF_QUEUES);
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_ID, i);
		mnl_attr_put_u32(nlh, NETDEV_QUEUE_TYPE, 0 /* rx */);
		mnl_attr_nest_end(nlh, nest);
	}
}

/* queues: NULL to bind for sending. */
static int ask(struct binding *b, unsigned int ifindex, int dmabuf_fd, const cpu_set_t *queues)
{
	struct nlmsghdr *nlh = genl_begin(&b->genl, queues ? NETDEV_BIND_RX : NETDEV_BIND_TX, 0);

	mnl_attr_put_u32(nlh, NETDEV_DMABUF_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, NETDEV_DMABUF_FD, dmabuf_fd);
	if (queues)
		put_queues(nlh, queues);
	return netlink_ask(&b->genl.netlink, take_id, &b->id);
}

static const char *advice(int error, bool tx)
{
	switch (error) {
	case -EPERM:
		return "it needs CAP_NET_ADMIN, as root has";
	case -EOPNOTSUPP:
		return tx ? "its driver cannot send device memory, or the kernel cannot; see "
			    "'zcpath paths'"
			  : "its driver has no memory providers, or the kernel cannot; see "
			    "'zcpath paths'";
	case -EEXIST:
	case -EBUSY:
		return "another program holds the queue: 'zcprof doctor IFACE' says which";
	case -ENOMEM:
		return "the buffers do not fill its rings, or memory is short: give a larger "
		       "--area";
	case -ENODEV:
		return "there is no such device here: see 'ip link'";
	case -ERANGE:
		return "it has no such queue: see 'ethtool -l'";
	default:
		return tx ? "see whether the device is up"
			  : "see whether it splits headers (tcp-data-split on, hds-thresh 0) and "
			    "no XDP program is on it";
	}
}

static int bind_to(struct binding *b, const char *iface, int dmabuf_fd, const cpu_set_t *queues,
		   char *why, size_t why_size)
{
	unsigned int ifindex = if_nametoindex(iface);
	const char *said = b->genl.netlink.said;
	int error = genl_open(&b->genl, NETDEV_FAMILY);

	if (!error)
		error = ifindex ? ask(b, ifindex, dmabuf_fd, queues) : -ENODEV;
	if (!error && b->id)
		return 0;
	if (!error)
		error = -EPROTO;
	snprintf(why, why_size, "cannot bind a dma-buf to %s: %s%s%s%s; %s", iface,
		 strerror(-error), *said ? " (" : "", said, *said ? ")" : "",
		 advice(error, !queues));
	binding_close(b);
	return -1;
}

int binding_rx(struct binding *b, const char *iface, int dmabuf_fd, const cpu_set_t *queues,
	       char *why, size_t why_size)
{
	memset(b, 0, sizeof(*b));
	return bind_to(b, iface, dmabuf_fd, queues, why, why_size);
}

int binding_tx(struct binding *b, const char *iface, int dmabuf_fd, char *why, size_t why_size)
{
	memset(b, 0, sizeof(*b));
	return bind_to(b, iface, dmabuf_fd, NULL, why, why_size);
}

void binding_close(struct binding *b)
{
	genl_close(&b->genl);
	b->id = 0;
}

/* Does it stand for hardware? A device of software alone has no parent. */
static bool has_parent(const char *iface)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/device", iface);
	return !access(path, F_OK);
}

/*
 * The kernel looks at the device before it looks for the dma-buf: a descriptor that is none ends
 * with EBADF only where the device would do. Before 6.15 it is the other way round, as the loopback
 * device tells, which never would; then a parent is all that can be seen of a device.
 */
static int probe(struct binding *b, bool tx)
{
	struct if_nameindex *all = if_nameindex();
	bool dmabuf_first = false;
	cpu_set_t first;
	int best = -ENODEV;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	for (struct if_nameindex *i = all; i && i->if_index && best != -EBADF; i++) {
		best = ask(b, i->if_index, -1, tx ? NULL : &first);
		dmabuf_first |= best == -EBADF && !strcmp(i->if_name, "lo");
		if (best == -EBADF && dmabuf_first && !has_parent(i->if_name))
			best = -EOPNOTSUPP;
	}
	if (all)
		if_freenameindex(all);
	return best;
}

/* 0: some device would take one. */
static int try(bool tx)
{
	struct binding b = {0};
	int error = genl_open(&b.genl, NETDEV_FAMILY);

	if (!error) {
		/* Without a single attribute: is there such a command, and may we give it? */
		genl_begin(&b.genl, tx ? NETDEV_BIND_TX : NETDEV_BIND_RX, 0);
		error = netlink_ask(&b.genl.netlink, take_id, &b.id);
		error = error == -EINVAL ? probe(&b, tx) : error == -EPERM ? -EPERM : -ENOENT;
	}
	binding_close(&b);
	return error == -EBADF ? 0 : error;
}

bool binding_able(bool tx, char *why, size_t why_size)
{
	switch (try(tx)) {
	case 0:
		return true;
	case -EPERM:
		snprintf(why, why_size,
			 "may not bind memory to a device: it needs CAP_NET_ADMIN, as root has");
		return false;
	case -ENOENT:
		snprintf(why, why_size, "this kernel cannot bind memory to a device: take Linux %s",
			 tx ? "6.16" : "6.12");
		return false;
	default:
		snprintf(why, why_size,
			 tx ? "no NIC here can send device memory (netmem_tx of its driver)"
			    : "no NIC here has memory providers (queue_mgmt_ops of its driver)");
		return false;
	}
}
