// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "collectors/kit/sockdiag.h"
#include "nic/counters.h"
#include "nic/netns.h"

#define SETTLE_NS 200000000ULL
#define MANY	  100
/* Room for the last words of some ten thousand connections that end at once. */
#define ENDS_ROOM (32 << 20)

/* ---- which connections there are ---- */

static int by_cookie(const void *a, const void *b)
{
	const struct connection *x = a;
	const struct connection *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static struct connection *find(const struct traffic *t, uint64_t cookie)
{
	const struct connection key = {.cookie = cookie};

	return t->sorted ? bsearch(&key, t->connections, t->sorted, sizeof(key), by_cookie) : NULL;
}

struct look {
	struct traffic *traffic;
	uint32_t *inodes; /* of the processes' sockets of all kinds */
	size_t count;
	int error; /* the last one's */
};

static void take_socket(void *data, int fd, uint32_t inode)
{
	struct look *look = data;
	uint32_t *grown = look->inodes;

	(void)fd;
	/* Room is doubled where the count is a power of two. */
	if (!(look->count & (look->count - 1)))
		grown = reallocarray(look->inodes, look->count ? 2 * look->count : 1,
				     sizeof(*grown));
	if (!grown) {
		look->traffic->error = -ENOMEM;
		return;
	}
	look->inodes = grown;
	look->inodes[look->count++] = inode;
}

static void take_sockets(void *data, pid_t pid)
{
	struct look *look = data;
	int error = sockdiag_sockets(pid, take_socket, look);

	if (error)
		look->error = error;
}

static int compare_inodes(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* 0: nobody does any more. */
static bool is_held(const struct look *look, uint32_t inode)
{
	if (look->traffic->target->kind == TARGET_NETNS)
		return true;
	return inode && look->count &&
	       bsearch(&inode, look->inodes, look->count, sizeof(*look->inodes), compare_inodes);
}

/*
 * Data alone. The kernel counts a connection's SYN and FIN with what was acknowledged, and a FIN with what was
 * received: a byte each, which is much of a short request.
 */
static struct moved moved_of(const struct tcp_info *info)
{
	/* States that come with the other's FIN; of one that is closed it is likely. */
	const unsigned int finished = 1 << 7 /* CLOSE */ | 1 << 8 /* CLOSE_WAIT */ |
				      1 << 9 /* LAST_ACK */ | 1 << 11 /* CLOSING */;
	uint64_t sent = info->tcpi_bytes_sent - info->tcpi_bytes_retrans;
	struct moved moved = {info->tcpi_bytes_received, info->tcpi_bytes_acked};

	/* Kernels before 4.19 do not say what was sent; one byte alone is the SYN. */
	if ((info->tcpi_bytes_sent || moved.sent == 1) && sent < moved.sent)
		moved.sent = sent;
	if (moved.received && (finished >> info->tcpi_state & 1))
		moved.received--;
	return moved;
}

static void take_port(struct traffic *t, uint16_t port)
{
	for (size_t i = 0; i < t->port_count; i++)
		if (t->ports[i] == port)
			return;
	if (t->port_count < TRAFFIC_PORTS)
		t->ports[t->port_count++] = port;
}

static void add_moved(struct moved *sum, struct moved moved)
{
	sum->received += moved.received;
	sum->sent += moved.sent;
}

static void begin_anew(struct connection *c, const struct inet_diag_msg *m,
		       const struct tcp_info *info)
{
	add_moved(&c->earlier, c->last);
	c->last = moved_of(info);
	c->id = m->id;
	c->ended = c->heard = c->before = c->at_open = false;
}

static int take_connection(const struct nlmsghdr *nlh, void *data)
{
	const struct look *look = data;
	struct traffic *t = look->traffic;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct connection *known = find(t, sockdiag_cookie(m));
	struct connection *grown;
	struct tcp_info info;

	if ((known && !known->ended) || !is_held(look, m->idiag_inode) || !sockdiag_info(nlh, &info))
		return MNL_CB_OK;
	if (known) {
		begin_anew(known, m, &info);
		return MNL_CB_OK;
	}
	if (1U << m->idiag_state == TCP_STATE_LISTEN) {
		take_port(t, ntohs(m->id.idiag_sport));
		return MNL_CB_OK;
	}
	grown = reallocarray(t->connections, t->count + 1, sizeof(*grown));
	if (!grown) {
		t->error = -ENOMEM;
		return MNL_CB_STOP;
	}
	t->connections = grown;
	grown[t->count] = (struct connection){
		.cookie = sockdiag_cookie(m),
		.family = m->idiag_family,
		.id = m->id,
		.last = moved_of(&info),
	};
	if (!t->looked)
		grown[t->count].first = grown[t->count].last;
	t->count++;
	return MNL_CB_OK;
}

/* A list of connections that come and go may name one twice. */
static void drop_repeated(struct traffic *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++)
		if (!kept || t->connections[kept - 1].cookie != t->connections[i].cookie)
			t->connections[kept++] = t->connections[i];
	t->count = kept;
}

/* ---- those that ended ---- */

static void ended_unheard(struct traffic *t, struct connection *c)
{
	c->ended = true;
	t->unheard++;
}

static void take_last(struct traffic *t, struct connection *c, struct moved last)
{
	/* One that was reset, as by SO_LINGER, has forgotten what it moved (tcp_disconnect()). */
	if (last.received + 1 < c->last.received || last.sent < c->last.sent) {
		if (!c->ended)
			ended_unheard(t, c);
		return;
	}
	if (c->heard)
		return;
	c->last = last;
	/* A failed question may have been faster than this answer. */
	t->unheard -= c->ended;
	c->ended = c->heard = true;
}

static int take_end(const struct nlmsghdr *nlh, void *data)
{
	struct traffic *t = data;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct connection *known = find(t, sockdiag_cookie(m));
	struct tcp_info info;
	struct moved moved;

	if (!sockdiag_info(nlh, &info))
		return MNL_CB_OK;
	moved = moved_of(&info);
	if (known) {
		take_last(t, known, moved);
		known->destroyed = true;
	} else if (moved.received || moved.sent) {
		bool ours = t->target->kind == TARGET_NETNS;

		add_moved(ours ? &t->brief : &t->others, moved);
		*(ours ? &t->brief_count : &t->others_count) += 1;
	}
	return MNL_CB_OK;
}

/* All that its socket's connections moved until the last of them closed; those before the first look took part. */
static void take_closed_one(struct traffic *t, struct connection *c, struct moved moved)
{
	if (c->ended && !c->heard)
		t->unheard--;
	add_moved(&c->earlier, moved);
	c->last = (struct moved){0};
	c->ended = c->heard = true;
}

/* By the programs in the kernel: whose it was, and what it had moved before it forgot. */
static void take_closed(void *data, uint64_t cookie, const struct connections_closed *closed)
{
	struct traffic *t = data;
	struct moved moved = {closed->moved.received, closed->moved.sent};
	struct connection *known = find(t, cookie);

	if (known && !known->destroyed) {
		take_closed_one(t, known, moved);
	} else if (!known && closed->born) {
		add_moved(&t->brief, moved);
		t->brief_count++;
	}
}

void traffic_hear(struct traffic *t)
{
	int fd = traffic_fd(t);
	ssize_t len;

	if (fd < 0)
		return;
	/* ENOBUFS says that some were lost, and is no end of those that were not. */
	if (t->closes)
		connections_take(t->closes, t->end, take_closed, t);
	while ((len = recv(fd, t->ends.buffer, sizeof(t->ends.buffer), MSG_DONTWAIT)) > 0 ||
	       (len < 0 && errno == ENOBUFS)) {
		t->overrun |= len < 0;
		if (len > 0)
			mnl_cb_run(t->ends.buffer, len, 0, 0, take_end, t);
	}
}

int traffic_fd(const struct traffic *t)
{
	return t->ends.socket ? mnl_socket_get_fd(t->ends.socket) : -1;
}

void traffic_closes(struct traffic *t, struct connections *closes, enum record_end end)
{
	/* All that end in a namespace are its own. */
	t->closes = t->target->kind == TARGET_NETNS ? NULL : closes;
	t->end = end;
	/* What the others moved until now says nothing of what comes. */
	traffic_hear(t);
	t->others = (struct moved){0};
	t->others_count = 0;
}

/* ---- the verbs ---- */

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
		snprintf(why, why_size, "cannot enter the network namespace of %s: %s; run as root",
			 what, strerror(-previous));
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
	if (error && iface)
		snprintf(why, why_size, "cannot read the counters of %s, where %s is: %s", iface,
			 what, strerror(-error));
	else if (error)
		snprintf(why, why_size, "cannot see the connections of %s: %s%s", what,
			 strerror(-error),
			 error == -EACCES ? "; run as its owner or as root"
			 : error == -ENOENT
				 ? "; is there CONFIG_INET_TCP_DIAG, or the module tcp_diag?"
				 : "");
	return error ? -1 : 0;
}

void traffic_look(struct traffic *t)
{
	struct look look = {.traffic = t};
	int error;

	if (!t->ask.socket || t->device)
		return;
	traffic_hear(t);
	/* Of a process that is gone what is known stays so. */
	if (t->target->kind != TARGET_NETNS)
		target_each(t->target, take_sockets, &look);
	if (look.error && !t->looked && t->target->kind == TARGET_PROCESS)
		t->error = look.error;
	if (look.count || t->target->kind == TARGET_NETNS) {
		if (look.count)
			qsort(look.inodes, look.count, sizeof(*look.inodes), compare_inodes);
		error = sockdiag_list(&t->ask, TCP_STATES_CONNECTED | TCP_STATE_LISTEN, 0, 0,
				      take_connection, &look);
		if (error)
			t->error = error;
		if (t->count)
			qsort(t->connections, t->count, sizeof(*t->connections), by_cookie);
		drop_repeated(t);
		t->sorted = t->count;
	}
	free(look.inodes);
	t->looked = true;
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

		add_moved(moved, (struct moved){sum.moved.received, sum.moved.sent});
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
	struct moved moved = moved_of(info);

	if (!t->closes && (moved.received + 1 < c->last.received || moved.sent < c->last.sent)) {
		add_moved(&c->earlier, c->last);
		t->unheard++;
	}
	c->last = moved;
}

static int update_connection(const struct nlmsghdr *nlh, void *data)
{
	struct traffic *t = data;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct connection *found = find(t, sockdiag_cookie(m));
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
			ended_unheard(t, &t->connections[i]);
}

static void read_each(struct traffic *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct connection *c = &t->connections[i];
		struct tcp_info info = {0};

		if (c->ended)
			continue;
		if (sockdiag_ask(&t->ask, c->family, &c->id, &info))
			ended_unheard(t, c);
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
		add_moved(&c->opened, c->last);
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
