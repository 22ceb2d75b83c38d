// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx xsk: datagrams that an XDP program hands to an AF_XDP socket, before the kernel makes an skb of them.
 * A frame that was read goes back into the fill ring at once.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/frame.h"
#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/xdp.h"
#include "datapath/xsk.h"

#define LOOK_EVERY 1024 /* empty polls between two looks at the connection, which says the end */

struct shared {
	struct xdp *xdp;
	struct xsk_area *area; /* NULL: each flow has its own */
};

struct rx_xsk {
	struct xsk xsk; /* first: xsk_given() */
	size_t headers;
	int epoll;
	uint64_t next; /* number */
};

static bool rx_xsk_able(char *why, size_t size)
{
	return xsk_able(why, size) && xdp_able(why, size);
}

static int rx_xsk_prepare(struct flows *all)
{
	struct shared *shared = calloc(1, sizeof(*shared));

	all->shared = shared;
	if (!shared)
		return flow_fail(&all->flow[0], "no memory left for what the flows share");
	return xdp_begin(&shared->xdp, all, XDP_FATE_SOCKETS) || xsk_share(&shared->area, all) ? -1
											       : 0;
}

static void rx_xsk_release(struct flows *all)
{
	struct shared *shared = all->shared;

	if (!shared)
		return;
	xdp_end(shared->xdp);
	xsk_unshare(shared->area);
	free(shared);
}

static int fill(struct rx_xsk *s, struct flow *f)
{
	unsigned int frames = xsk_frames(f->config);
	uint32_t at;

	if (xsk_ring_prod__reserve(&s->xsk.fill, frames, &at) != frames)
		return flow_fail(f, "the fill ring of flow %u has no room for its frames",
				 f->number);
	for (unsigned int i = 0; i < frames; i++)
		*xsk_ring_prod__fill_addr(&s->xsk.fill, at + i) = i * f->config->options.xsk_frame;
	xsk_ring_prod__submit(&s->xsk.fill, frames);
	return 0;
}

static int watch(struct rx_xsk *s, struct flow *f)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = s->xsk.fd};

	if (flow_watch(f, EPOLLIN | EPOLLRDHUP, &s->epoll))
		return -1;
	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->xsk.fd, &event)
		       ? flow_fail(f, "cannot watch flow %u with epoll: %s", f->number,
				   strerror(errno))
		       : 0;
}

static int rx_xsk_open(struct flow *f)
{
	struct shared *shared = f->all->shared;
	struct rx_xsk *s = calloc(1, sizeof(*s));
	struct frame_ends ends;
	int error;

	f->state = s;
	f->datagrams_fd = -1;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->epoll = s->xsk.fd = -1;
	/* The socket keeps the port from others, and the kernel from answering what was not taken. */
	if (udp_open(f) || xsk_open(&s->xsk, f, xdp_device(shared->xdp), shared->area) ||
	    fill(s, f) || watch(s, f) || frame_ends(f->fd, &ends))
		return -1;
	s->headers = frame_headers(&ends);
	error = xdp_socket(shared->xdp, f->number, s->xsk.queue, s->xsk.fd);
	return error ? flow_fail(f, "cannot give flow %u its socket: %s", f->number,
				 strerror(-error))
		     : 0;
}

static void rx_xsk_close(struct flow *f)
{
	struct rx_xsk *s = f->state;

	if (!s)
		return;
	xsk_close(&s->xsk);
	if (s->epoll >= 0)
		close(s->epoll);
	udp_close(f);
	free(s);
	f->state = NULL;
}

/* How many came, up to a batch of them. */
static unsigned int reap(struct rx_xsk *s, struct flow *f, unsigned int batch)
{
	struct counters *c = &f->counters;
	struct receives receives = {0};
	uint32_t from;
	uint32_t to = 0;
	unsigned int got = xsk_ring_cons__peek(&s->xsk.rx, batch, &from);

	if (!got)
		return 0;
	stamps_now(f);
	/* Never full: it has as many entries as there are frames. */
	xsk_ring_prod__reserve(&s->xsk.fill, got, &to);
	for (unsigned int i = 0; i < got; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&s->xsk.rx, from + i);

		/* The program goes by what the header says; a frame may hold less. */
		if (desc->len < s->headers + f->all->datagram)
			count(&c->event[EVENT_xsk_short], 1);
		else if (udp_take_one(f, (const char *)xsk_frame(&s->xsk, desc->addr) + s->headers,
				      &s->next))
			receives_add(&receives, c, f->all->datagram);
		*xsk_ring_prod__fill_addr(&s->xsk.fill, to + i) =
			desc->addr & ~(f->config->options.xsk_frame - 1);
	}
	xsk_ring_prod__submit(&s->xsk.fill, got);
	xsk_ring_cons__release(&s->xsk.rx, got);
	receives_count(&receives, c);
	count(s->xsk.zerocopy ? &c->bytes_zerocopy : &c->bytes_copied, receives.bytes);
	return got;
}

static void wake(const struct rx_xsk *s, struct counters *c)
{
	recvfrom(s->xsk.fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	count(&c->call[CALL_recvfrom], 1);
}

/* 1: the sender has ended; 0: there may be something; -1: failed. */
static int wait_for_more(const struct rx_xsk *s, struct flow *f)
{
	struct epoll_event events[2];
	int ready;

	ready = epoll_wait(s->epoll, events, 2, -1);
	count(&f->counters.call[CALL_epoll_wait], 1);
	if (ready < 0 && errno != EINTR)
		return flow_fail(f, "cannot wait for flow %u: %s", f->number, strerror(errno));
	for (int i = 0; i < ready; i++)
		if (events[i].data.fd != s->xsk.fd)
			return 1;
	return 0;
}

/* The same by polling the device: the connection is looked at now and then. */
static int poll_for_more(const struct rx_xsk *s, struct flow *f, unsigned int *empty)
{
	char byte;
	ssize_t got;

	wake(s, &f->counters);
	if (++*empty % LOOK_EVERY)
		return 0;
	got = recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	count(&f->counters.call[CALL_recvfrom], 1);
	return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

static int rx_xsk_udp(struct flow *f)
{
	unsigned int batch = f->config->options.xsk_batch;
	bool polls = f->config->options.busy_poll;
	struct rx_xsk *s = f->state;
	unsigned int empty = 0;

	for (;;) {
		int ended;

		if (reap(s, f, batch)) {
			if (xsk_ring_prod__needs_wakeup(&s->xsk.fill))
				wake(s, &f->counters);
			continue;
		}
		ended = polls ? poll_for_more(s, f, &empty) : wait_for_more(s, f);
		if (ended < 0)
			return -1;
		if (ended)
			break;
	}
	/* What is still on its way, behind a sender that has ended. */
	for (int i = 0; i < UDP_SETTLE_MOST; i++) {
		poll(NULL, 0, UDP_SETTLE_MS);
		count(&f->counters.call[CALL_poll], 1);
		if (polls)
			wake(s, &f->counters);
		if (!reap(s, f, f->config->options.xsk_ring))
			break;
	}
	return 0;
}

static void rx_xsk_look(struct flow *f)
{
	const struct shared *shared = f->all->shared;
	struct rx_xsk *s = f->state;

	if (!s)
		return;
	xdp_look(shared->xdp, f);
	xsk_look(&s->xsk, f);
}

static void rx_xsk_edge(const struct flows *all)
{
	const struct shared *shared = all->shared;

	xdp_edge(shared->xdp);
}

static void rx_xsk_given(const struct flows *all, struct writer *w)
{
	const struct shared *shared = all->shared;

	xdp_given(shared->xdp, w);
	xsk_given(all, w);
}

const struct path path_rx_xsk = {
	.name = "xsk",
	.end = END_RX,
	.files = 2,
	.maps = 4,
	.what = "AF_XDP: the device's frames in shared memory, before there is an skb; takes --udp at the sender",
	.events = BIT(EVENT_xdp_misplaced) | BIT(EVENT_xsk_ring_full) | BIT(EVENT_xsk_fill_empty) |
		  BIT(EVENT_xsk_dropped) | BIT(EVENT_xsk_invalid) | BIT(EVENT_xsk_short),
	.able = rx_xsk_able,
	.flow_memory = xsk_memory,
	.prepare = rx_xsk_prepare,
	.open = rx_xsk_open,
	.udp = rx_xsk_udp,
	.udp_calls = BIT(CALL_epoll_wait) | BIT(CALL_recvfrom) | BIT(CALL_poll),
	.look = rx_xsk_look,
	.edge = rx_xsk_edge,
	.given = rx_xsk_given,
	.close = rx_xsk_close,
	.release = rx_xsk_release,
};
