// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx mmap: TCP_ZEROCOPY_RECEIVE. The socket is mapped once, and each call puts pages that hold payload
 * into the mapping, in place of those of the call before (tcp_zerocopy_receive(), net/ipv4/tcp.c). Only
 * whole pages can be mapped: payload that a NIC or the sender's kernel laid into pages of their own, as
 * with header split and an MSS of a page. The same call copies what is left into --copybuf, where it
 * fits; what the kernel says to skip is received by a recv(2).
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/calls.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/sockets.h"

struct rx_mmap {
	void *map;
	size_t size;	       /* of it: --read */
	struct memory skipped; /* what recv(2) copies */
	struct memory copybuf;
	int epoll;
};

enum received { RECEIVED_MORE, RECEIVED_ALL, RECEIVED_END, RECEIVED_FAILED };

static int rx_mmap_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	struct rx_mmap *s = calloc(1, sizeof(*s));
	char why[200];

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->epoll = -1;
	s->size = option->read;
	s->map = mmap(NULL, s->size, PROT_READ, MAP_SHARED, f->fd, 0);
	if (s->map == MAP_FAILED)
		return flow_unable(f, "cannot map the socket of flow %u: %s; take a smaller --read",
				   f->number, strerror(errno));
	if (memory_get(&s->skipped, option->read, option->hugepages, why, sizeof(why)) ||
	    (option->copybuf &&
	     memory_get(&s->copybuf, option->copybuf, option->hugepages, why, sizeof(why))))
		return flow_unable(f, "%s", why);
	if (rpc_open(f))
		return -1;
	if (socket_blocking(f->fd, false))
		return flow_fail(f, "cannot set the mode of flow %u: %s", f->number,
				 strerror(errno));
	return flow_watch(f, EPOLLIN | EPOLLRDHUP | EPOLLET, &s->epoll);
}

static void rx_mmap_close(struct flow *f)
{
	struct rx_mmap *s = f->state;

	if (!s)
		return;
	if (s->map && s->map != MAP_FAILED)
		munmap(s->map, s->size);
	memory_free(&s->skipped);
	memory_free(&s->copybuf);
	if (s->epoll >= 0)
		close(s->epoll);
	rpc_close(f);
	free(s);
}

static enum received failed(struct flow *f, int error)
{
	flow_fail(f, "cannot receive on flow %u: %s", f->number, strerror(error));
	return RECEIVED_FAILED;
}

/* What cannot be mapped, or whether the stream has ended. *left: bytes that are still there. */
static enum received receive_skipped(struct flow *f, struct rx_mmap *s, size_t most, size_t *left)
{
	struct counters *c = &f->counters;
	ssize_t got = call_recv(f->fd, s->skipped.at, most < s->size ? most : s->size, 0);

	count(&c->call[CALL_recvfrom], 1);
	if (!got)
		return RECEIVED_END;
	if (got < 0 && errno == EAGAIN) {
		count(&c->event[EVENT_would_block], 1);
		return RECEIVED_ALL;
	}
	if (got < 0)
		return errno == EINTR ? RECEIVED_MORE : failed(f, errno);
	verify_bytes(&f->verify, s->skipped.at, got);
	count(&c->bytes_copied, got);
	count_received(c, got);
	*left -= (size_t)got < *left ? (size_t)got : *left;
	return *left ? RECEIVED_MORE : RECEIVED_ALL;
}

/* In the order of the stream: first what was mapped, then what was copied beside it. */
static void count_mapped(struct flow *f, const struct rx_mmap *s,
			 const struct tcp_zerocopy_receive *zc)
{
	struct counters *c = &f->counters;

	verify_bytes(&f->verify, s->map, zc->length);
	verify_bytes(&f->verify, s->copybuf.at, zc->copybuf_len);
	count(&c->bytes_zerocopy, zc->length);
	count(&c->bytes_copied, zc->copybuf_len);
	count(&c->event[EVENT_bytes_hybrid], zc->copybuf_len);
	count_received(c, zc->length + zc->copybuf_len);
}

static enum received receive(struct flow *f, struct rx_mmap *s)
{
	struct counters *c = &f->counters;
	struct tcp_zerocopy_receive zc = {
		.address = (uintptr_t)s->map,
		.length = s->size,
		.copybuf_address = (uintptr_t)s->copybuf.at,
		.copybuf_len = s->copybuf.size,
	};
	socklen_t size = sizeof(zc);
	size_t left;
	int error = 0;

	if (getsockopt(f->fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zc, &size))
		error = errno;
	count(&c->call[CALL_getsockopt], 1);
	/* EIO: nothing is there, and nothing will be (SOCK_DONE). */
	if (error == EIO)
		return RECEIVED_END;
	if (error == EINTR)
		return RECEIVED_MORE;
	if (error || zc.err || zc.copybuf_len < 0)
		return failed(f, error ? error : zc.err ? -zc.err : -zc.copybuf_len);
	if (!zc.length && zc.recv_skip_hint)
		count(&c->event[EVENT_unmappable], 1);
	if (zc.length || zc.copybuf_len)
		count_mapped(f, s, &zc);
	left = zc.inq;
	if (zc.recv_skip_hint)
		return receive_skipped(f, s, zc.recv_skip_hint, &left);
	if (!left)
		return RECEIVED_ALL;
	/* It says 1 where only the end is left, too (tcp_inq_hint()). */
	return zc.length || zc.copybuf_len ? RECEIVED_MORE : receive_skipped(f, s, s->size, &left);
}

/*
 * Edge-triggered, as rx copy: what comes after inq was read raises an edge of its own. exchanges: known
 * when this is compiled, so that only --rpc pays for it.
 */
static ALWAYS_INLINE int run(struct flow *f, const bool exchanges)
{
	struct rx_mmap *s = f->state;
	struct counters *c = &f->counters;

	for (;;) {
		struct epoll_event event;
		int ready = call_epoll_wait(s->epoll, &event, 1, -1);
		enum received got;
		bool ending;

		count(&c->call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		if (ready <= 0)
			continue;
		ending = event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
		do {
			got = receive(f, s);
			if (exchanges && rpc_answer(f))
				return -1;
		} while (got == RECEIVED_MORE || (got == RECEIVED_ALL && ending));
		if (got == RECEIVED_END || got == RECEIVED_FAILED)
			return got == RECEIVED_END ? 0 : -1;
	}
}

static int rx_mmap_run(struct flow *f)
{
	return run(f, false);
}

static int rx_mmap_rpc(struct flow *f)
{
	return run(f, true);
}

static bool rx_mmap_able(char *why, size_t size)
{
	struct tcp_zerocopy_receive zc = {0};
	socklen_t zc_size = sizeof(zc);
	long page = sysconf(_SC_PAGESIZE);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	bool able = map != MAP_FAILED;

	if (able) {
		zc.address = (uintptr_t)map;
		zc.length = page;
		able = !getsockopt(fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zc, &zc_size);
	}
	if (!able)
		snprintf(why, size, "cannot map a TCP socket: %s; take Linux 5.11 or newer",
			 strerror(errno));
	if (map != MAP_FAILED)
		munmap(map, page);
	if (fd >= 0)
		close(fd);
	return able;
}

static uint64_t rx_mmap_memory(const struct config *config)
{
	return config->options.read + config->options.copybuf;
}

const struct path path_rx_mmap = {
	.name = "mmap",
	.end = END_RX,
	.files = 1,
	.maps = 2,
	.what = "TCP_ZEROCOPY_RECEIVE; whole pages are mapped, the rest is copied",
	.calls = BIT(CALL_getsockopt) | BIT(CALL_recvfrom) | BIT(CALL_epoll_wait),
	.rpc_calls = BIT(CALL_sendto) | BIT(CALL_ppoll),
	.events = BIT(EVENT_would_block) | BIT(EVENT_bytes_hybrid) | BIT(EVENT_unmappable),
	.able = rx_mmap_able,
	.flow_memory = rx_mmap_memory,
	.open = rx_mmap_open,
	.run = rx_mmap_run,
	.rpc = rx_mmap_rpc,
	.close = rx_mmap_close,
};
