// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/bind.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nic/compat_netdev.h"
#include "nic/ethtool.h"
#include "nic/netdev.h"

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

/* queues: NULL to bind for sending; buffer: as binding_rx(). */
static int ask(struct binding *b, unsigned int ifindex, int dmabuf_fd, const cpu_set_t *queues,
	       uint32_t buffer)
{
	struct nlmsghdr *nlh = genl_begin(&b->genl, queues ? NETDEV_BIND_RX : NETDEV_BIND_TX, 0);

	mnl_attr_put_u32(nlh, NETDEV_DMABUF_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, NETDEV_DMABUF_FD, dmabuf_fd);
	if (queues)
		put_queues(nlh, queues);
	if (buffer)
		mnl_attr_put_u32(nlh, NETDEV_DMABUF_RX_PAGE_SIZE, buffer);
	return netlink_ask(&b->genl.netlink, take_id, &b->id);
}

/* said: by the kernel of it, or "". */
static const char *advice(int error, const char *said, bool tx, bool buffer)
{
	/* net_devmem_bind_dmabuf(): a piece that ends within a buffer; pages are such where they lie apart. */
	if (buffer && strstr(said, "sg entry") && strstr(said, "not aligned"))
		return "the memory does not lie in pieces of --rx-buf-len: give --hugepages, which are pieces of 2M, or a smaller --rx-buf-len";
	if (buffer && strstr(said, "dmabuf size") && strstr(said, "not aligned"))
		return "give an --area that is a multiple of --rx-buf-len";
	switch (error) {
	case -EPERM:
		return "it needs CAP_NET_ADMIN, as root has";
	case -EOPNOTSUPP:
		if (buffer)
			return "its driver has no buffers larger than a page, or no memory providers: leave out --rx-buf-len";
		return tx ? "its driver cannot send device memory, or this kernel cannot"
			  : "its driver has no memory providers, or this kernel cannot";
	case -ENOMEM:
		return "give more memory, as the buffers have to fill the rings";
	case -ENODEV:
		return "there is no such device here: see 'ip link'";
	default:
		if (buffer)
			return "its driver may have no buffers of --rx-buf-len, which have to lie in one piece each: try others, or --hugepages";
		return tx ? "see whether the device is up"
			  : "see whether it is up and splits headers (tcp-data-split on, hds-thresh 0), and whether an XDP program is on it";
	}
}

/* What the device's queues say to those that were asked for. */
struct look {
	const cpu_set_t *queues;
	unsigned int count; /* of receive queues */
	int held;	    /* one of those asked for, or -1 */
	const char *holder;
};

static void look_at(void *data, const struct netdev_queue *q)
{
	struct look *look = data;

	if (q->direction != NETDEV_RX)
		return;
	look->count++;
	if (q->id >= CPU_SETSIZE || !CPU_ISSET(q->id, look->queues) || !netdev_lease(q))
		return;
	look->held = (int)q->id;
	look->holder = netdev_lease(q);
}

/* The kernel says EINVAL of a queue that is not there, too, and of one that is held which it is
 * not. */
static bool explain_queues(struct binding *b, const char *iface, const cpu_set_t *queues, char *why,
			   size_t why_size)
{
	struct look look = {queues, 0, -1, NULL};
	int last = CPU_SETSIZE - 1;

	if (!queues || netdev_queues(&b->genl, if_nametoindex(iface), look_at, &look) || !look.count)
		return false;
	while (last > 0 && !CPU_ISSET(last, queues))
		last--;
	if ((unsigned int)last >= look.count)
		snprintf(why, why_size,
			 "%s has no receive queue %d: they are 0 to %u; 'ethtool -L' may give it more",
			 iface, last, look.count - 1);
	else if (look.holder)
		snprintf(why, why_size,
			 "queue %d of %s belongs to %s of another program; end that, or take another queue",
			 look.held, iface, look.holder);
	return (unsigned int)last >= look.count || look.holder;
}

/* Where a piece lies is another place each time, and how long it is: the same reason would be many. */
static void leave_out_place(char *said)
{
	char *from = strstr(said, " (addr="), *to = from ? strchr(from, ')') : NULL, *size;

	if (!to)
		return;
	memmove(from, to + 1, strlen(to + 1) + 1);
	size = strstr(from, " size");
	if (size)
		*size = '\0';
}

static int bind_to(struct binding *b, const char *iface, int dmabuf_fd, const cpu_set_t *queues,
		   uint32_t buffer, char *why, size_t why_size)
{
	unsigned int ifindex = if_nametoindex(iface);
	int error = genl_open(&b->genl, NETDEV_FAMILY);
	char said[sizeof(b->genl.netlink.said)];

	if (!error)
		error = ifindex ? ask(b, ifindex, dmabuf_fd, queues, buffer) : -ENODEV;
	if (!error && b->id)
		return 0;
	if (!error)
		error = -EPROTO;
	memcpy(said, b->genl.netlink.said, sizeof(said));
	leave_out_place(said);
	if (error == -EPERM || !explain_queues(b, iface, queues, why, why_size))
		snprintf(why, why_size, "cannot bind a dma-buf to %s: %s%s%s%s; %s", iface,
			 strerror(-error), *said ? " (" : "", said, *said ? ")" : "",
			 advice(error, said, !queues, buffer));
	binding_close(b);
	return -1;
}

int binding_rx(struct binding *b, const char *iface, int dmabuf_fd, const cpu_set_t *queues,
	       uint32_t buffer, char *why, size_t why_size)
{
	memset(b, 0, sizeof(*b));
	return bind_to(b, iface, dmabuf_fd, queues, buffer, why, why_size);
}

/* The kernel names an attribute that it does not know before it says what is missing. */
bool binding_rx_pages(void)
{
	struct binding b = {0};
	int error = genl_open(&b.genl, NETDEV_FAMILY);
	bool known = false;

	if (!error) {
		struct nlmsghdr *nlh = genl_begin(&b.genl, NETDEV_BIND_RX, 0);

		mnl_attr_put_u32(nlh, NETDEV_DMABUF_RX_PAGE_SIZE, (uint32_t)getpagesize());
		error = netlink_ask(&b.genl.netlink, take_id, &b.id);
		known = error == -EINVAL && !strstr(b.genl.netlink.said, "Unknown attribute");
	}
	binding_close(&b);
	return known;
}

int binding_tx(struct binding *b, const char *iface, int dmabuf_fd, char *why, size_t why_size)
{
	memset(b, 0, sizeof(*b));
	return bind_to(b, iface, dmabuf_fd, NULL, 0, why, why_size);
}

void binding_close(struct binding *b)
{
	genl_close(&b->genl);
	b->id = 0;
}

static void note_bus(void *data, const char *key, const char *value)
{
	(void)value;
	*(bool *)data |= !strcmp(key, "bus");
}

/* Does it stand for hardware? A device of software alone is on no bus. */
static bool has_parent(const char *iface)
{
	struct ethtool e;
	bool bus = false;

	if (!ethtool_open(&e, iface))
		ethtool_describe(&e, note_bus, &bus);
	ethtool_close(&e);
	return bus;
}

static void see_last(void *data, const struct netdev_queue *q)
{
	unsigned int *last = data;

	if (q->direction == NETDEV_RX && q->id > *last && q->id < CPU_SETSIZE)
		*last = q->id;
}

/* The last, for the first of a device that leases queues is its own. */
static cpu_set_t last_queue(struct binding *b, unsigned int ifindex)
{
	unsigned int last = 0;
	cpu_set_t queues;

	netdev_queues(&b->genl, ifindex, see_last, &last);
	CPU_ZERO(&queues);
	CPU_SET(last, &queues);
	return queues;
}

/*
 * The kernel looks at the device before it looks for the dma-buf: a descriptor that is none ends
 * with EBADF only where the device would do. Before 6.15 it is the other way round, as the loopback
 * device tells, which never would; then a parent is all that can be seen of a device.
 */
static int probe(struct binding *b, const char *only, bool tx)
{
	struct if_nameindex *all = if_nameindex();
	bool dmabuf_first = false;
	int best = -ENODEV;

	for (struct if_nameindex *i = all; i && i->if_index && best != -EBADF; i++) {
		cpu_set_t last;
		int error;

		if (only && strcmp(i->if_name, only) && strcmp(i->if_name, "lo"))
			continue;
		last = last_queue(b, i->if_index);
		error = ask(b, i->if_index, -1, tx ? NULL : &last, 0);
		dmabuf_first |= error == -EBADF && !strcmp(i->if_name, "lo");
		if (only && strcmp(i->if_name, only))
			continue;
		best = error;
		if (best == -EBADF && dmabuf_first && !has_parent(i->if_name))
			best = -EOPNOTSUPP;
	}
	if (all)
		if_freenameindex(all);
	return best;
}

/* 0: some device would take one, or only this one. */
static int try(const char *only, bool tx)
{
	struct binding b = {0};
	int error = genl_open(&b.genl, NETDEV_FAMILY);

	if (!error) {
		/* Without a single attribute: is there such a command, and may we give it? */
		genl_begin(&b.genl, tx ? NETDEV_BIND_TX : NETDEV_BIND_RX, 0);
		error = netlink_ask(&b.genl.netlink, take_id, &b.id);
		error = error == -EINVAL ? probe(&b, only, tx) : error == -EPERM ? -EPERM : -ENOENT;
	}
	binding_close(&b);
	return error == -EBADF ? 0 : error;
}

int binding_probe(const char *iface)
{
	return try(iface, false);
}

bool binding_able(bool tx, char *why, size_t why_size)
{
	switch (try(NULL, tx)) {
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
