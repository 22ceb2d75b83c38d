// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx xdp_drop: an XDP program counts the run's datagrams where the driver has them, and drops them there.
 * No thread touches any of it; this one waits for the end.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp.h"

static int rx_xdp_drop_prepare(struct flows *all)
{
	if (all->flow[0].verify.message)
		return flow_unable(&all->flow[0],
				   "--path xdp_drop looks into no datagram: leave out --verify");
	return xdp_begin((struct xdp **)&all->shared, all, false);
}

static void rx_xdp_drop_release(struct flows *all)
{
	xdp_end(all->shared);
}

static void rx_xdp_drop_look(struct flow *f)
{
	xdp_look(f->all->shared, f);
}

static void rx_xdp_drop_edge(const struct flows *all)
{
	xdp_edge(all->shared);
}

static void rx_xdp_drop_given(const struct flows *all, struct writer *w)
{
	xdp_given(all->shared, w);
}

/* The socket keeps the port from others, and the kernel from answering what was not taken. */
static int rx_xdp_drop_open(struct flow *f)
{
	f->drops = true;
	return udp_open(f);
}

static int rx_xdp_drop_udp(struct flow *f)
{
	struct pollfd end = {.fd = f->fd, .events = POLLIN | POLLRDHUP};
	struct counters *c = &f->counters;
	uint64_t seen = 0;

	while (poll(&end, 1, -1) < 0) {
		count(&c->call[CALL_poll], 1);
		if (errno != EINTR)
			return flow_fail(f, "cannot wait for the end of flow %u: %s", f->number,
					 strerror(errno));
	}
	count(&c->call[CALL_poll], 1);
	/* What is still on its way, behind a sender that has ended. */
	for (int i = 0; i < UDP_SETTLE_MOST; i++) {
		uint64_t now;

		poll(NULL, 0, UDP_SETTLE_MS);
		count(&c->call[CALL_poll], 1);
		now = xdp_seen(f->all->shared, f->number);
		if (now == seen)
			break;
		seen = now;
	}
	return 0;
}

const struct path path_rx_xdp_drop = {
	.name = "xdp_drop",
	.end = END_RX,
	.what = "an XDP program that drops datagrams in the driver, and counts them; takes --udp at the sender",
	.able = xdp_able,
	.prepare = rx_xdp_drop_prepare,
	.open = rx_xdp_drop_open,
	.udp = rx_xdp_drop_udp,
	.udp_calls = BIT(CALL_poll),
	.look = rx_xdp_drop_look,
	.edge = rx_xdp_drop_edge,
	.given = rx_xdp_drop_given,
	.close = udp_close,
	.release = rx_xdp_drop_release,
};
