// SPDX-License-Identifier: GPL-2.0-or-later
/* Connections that ended: what the kernel says of each when its socket is destroyed, and what programs in it counted. */
#include "zcprof/attach/traffic_known.h"

#include <errno.h>
#include <sys/socket.h>

static void take_last(struct traffic *t, struct connection *c, struct moved last)
{
	/* One that was reset, as by SO_LINGER, has forgotten what it moved (tcp_disconnect()). */
	if (last.received + 1 < c->last.received || last.sent < c->last.sent) {
		if (!c->ended)
			connection_unheard(t, c);
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
	struct connection *known = connection_find(t, sockdiag_cookie(m));
	struct tcp_info info;
	struct moved moved;

	if (!sockdiag_info(nlh, &info))
		return MNL_CB_OK;
	moved = connection_moved(&info);
	if (known) {
		take_last(t, known, moved);
		known->destroyed = true;
	} else if (moved.received || moved.sent) {
		bool ours = t->target->kind == TARGET_NETNS;

		moved_add(ours ? &t->brief : &t->others, moved);
		*(ours ? &t->brief_count : &t->others_count) += 1;
	}
	return MNL_CB_OK;
}

/* All that its socket's connections moved until the last of them closed; those before the first look took part. */
static void take_closed_one(struct traffic *t, struct connection *c, struct moved moved)
{
	if (c->ended && !c->heard)
		t->unheard--;
	moved_add(&c->earlier, moved);
	c->last = (struct moved){0};
	c->ended = c->heard = true;
}

/* By the programs in the kernel: whose it was, and what it had moved before it forgot. */
static void take_closed(void *data, uint64_t cookie, const struct connections_closed *closed)
{
	struct traffic *t = data;
	struct moved moved = {closed->moved.received, closed->moved.sent};
	struct connection *known = connection_find(t, cookie);

	if (known && !known->destroyed) {
		take_closed_one(t, known, moved);
	} else if (!known && closed->born) {
		moved_add(&t->brief, moved);
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
