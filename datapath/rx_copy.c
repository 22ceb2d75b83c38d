// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx copy: recv(2) into one buffer of --read bytes, non-blocking behind an edge-triggered epoll, or
 * blocking (--blocking).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/calls.h"
#include "datapath/files.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/short_flows.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"
#include "datapath/sockets.h"

struct rx_copy {
	struct memory buffer;
	int epoll;
	int flags; /* of recv(2) */
};

static int rx_copy_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	struct rx_copy *s = calloc(1, sizeof(*s));
	char why[200];

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->epoll = -1;
	/* tcp(7): the bytes are thrown away, and nothing is copied. */
	s->flags = option->trunc ? MSG_TRUNC : 0;
	f->drops = option->trunc;
	if (option->trunc && (f->verify.message || f->all->datagram || f->all->reconnects))
		return flow_unable(f,
				   "--trunc throws away the bytes of a stream: leave it out with --verify, --udp and --reconnect");
	if (memory_get(&s->buffer, option->read, option->hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	if (socket_blocking(f->fd, option->blocking))
		return flow_fail(f, "cannot set the mode of flow %u: %s", f->number,
				 strerror(errno));
	if (rpc_open(f) || udp_open(f) || udp_rpc_open(f))
		return -1;
	if (option->blocking)
		return 0;
	return flow_watch(f, EPOLLIN | EPOLLRDHUP | EPOLLET, &s->epoll);
}

static void rx_copy_close(struct flow *f)
{
	struct rx_copy *s = f->state;

	if (!s)
		return;
	memory_free(&s->buffer);
	if (s->epoll >= 0)
		close(s->epoll);
	udp_rpc_close(f);
	rpc_close(f);
	udp_close(f);
	free(s);
}

/* Bytes received; 0: the stream has ended; -1: not now; -2: failed. */
static ALWAYS_INLINE ssize_t receive(struct flow *f, void *buffer, size_t size, int flags)
{
	struct counters *c = &f->counters;
	ssize_t got = call_recv(f->fd, buffer, size, flags);

	count(&c->call[CALL_recvfrom], 1);
	if (got > 0) {
		verify_bytes(&f->verify, buffer, got);
		if (!flags)
			count(&c->bytes_copied, got);
		count_received(c, got);
		return got;
	}
	if (!got)
		return 0;
	if (errno == EINTR)
		return -1;
	if (errno == EAGAIN) {
		count(&c->event[EVENT_would_block], 1);
		return -1;
	}
	flow_fail(f, "cannot receive on flow %u: %s", f->number, strerror(errno));
	return -2;
}

/* exchanges: answer what was received; known when this is compiled, so that only --rpc pays for it. */
static ALWAYS_INLINE int run_blocking(struct flow *f, const struct rx_copy *s, const bool exchanges)
{
	ssize_t got;

	do {
		got = receive(f, s->buffer.at, s->buffer.size, s->flags);
		if (exchanges && rpc_answer(f))
			return -1;
	} while (got > 0 || got == -1);
	return got ? -1 : 0;
}

/*
 * Edge-triggered: a receive that did not fill the buffer has emptied the socket (epoll(7), Q9), so
 * no further one has to come back with EAGAIN to know that. The end of the stream raises no edge
 * of its own when it came with the last bytes; EPOLLRDHUP tells.
 */
static ALWAYS_INLINE int run_epoll(struct flow *f, const struct rx_copy *s, const bool exchanges)
{
	struct counters *c = &f->counters;

	for (;;) {
		struct epoll_event event;
		int ready = call_epoll_wait(s->epoll, &event, 1, -1);
		bool ending;
		ssize_t got;

		count(&c->call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		if (ready <= 0)
			continue;
		ending = event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
		do {
			got = receive(f, s->buffer.at, s->buffer.size, s->flags);
			if (exchanges && rpc_answer(f))
				return -1;
		} while (got == (ssize_t)s->buffer.size || (got > 0 && ending));
		if (!got || got == -2)
			return got ? -1 : 0;
	}
}

static int rx_copy_run(struct flow *f)
{
	const struct rx_copy *s = f->state;

	return s->epoll < 0 ? run_blocking(f, s, false) : run_epoll(f, s, false);
}

static int rx_copy_rpc(struct flow *f)
{
	const struct rx_copy *s = f->state;

	files_own(f, s->epoll);
	return s->epoll < 0 ? run_blocking(f, s, true) : run_epoll(f, s, true);
}

static uint64_t rx_copy_memory(const struct config *config)
{
	return config->options.read;
}

const struct path path_rx_copy = {
	.name = "copy",
	.end = END_RX,
	.files = 1,
	.tls = true,
	.tls_rpc = true,
	.what = "epoll and recv(2), or blocking recv(2) with --blocking; the kernel copies",
	.calls = BIT(CALL_recvfrom) | BIT(CALL_epoll_wait),
	.rpc_calls = BIT(CALL_sendto) | BIT(CALL_ppoll),
	.events = BIT(EVENT_would_block),
	.flow_memory = rx_copy_memory,
	.open = rx_copy_open,
	.run = rx_copy_run,
	.rpc = rx_copy_rpc,
	.udp = udp_receive,
	.udp_calls = UDP_RECEIVE_CALLS,
	.udp_rpc = udp_answer,
	.udp_rpc_calls = UDP_ANSWER_CALLS,
	.reconnect = short_flows_answer,
	.reconnect_calls = SHORT_FLOWS_ANSWER,
	.close = rx_copy_close,
};
