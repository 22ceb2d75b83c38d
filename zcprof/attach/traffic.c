// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/traffic_known.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "nic/counters.h"
#include "nic/netns.h"

#define SETTLE_NS 200000000ULL
#define MANY	  100
/* Room for the last words of some ten thousand connections that end at once. */
#define ENDS_ROOM (32 << 20)

static int open_sockets(struct traffic *t, const char *iface)
{
	static const int groups[] = {SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY};
	static const int room = ENDS_ROOM;
	int error;

	if (iface) {
		t->device = if_nametoindex(iface);
		return t->device ? netlink_open(&t->ask, NETLINK_ROUTE) : -errno;
	}
	error = netlink_open(&t->ask, NETLINK_SOCK_DIAG);
	if (!error)
		error = netlink_open(&t->ends, NETLINK_SOCK_DIAG);
	/* Where that is not allowed the kernel's own limit holds, and what is lost is counted. */
	if (!error)
		setsockopt(mnl_socket_get_fd(t->ends.socket), SOL_SOCKET, SO_RCVBUFFORCE, &room,
			   sizeof(room));
	for (int i = 0; i < 2 && !error; i++)
		if (mnl_socket_setsockopt(t->ends.socket, NETLINK_ADD_MEMBERSHIP,
					  (void *)&groups[i], sizeof(groups[i])) < 0)
			error = -errno;
	return error;
}

int traffic_open(struct traffic *t, const struct target *target, const char *iface, char *why,
		 size_t why_size)
{
	char what[400];
	int previous = -1;
	int error = 0;

	*t = (struct traffic){.target = target};
	if (target->kind == TARGET_CPUS && !iface)
		return 0;
	target_describe(target, what, sizeof(what));
	if (target->netns >= 0)
		previous = netns_enter(target->netns);
	if (target->netns >= 0 && previous < 0) {
		snprintf(why, why_size, "cannot enter the network of %s: %s; run as root", what,
			 strerror(-previous));
		return -1;
	}
	error = open_sockets(t, iface);
	if (previous >= 0)
		netns_leave(previous);
	if (!error && iface)
		error = traffic_read(t, &t->at_open);
	if (!error)
		traffic_look(t);
	error = error ? error : t->error;
	if (error == -ENODEV && iface)
		snprintf(why, why_size, "there is no device %s %s%s; 'ip link' lists them", iface,
			 target->netns >= 0 ? "in the network of " : "here",
			 target->netns >= 0 ? what : "");
	else if (error && iface)
		snprintf(why, why_size, "cannot read the counters of the device %s: %s", iface,
			 strerror(-error));
	else if (error)
		snprintf(why, why_size, "cannot see the connections of %s: %s%s", what,
			 strerror(-error),
			 error == -EACCES ? "; run as its owner or as root"
			 : error == -ENOENT
				 ? "; is there CONFIG_INET_TCP_DIAG, or the module tcp_diag?"
				 : "");
	return error ? -1 : 0;
}

static int read_device(struct traffic *t, struct moved *moved)
{
	struct rtnl_link_stats64 stats = {0};
	ssize_t len = counters_read(&t->ask, t->device, &stats);

	if (len < 0)
		return (int)len;
	/* As by a driver that set its hardware up anew: what came before is lost. */
	t->restarted = t->restarted || stats.rx_bytes < t->counted.received ||
		       stats.tx_bytes < t->counted.sent;
	t->counted = (struct moved){stats.rx_bytes, stats.tx_bytes};
	moved->received = stats.rx_bytes - t->at_open.received;
	moved->sent = stats.tx_bytes - t->at_open.sent;
	return 0;
}

static void add_up(const struct traffic *t, struct moved *moved)
{
	*moved = t->brief;
	if (t->closes) {
		struct connections_sum sum = connections_sum(t->closes, t->end);

		moved_add(moved, (struct moved){sum.moved.received, sum.moved.sent});
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct connection *c = &t->connections[i];

		moved->received += c->earlier.received + c->last.received - c->first.received;
		moved->sent += c->earlier.sent + c->last.sent - c->first.sent;
	}
}

/* Less than before is another connection of the socket's: where nobody hears of each, the last of the former is lost. */
static void take_figures(struct traffic *t, struct connection *c, const struct tcp_info *info)
{
	struct moved moved = connection_moved(info);

	if (!t->closes && (moved.received + 1 < c->last.received || moved.sent < c->last.sent)) {
		moved_add(&c->earlier, c->last);
		t->unheard++;
	}
	c->last = moved;
}

static int update_connection(const struct nlmsghdr *nlh, void *data)
{
	struct traffic *t = data;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct connection *found = connection_find(t, sockdiag_cookie(m));
	struct tcp_info info;

	if (!found || found->ended || !sockdiag_info(nlh, &info))
		return MNL_CB_OK;
	take_figures(t, found, &info);
	found->round = t->round;
	return MNL_CB_OK;
}

/* One question for all is faster than one for each, where there are many. */
static void read_all(struct traffic *t)
{
	t->round++;
	if (sockdiag_list(&t->ask, TCP_STATES_CONNECTED, 0, 0, update_connection, t))
		return;
	for (size_t i = 0; i < t->count; i++)
		if (!t->connections[i].ended && t->connections[i].round != t->round)
			connection_unheard(t, &t->connections[i]);
}

static void read_each(struct traffic *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct connection *c = &t->connections[i];
		struct tcp_info info = {0};

		if (c->ended)
			continue;
		if (sockdiag_ask(&t->ask, c->family, &c->id, &info, NULL))
			connection_unheard(t, c);
		else
			take_figures(t, c, &info);
	}
}

int traffic_read(struct traffic *t, struct moved *moved)
{
	*moved = (struct moved){0};
	if (!t->ask.socket)
		return t->error;
	if (t->device)
		return read_device(t, moved);
	if (t->count < MANY || t->sorted < t->count)
		read_each(t);
	else
		read_all(t);
	traffic_hear(t);
	add_up(t, moved);
	return t->error;
}

int traffic_settle(struct traffic *t, struct moved *moved)
{
	uint64_t deadline = clock_ns() + SETTLE_NS;

	if (!t->ask.socket || t->device)
		return t->error;
	while (t->unheard && clock_ns() < deadline) {
		struct pollfd p = {.fd = mnl_socket_get_fd(t->ends.socket), .events = POLLIN};

		poll(&p, 1, 10);
		traffic_hear(t);
	}
	add_up(t, moved);
	return t->error;
}

void traffic_opened(struct traffic *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct connection *c = &t->connections[i];

		c->before = c->ended;
		c->at_open = !c->ended;
		c->opened = c->earlier;
		moved_add(&c->opened, c->last);
	}
}

struct moved traffic_moved(const struct connection *c)
{
	return (struct moved){c->earlier.received + c->last.received - c->opened.received,
			      c->earlier.sent + c->last.sent - c->opened.sent};
}

struct moved traffic_before(const struct traffic *t)
{
	struct moved moved = {0};

	for (size_t i = 0; i < t->count; i++) {
		moved.received += t->connections[i].first.received;
		moved.sent += t->connections[i].first.sent;
	}
	return moved;
}

struct connections_sum traffic_nobodys(const struct traffic *t)
{
	struct connections_sum all = {0};

	for (size_t i = 0; t->closes && i < t->port_count; i++) {
		struct connections_sum sum = connections_nobodys(t->closes, t->ports[i]);

		all.count += sum.count;
		all.moved.received += sum.moved.received;
		all.moved.sent += sum.moved.sent;
	}
	return all;
}

bool traffic_any(const struct traffic *t)
{
	return t->device || t->count || t->brief_count ||
	       (t->closes && connections_sum(t->closes, t->end).count);
}

void traffic_close(struct traffic *t)
{
	netlink_close(&t->ask);
	netlink_close(&t->ends);
	free(t->connections);
	*t = (struct traffic){0};
}
