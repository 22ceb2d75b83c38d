// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx devmem: the NIC writes payload into a dma-buf that is bound to its queues, and recvmsg(2) says
 * where, in control messages (Documentation/networking/devmem.rst). Each piece is a fragment with a
 * token; fragments are given back with SO_DEVMEM_DONTNEED, --batch of them at a time.
 *
 * What did not come through a bound queue is received as usual, and what came unsplit is copied
 * into the receive buffer besides: both are counted as copied.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "datapath/compat_devmem.h"
#include "datapath/dmabuf.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/sockets.h"
#include "nic/bind.h"

/* Fragments that nothing follows are given back after so long, or the NIC may have none left. */
#define HOLD_MS 10

/* Of all flows. */
struct bound {
	struct dmabuf *memory;
	struct binding binding;
};

struct rx_devmem {
	struct dmabuf *memory;
	uint32_t id; /* of the dma-buf, as control messages name it */
	struct memory buffer;
	struct memory control;
	void *bounce; /* for --verify of memory that the CPU does not see */
	int epoll;    /* -1: receives block */

	unsigned int batch;
	unsigned int held; /* fragments in ranges */
	unsigned int ranges;
	struct devmem_range range[DEVMEM_RANGES_MAX];
};

/* 0 for pages, which need nothing said. */
static uint32_t buffer_bytes(const struct options *option)
{
	uint64_t bytes = option->rx_buf_len;

	return bytes == (uint64_t)getpagesize() ? 0 : (uint32_t)bytes;
}

static bool rx_devmem_check(const struct config *config, char *why, size_t size)
{
	if (!buffer_bytes(&config->options) || binding_rx_pages())
		return true;
	snprintf(why, size,
		 "this kernel's devmem receives into pages only: --rx-buf-len takes Linux 7.3");
	return false;
}

static int rx_devmem_prepare(struct flows *all)
{
	struct flow *f = &all->flow[0];
	const struct options *option = &f->config->options;
	struct bound *b = calloc(1, sizeof(*b));
	char why[240];

	all->shared = b;
	if (!b)
		return flow_fail(f, "no memory left for the binding");
	b->memory = dmabuf_new(dmabuf_kind(option->memory), option->area, option->hugepages, why,
			       sizeof(why));
	if (!b->memory || binding_rx(&b->binding, option->nic, b->memory->fd, &option->queues,
				     buffer_bytes(option), why, sizeof(why)))
		return flow_unable(f, "%s", why);
	return 0;
}

static void rx_devmem_release(struct flows *all)
{
	struct bound *b = all->shared;

	if (!b)
		return;
	binding_close(&b->binding);
	dmabuf_free(b->memory);
	free(b);
}

static int wait_by_blocking(struct flow *f)
{
	const struct timeval patience = {.tv_usec = HOLD_MS * 1000};

	if (setsockopt(f->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return flow_fail(f, "cannot set the patience of flow %u: %s", f->number,
				 strerror(errno));
	return 0;
}

static int rx_devmem_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	const struct bound *b = f->all->shared;
	struct rx_devmem *s = calloc(1, sizeof(*s));
	char why[200];

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->memory = b->memory;
	s->id = b->binding.id;
	s->epoll = -1;
	s->batch = option->batch;
	if (memory_get(&s->buffer, option->read, option->hugepages, why, sizeof(why)) ||
	    memory_get(&s->control, option->control, false, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	if (f->verify.message && !s->memory->at) {
		s->bounce = malloc(s->buffer.size);
		if (!s->bounce)
			return flow_fail(f, "no memory left for flow %u", f->number);
	}
	if (rpc_open(f))
		return -1;
	if (socket_blocking(f->fd, option->blocking))
		return flow_fail(f, "cannot set the mode of flow %u: %s", f->number,
				 strerror(errno));
	return option->blocking ? wait_by_blocking(f)
				: flow_watch(f, EPOLLIN | EPOLLRDHUP, &s->epoll);
}

static void rx_devmem_close(struct flow *f)
{
	struct rx_devmem *s = f->state;

	if (!s)
		return;
	memory_free(&s->buffer);
	memory_free(&s->control);
	free(s->bounce);
	if (s->epoll >= 0)
		close(s->epoll);
	rpc_close(f);
	free(s);
}

/* Everything that is held goes back to the NIC. */
static int give_back(struct rx_devmem *s, struct flow *f)
{
	struct counters *c = &f->counters;
	unsigned int held = s->held;
	int freed;

	if (!held)
		return 0;
	freed = setsockopt(f->fd, SOL_SOCKET, SO_DEVMEM_DONTNEED, s->range,
			   s->ranges * sizeof(s->range[0]));
	count(&c->call[CALL_setsockopt], 1);
	count(&c->event[EVENT_token_ranges], s->ranges);
	s->held = s->ranges = 0;
	if (freed == (int)held)
		return 0;
	if (freed < 0)
		return flow_fail(f, "cannot give %u buffers back on flow %u: %s", held, f->number,
				 strerror(errno));
	return flow_fail(f, "the kernel took %d of %u buffers back on flow %u; it has lost the rest",
			 freed, held, f->number);
}

static inline int hold(struct rx_devmem *s, struct flow *f, uint32_t token)
{
	struct devmem_range *last = s->ranges ? &s->range[s->ranges - 1] : NULL;

	if (last && token == last->first + last->count) {
		last->count++;
	} else {
		if (s->ranges == DEVMEM_RANGES_MAX && give_back(s, f))
			return -1;
		s->range[s->ranges++] = (struct devmem_range){token, 1};
	}
	return ++s->held == s->batch ? give_back(s, f) : 0;
}

static int verify_frag(struct rx_devmem *s, struct flow *f, const struct devmem_frag *frag)
{
	const void *bytes = dmabuf_see(s->memory, frag->offset, frag->size, s->bounce);

	if (!bytes)
		return flow_fail(f, "cannot see %u bytes at %llu of the dma-buf", frag->size,
				 (unsigned long long)frag->offset);
	verify_check(&f->verify, bytes, frag->size);
	return 0;
}

/* What the control messages of one receive said. */
struct received {
	uint64_t frags;
	uint64_t bytes; /* in them */
	uint64_t linear;
};

static inline int take(struct rx_devmem *s, struct flow *f, const struct cmsghdr *m,
		       struct received *r)
{
	const struct devmem_frag *frag = (const void *)CMSG_DATA(m);

	if (m->cmsg_level != SOL_SOCKET || m->cmsg_len < CMSG_LEN(sizeof(*frag)))
		return 0;
	if (m->cmsg_type == SO_DEVMEM_LINEAR) {
		/* Copied one after the other, whatever lies between them in the stream. */
		verify_bytes(&f->verify, (char *)s->buffer.at + r->linear, frag->size);
		r->linear += frag->size;
		return 0;
	}
	if (m->cmsg_type != SO_DEVMEM_DMABUF)
		return 0;
	if (frag->dmabuf != s->id)
		return flow_fail(f,
				 "flow %u came through a queue with another dma-buf; see its steering with 'ethtool -n'",
				 f->number);
	if (f->verify.message && verify_frag(s, f, frag))
		return -1;
	r->bytes += frag->size;
	r->frags++;
	return hold(s, f, frag->token);
}

static int take_messages(struct rx_devmem *s, struct flow *f, size_t size, struct received *r)
{
	const char *at = s->control.at;
	const char *end = at + size;
	int error = f->verify.message ? dmabuf_begin(s->memory) : 0;

	while (!error && at + sizeof(struct cmsghdr) <= end) {
		const struct cmsghdr *m = (const void *)at;

		if (take(s, f, m, r))
			return -1;
		at += CMSG_ALIGN(m->cmsg_len);
	}
	if (f->verify.message && !error)
		error = dmabuf_end(s->memory);
	return error ? flow_fail(f, "cannot look at the dma-buf: %s", strerror(-error)) : 0;
}

/* What one recvmsg brought; control: bytes of messages. */
static int take_all(struct rx_devmem *s, struct flow *f, size_t got, size_t control)
{
	struct counters *c = &f->counters;
	struct received r = {0};

	if (take_messages(s, f, control, &r))
		return -1;
	/* Without a message it is ordinary data: the kernel gives one kind per call. */
	if (!control)
		verify_bytes(&f->verify, s->buffer.at, got);
	if (!control)
		count(&c->event[EVENT_bytes_plain], got);
	count(&c->event[EVENT_bytes_linear], r.linear);
	count(&c->event[EVENT_frags], r.frags);
	count(&c->receive_frags[histogram_bucket(r.frags)], 1);
	count(&c->bytes_zerocopy, r.bytes);
	count(&c->bytes_copied, got - r.bytes);
	count_received(c, got);
	return 0;
}

/* As receive() of rx_copy.c. */
static inline ssize_t receive(struct rx_devmem *s, struct flow *f)
{
	struct iovec into = {s->buffer.at, s->buffer.size};
	struct msghdr msg = {
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = s->control.at,
		.msg_controllen = s->control.size,
	};
	struct counters *c = &f->counters;
	ssize_t got = recvmsg(f->fd, &msg, MSG_SOCK_DEVMEM);

	count(&c->call[CALL_recvmsg], 1);
	if (got > 0)
		return take_all(s, f, got, msg.msg_controllen) ? -2 : got;
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

/* exchanges: known when this is compiled, so that only --rpc pays for it. */
static ALWAYS_INLINE int run_blocking(struct rx_devmem *s, struct flow *f, const bool exchanges)
{
	ssize_t got;

	while ((got = receive(s, f)) > 0 || got == -1) {
		if (exchanges && rpc_answer(f))
			return -1;
		if (got > 0 || !s->held)
			continue;
		count(&f->counters.event[EVENT_late_tokens], s->held);
		if (give_back(s, f))
			return -1;
	}
	return got ? -1 : 0;
}

/*
 * Level-triggered: a receive may end short of --read although more has come, as where the next byte
 * is of the other kind, or the control buffer is full.
 */
static ALWAYS_INLINE int run_epoll(struct rx_devmem *s, struct flow *f, const bool exchanges)
{
	struct counters *c = &f->counters;

	for (;;) {
		struct epoll_event event;
		int ready = epoll_wait(s->epoll, &event, 1, s->held ? HOLD_MS : -1);
		ssize_t got;

		count(&c->call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		if (!ready) {
			count(&c->event[EVENT_late_tokens], s->held);
			if (give_back(s, f))
				return -1;
		}
		if (ready <= 0)
			continue;
		do {
			got = receive(s, f);
			if (exchanges && rpc_answer(f))
				return -1;
		} while (got == (ssize_t)s->buffer.size);
		if (!got || got == -2)
			return got ? -1 : 0;
	}
}

static int rx_devmem_run(struct flow *f)
{
	struct rx_devmem *s = f->state;

	if (s->epoll < 0 ? run_blocking(s, f, false) : run_epoll(s, f, false))
		return -1;
	return give_back(s, f);
}

static int rx_devmem_rpc(struct flow *f)
{
	struct rx_devmem *s = f->state;

	if (s->epoll < 0 ? run_blocking(s, f, true) : run_epoll(s, f, true))
		return -1;
	return give_back(s, f);
}

static bool rx_devmem_able(char *why, size_t size)
{
	return binding_able(false, why, size) && dmabuf_any(why, size);
}

static uint64_t rx_devmem_memory(const struct config *config)
{
	return config->options.read + config->options.control;
}

/* A GPU's memory is its own. */
static uint64_t rx_devmem_shared_memory(const struct config *config)
{
	bool cuda = config->options.memory == MEMORY_cuda;

	return cuda ? 0 : config->options.area;
}

const struct path path_rx_devmem = {
	.name = "devmem",
	.end = END_RX,
	.files = 1,
	.what = "recvmsg(2) of memory that the NIC wrote: a dma-buf bound to --queues of --nic",
	.calls = BIT(CALL_recvmsg) | BIT(CALL_epoll_wait) | BIT(CALL_setsockopt),
	.rpc_calls = BIT(CALL_sendto) | BIT(CALL_ppoll),
	.events = BIT(EVENT_would_block) | BIT(EVENT_frags) | BIT(EVENT_bytes_linear) |
		  BIT(EVENT_bytes_plain) | BIT(EVENT_token_ranges) | BIT(EVENT_late_tokens),
	.one_area = true,
	.able = rx_devmem_able,
	.check = rx_devmem_check,
	.flow_memory = rx_devmem_memory,
	.shared_memory = rx_devmem_shared_memory,
	.prepare = rx_devmem_prepare,
	.open = rx_devmem_open,
	.run = rx_devmem_run,
	.rpc = rx_devmem_rpc,
	.close = rx_devmem_close,
	.release = rx_devmem_release,
};
