// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/xdp_drop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp.h"

int drop_prepare(struct flows *all)
{
	struct flow *f = &all->flow[0];

	all->stamps_absent = "the receiver's path looks into no datagram";
	return f->verify.message
		       ? flow_unable(f, "--path %s looks into no datagram: leave out --verify",
				     f->config->path->name)
		       : 0;
}

/* The socket keeps the port from others, and the kernel from answering what was not taken. */
int drop_open(struct flow *f)
{
	f->drops = true;
	return udp_open(f);
}

int drop_until_end(struct flow *f, uint64_t (*seen)(const struct flow *f))
{
	struct pollfd end = {.fd = f->fd, .events = POLLIN | POLLRDHUP};
	struct counters *c = &f->counters;
	uint64_t before = 0;

	while (poll(&end, 1, -1) < 0) {
		count(&c->call[CALL_poll], 1);
		if (errno != EINTR)
			return flow_fail(f, "cannot wait for the end of flow %u: %s", f->number,
					 strerror(errno));
	}
	count(&c->call[CALL_poll], 1);
	for (int i = 0; i < UDP_SETTLE_MOST; i++) {
		uint64_t now;

		poll(NULL, 0, UDP_SETTLE_MS);
		count(&c->call[CALL_poll], 1);
		now = seen(f);
		if (now == before)
			break;
		before = now;
	}
	return 0;
}

/* ---- by a program of XDP ---- */

static uint64_t seen_by_program(const struct flow *f)
{
	return xdp_seen(f->all->shared, f->number);
}

int xdp_drop_udp(struct flow *f)
{
	return drop_until_end(f, seen_by_program);
}

void xdp_drop_look(struct flow *f)
{
	xdp_look(f->all->shared, f);
}

void xdp_drop_edge(const struct flows *all)
{
	xdp_edge(all->shared);
}

void xdp_drop_given(const struct flows *all, struct writer *w)
{
	xdp_given(all->shared, w);
}

void xdp_drop_release(struct flows *all)
{
	xdp_end(all->shared);
}
