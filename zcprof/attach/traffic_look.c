// SPDX-License-Identifier: GPL-2.0-or-later
/* Which connections there are: of the sockets that the processes hold, or of a network namespace. */
#include "zcprof/attach/traffic_known.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

static int by_cookie(const void *a, const void *b)
{
	const struct connection *x = a;
	const struct connection *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

struct connection *connection_find(const struct traffic *t, uint64_t cookie)
{
	const struct connection key = {.cookie = cookie};

	return t->sorted ? bsearch(&key, t->connections, t->sorted, sizeof(key), by_cookie) : NULL;
}

/*
 * Data alone. The kernel counts a connection's SYN and FIN with what was acknowledged, and a FIN with what was
 * received: a byte each, which is much of a short request.
 */
struct moved connection_moved(const struct tcp_info *info)
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

void moved_add(struct moved *sum, struct moved moved)
{
	sum->received += moved.received;
	sum->sent += moved.sent;
}

void connection_unheard(struct traffic *t, struct connection *c)
{
	c->ended = true;
	t->unheard++;
}

struct look {
	struct traffic *traffic;
	uint32_t *inodes; /* of the processes' sockets of all kinds */
	size_t count;
	int error; /* the last one's */
};

static void take_socket(void *data, pid_t tid, int fd, uint32_t inode)
{
	struct look *look = data;
	uint32_t *grown = look->inodes;

	(void)tid;
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

static void take_port(struct traffic *t, uint16_t port)
{
	for (size_t i = 0; i < t->port_count; i++)
		if (t->ports[i] == port)
			return;
	if (t->port_count < TRAFFIC_PORTS)
		t->ports[t->port_count++] = port;
}

static void begin_anew(struct connection *c, const struct inet_diag_msg *m,
		       const struct tcp_info *info)
{
	moved_add(&c->earlier, c->last);
	c->last = connection_moved(info);
	c->id = m->id;
	c->ended = c->heard = c->before = c->at_open = false;
}

static int take_connection(const struct nlmsghdr *nlh, void *data)
{
	const struct look *look = data;
	struct traffic *t = look->traffic;
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(nlh);
	struct connection *known = connection_find(t, sockdiag_cookie(m));
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
		.last = connection_moved(&info),
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
