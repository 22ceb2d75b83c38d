// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/device.h"
#include "nic/link_make.h"
#include "nic/netlink.h"
#include "nic/netns.h"

static const char making_veth[] = "create a veth pair";

/* Seen in these two namespaces only, so they cannot clash with anything. */
static const struct link_side veth_side[END_COUNT] = {
	[END_RX] = {-1, "zcprof-rx", "10.77.0.1", "fd77::1"},
	[END_TX] = {-1, "zcprof-tx", "10.77.0.2", "fd77::2"},
};

/* With a forwarder between them, each has a network of its own with it. */
static const struct link_side far_side[END_COUNT] = {
	[END_RX] = {-1, "zcprof-rx", "10.77.1.1", "fd77:1::1"},
	[END_TX] = {-1, "zcprof-tx", "10.77.2.1", "fd77:2::1"},
};

/* --mtu is that of the ends: the forwarder takes what they send. */
#define FORWARDER_MTU 65535

static const struct link_side forwarder_side[END_COUNT] = {
	[END_RX] = {-1, "zcprof-to-rx", "10.77.1.2", "fd77:1::2"},
	[END_TX] = {-1, "zcprof-to-tx", "10.77.2.2", "fd77:2::2"},
};

void link_init(struct link *link)
{
	memset(link, 0, sizeof(*link));
	for (int s = END_RX; s <= END_TX; s++)
		link->side[s].netns = -1;
	link->between = -1;
}

__attribute__((format(printf, 3, 4))) static int refuse(char *why, size_t size, const char *format,
							...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return -1;
}

/*
 * Without this the kernel begins a connection with the threshold and round trip time of the one
 * before, and repeats would not be independent of one another (tcp_metrics.c).
 */
static void forget_metrics(void)
{
	int fd = open("/proc/sys/net/ipv4/tcp_no_metrics_save", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		say_detail("cannot set net.ipv4.tcp_no_metrics_save: %s", strerror(errno));
	close(fd);
}

/* In the side's namespace. what: the step that failed. */
static int set_up_side(const struct link_side *side, const char **what)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*what = "open a netlink socket";
	if (error)
		return error;
	forget_metrics();
	*what = "bring lo up";
	error = link_bring_up(&nl, "lo");
	if (!error) {
		*what = "add an IPv4 address";
		error = link_add_address(&nl, side->iface, AF_INET, side->ipv4, 30);
	}
	if (!error) {
		*what = "bring the device up";
		error = link_bring_up(&nl, side->iface);
	}
	netlink_close(&nl);
	return error;
}

/* A kernel without IPv6 still has a link. */
static void set_up_ipv6(struct link_side *side)
{
	struct netlink nl;

	if (netlink_open(&nl, NETLINK_ROUTE) ||
	    link_add_address(&nl, side->iface, AF_INET6, side->ipv6, 64))
		side->ipv6[0] = '\0';
	netlink_close(&nl);
}

static int create_pair_between(const struct link *link, unsigned int mtu, const char **what)
{
	int previous = netns_enter(link->side[END_RX].netns);
	struct netlink nl;
	int error;

	*what = "enter a new network namespace";
	if (previous < 0)
		return previous;
	*what = making_veth;
	error = netlink_open(&nl, NETLINK_ROUTE);
	if (!error)
		error = link_make_pair(&nl, link->side[END_RX].iface, link->side[END_TX].iface,
				       link->side[END_TX].netns, mtu, mtu);
	netlink_close(&nl);
	netns_leave(previous);
	return error;
}

/* In an end's namespace, once its device is up: all others are beyond the forwarder. */
static int set_up_route(struct link_side *side, enum record_end end, const char **what)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*what = "add a route to the forwarder";
	if (!error)
		error = link_add_gateway(&nl, AF_INET, forwarder_side[end].ipv4);
	if (!error && *side->ipv6 && link_add_gateway(&nl, AF_INET6, forwarder_side[end].ipv6))
		side->ipv6[0] = '\0';
	netlink_close(&nl);
	return error;
}

static int switch_on(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 || write(fd, "1", 1) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

/* In the forwarder's namespace: a pair to each end, and the kernel forwards from one to the other. */
static int set_up_forwarder(const struct link *link, unsigned int mtu, const char **what)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*what = making_veth;
	for (int s = END_RX; s <= END_TX && !error; s++)
		error = link_make_pair(&nl, forwarder_side[s].iface, link->side[s].iface,
				       link->side[s].netns, FORWARDER_MTU, mtu);
	netlink_close(&nl);
	for (int s = END_RX; s <= END_TX && !error; s++) {
		struct link_side side = forwarder_side[s];

		error = set_up_side(&side, what);
		if (!error)
			set_up_ipv6(&side);
	}
	if (!error) {
		*what = "switch on forwarding (net.ipv4.ip_forward)";
		error = switch_on("/proc/sys/net/ipv4/ip_forward");
	}
	if (!error && switch_on("/proc/sys/net/ipv6/conf/all/forwarding"))
		say_detail("the forwarder forwards no IPv6");
	return error;
}

/* A step of an end in its namespace. */
static int in_side(struct link_side *side, enum record_end end, bool routed, const char **what)
{
	int previous = netns_enter(side->netns);
	int error;

	if (previous < 0)
		return previous;
	error = set_up_side(side, what);
	if (!error)
		set_up_ipv6(side);
	if (!error && routed)
		error = set_up_route(side, end, what);
	netns_leave(previous);
	return error;
}

static int no_veth(struct link *link, const char *what, int error, char *why, size_t why_size)
{
	link_close(link);
	/* Of other steps it says something else, such as a kernel without IPv6 or a route. */
	if (error == -EOPNOTSUPP && !strcmp(what, making_veth))
		return refuse(why, why_size,
			      "cannot %s: this kernel has no veth devices (CONFIG_VETH, or the module veth)",
			      what);
	return refuse(why, why_size, "cannot %s: %s", what, strerror(-error));
}

int link_forward(struct link *link, unsigned int mtu, char *why, size_t why_size)
{
	const char *what = "create a network namespace";
	int previous = -1;
	int error;

	link_init(link);
	memcpy(link->side, far_side, sizeof(link->side));
	link->between = netns_create();
	error = link->between < 0 ? link->between : 0;
	for (int s = END_RX; s <= END_TX && !error; s++) {
		link->side[s].netns = netns_create();
		if (link->side[s].netns < 0)
			error = link->side[s].netns;
	}
	if (!error)
		previous = netns_enter(link->between);
	if (previous < 0 && !error)
		error = previous;
	if (!error) {
		error = set_up_forwarder(link, mtu, &what);
		netns_leave(previous);
	}
	for (int s = END_RX; s <= END_TX && !error; s++)
		error = in_side(&link->side[s], s, true, &what);
	return error ? no_veth(link, what, error, why, why_size) : 0;
}

int link_veth(struct link *link, unsigned int mtu, char *why, size_t why_size)
{
	const char *what = "create a network namespace";
	int error = 0;

	link_init(link);
	memcpy(link->side, veth_side, sizeof(link->side));
	for (int s = END_RX; s <= END_TX && !error; s++) {
		link->side[s].netns = netns_create();
		if (link->side[s].netns < 0)
			error = link->side[s].netns;
	}
	if (!error)
		error = create_pair_between(link, mtu, &what);
	for (int s = END_RX; s <= END_TX && !error; s++)
		error = in_side(&link->side[s], s, false, &what);
	return error ? no_veth(link, what, error, why, why_size) : 0;
}

/*
 * In the new namespace. A kernel without dummy devices may have bridges: one without ports drops what it is given,
 * too (br_dev_xmit() floods it to nobody).
 */
static int set_up_dummy(struct link_side *side, unsigned int mtu, const char **what)
{
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	*what = "create a dummy device";
	if (!error)
		error = link_make_alone(&nl, side->iface, "dummy", mtu);
	if (error == -EOPNOTSUPP && !link_make_alone(&nl, side->iface, "bridge", mtu)) {
		say_warning("this kernel has no dummy devices: a bridge without ports is taken, which drops what it is given, too");
		error = 0;
	}
	if (error == -EOPNOTSUPP)
		*what = "create a dummy device, of which this kernel has none (CONFIG_DUMMY, or the module dummy)";
	if (!error)
		error = set_up_side(side, what);
	if (!error)
		set_up_ipv6(side);
	if (!error) {
		*what = "tell the device who is not there";
		error = link_add_neighbour(&nl, side->iface, AF_INET, veth_side[END_RX].ipv4);
	}
	if (!error && *side->ipv6)
		error = link_add_neighbour(&nl, side->iface, AF_INET6, veth_side[END_RX].ipv6);
	netlink_close(&nl);
	return error;
}

int link_dummy(struct link *link, unsigned int mtu, char *why, size_t why_size)
{
	struct link_side *tx = &link->side[END_TX];
	struct link_side *rx = &link->side[END_RX];
	const char *what = "create a network namespace";
	int previous = -1;
	int error;

	link_init(link);
	*tx = veth_side[END_TX];
	*rx = (struct link_side){-1, "lo", "127.0.0.1", "::1"};
	tx->netns = netns_create();
	error = tx->netns < 0 ? tx->netns : 0;
	if (!error) {
		rx->netns = fcntl(tx->netns, F_DUPFD_CLOEXEC, 0);
		previous = netns_enter(tx->netns);
		error = rx->netns < 0 ? -errno : previous < 0 ? previous : 0;
	}
	if (!error)
		error = set_up_dummy(tx, mtu, &what);
	if (previous >= 0)
		netns_leave(previous);
	if (error) {
		link_close(link);
		return refuse(why, why_size, "cannot %s: %s", what, strerror(-error));
	}
	/* The other two of the device's networks: nobody has them, and it asks nobody for them. */
	memcpy(link->away_ipv4, veth_side[END_RX].ipv4, sizeof(link->away_ipv4));
	if (*tx->ipv6)
		memcpy(link->away_ipv6, veth_side[END_RX].ipv6, sizeof(link->away_ipv6));
	return 0;
}

/* The first global address of each family that a device has. */
static void take_address(void *data, const struct device_address *a)
{
	struct link_side *side = data;

	if (strcmp(a->device, side->iface))
		return;
	if (a->family == AF_INET && !side->ipv4[0])
		inet_ntop(AF_INET, a->bytes, side->ipv4, sizeof(side->ipv4));
	else if (a->family == AF_INET6 && !side->ipv6[0] &&
		 !IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)a->bytes))
		inet_ntop(AF_INET6, a->bytes, side->ipv6, sizeof(side->ipv6));
}

/* In this thread's namespace. */
static void find_addresses(struct link_side *side)
{
	device_addresses(take_address, side);
}

/* The first device that is up, is not lo, and has an address. */
static void take_device(void *data, const struct device_address *a)
{
	struct link_side *side = data;

	if (!side->iface[0] && !(a->flags & IFF_LOOPBACK) && (a->flags & IFF_UP))
		memcpy(side->iface, a->device, sizeof(side->iface));
}

int link_loopback(struct link *link, char *why, size_t why_size)
{
	link_init(link);
	for (int s = END_RX; s <= END_TX; s++) {
		strcpy(link->side[s].iface, "lo");
		find_addresses(&link->side[s]);
	}
	if (!link->side[END_RX].ipv4[0] && !link->side[END_RX].ipv6[0])
		return refuse(why, why_size,
			      "lo has no address: bring it up with 'ip link set lo up'");
	return 0;
}

int link_device(struct link *link, enum record_end end, const char *iface, char *why,
		size_t why_size)
{
	struct link_side *here = &link->side[end];

	link_init(link);
	if (device_name(iface, here->iface))
		return refuse(why, why_size,
			      "there is no device %s: 'ip link' lists those that there are", iface);
	find_addresses(here);
	if (!here->ipv4[0] && !here->ipv6[0])
		return refuse(why, why_size, "%s has no address: give it one with 'ip address add'",
			      iface);
	return 0;
}

int link_namespaces(struct link *link, const char *rx, const char *tx, char *why, size_t why_size)
{
	const char *names[END_COUNT] = {[END_RX] = rx, [END_TX] = tx};

	link_init(link);
	for (int s = END_RX; s <= END_TX; s++) {
		struct link_side *side = &link->side[s];
		int previous;

		side->netns = netns_open(names[s]);
		previous = side->netns < 0 ? side->netns : netns_enter(side->netns);
		if (previous < 0) {
			link_close(link);
			return refuse(why, why_size, "cannot enter the network namespace %s: %s%s",
				      names[s], strerror(-previous),
				      previous == -ENOENT ? "; 'ip netns' lists those that there are"
							  : "");
		}
		device_addresses(take_device, side);
		find_addresses(side);
		netns_leave(previous);
		if (!side->ipv4[0] && !side->ipv6[0]) {
			link_close(link);
			return refuse(why, why_size,
				      "the network namespace %s has no device that is up and has an address",
				      names[s]);
		}
	}
	return 0;
}

void link_close(struct link *link)
{
	for (int s = END_RX; s <= END_TX; s++) {
		if (link->side[s].netns >= 0)
			close(link->side[s].netns);
		link->side[s].netns = -1;
	}
	if (link->between >= 0)
		close(link->between);
	link->between = -1;
}
