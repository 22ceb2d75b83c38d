// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams by send(2), with MSG_ZEROCOPY or without, and by recvmsg(2). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/bursts.h"
#include "datapath/calls.h"
#include "datapath/errqueue.h"
#include "datapath/pace.h"
#include "datapath/path.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"

/* ---- the sender ---- */

static int send_bursts(struct flow *f, struct bursts *b)
{
	struct counters *c = &f->counters;

	while (!flow_told(f)) {
		ssize_t sent;
		int slot;

		if (!pace_ready(f, bursts_next(b)))
			continue;
		slot = bursts_take(b);
		sent = call_send(f->datagrams_fd, slots_at(&b->slots, slot), b->slots.bytes,
				 MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		if (sent < 0) {
			if (errno != EINTR && errno != ENOBUFS)
				return udp_refused(f, errno);
			bursts_refused(b, slot);
			continue;
		}
		slots_give(&b->slots, slot);
		bursts_sent(b, c, 1);
		count(&c->bytes_copied, sent);
	}
	return 0;
}

uint64_t udp_send_memory(const struct config *config)
{
	return bursts_memory(&config->options, 1);
}

int udp_send(struct flow *f)
{
	struct bursts bursts;
	int result = bursts_open(&bursts, f, 1);

	if (!result)
		result = send_bursts(f, &bursts);
	bursts_close(&bursts);
	return result;
}

/* Which slot each send took that may not be complete. */
struct zerocopy {
	struct bursts bursts;
	struct errqueue *queue;
	uint32_t oldest; /* send whose slot was not given back */
	unsigned int slot[ERRQUEUE_SENDS];
};

static void give_back(struct zerocopy *z)
{
	for (; z->oldest != z->queue->next && errqueue_done(z->queue, z->oldest); z->oldest++)
		slots_give(&z->bursts.slots, z->slot[z->oldest % ERRQUEUE_SENDS]);
}

/* A slot, once one is free; -1 after flow_fail(). */
static int wait_for_slot(struct zerocopy *z, struct flow *f)
{
	int slot;

	if (errqueue_room(z->queue, f, z->bursts.slots.bytes))
		return -1;
	give_back(z);
	while ((slot = bursts_take(&z->bursts)) < 0) {
		if (errqueue_wait(z->queue, f))
			return -1;
		give_back(z);
	}
	return slot;
}

static int send_zerocopy(struct zerocopy *z, struct flow *f)
{
	const struct slots *slots = &z->bursts.slots;
	struct counters *c = &f->counters;

	while (!flow_told(f)) {
		ssize_t sent;
		int error;
		int slot;

		if (!pace_ready(f, bursts_next(&z->bursts)))
			continue;
		slot = wait_for_slot(z, f);
		if (slot < 0)
			return -1;
		sent = call_send(f->datagrams_fd, slots_at(slots, slot), slots->bytes,
				 MSG_ZEROCOPY | MSG_NOSIGNAL);
		error = errno; /* reading completions leaves another */
		count(&c->call[CALL_sendto], 1);
		if (sent >= 0) {
			z->slot[z->queue->next % ERRQUEUE_SENDS] = slot;
			errqueue_sent(z->queue, sent);
			bursts_sent(&z->bursts, c, 1);
			continue;
		}
		bursts_refused(&z->bursts, slot);
		if (error == ENOBUFS && errqueue_refused(z->queue, f))
			return -1;
		if (error != EINTR && error != ENOBUFS)
			return udp_refused(f, error);
	}
	return errqueue_finish(z->queue, f);
}

uint64_t udp_send_zerocopy_memory(const struct config *config)
{
	const struct options *option = &config->options;

	return option->udp ? bursts_memory(option, bursts_slots(option)) : 0;
}

int udp_send_zerocopy(struct flow *f)
{
	struct zerocopy *z = calloc(1, sizeof(*z));
	int result;

	if (!z)
		return flow_fail(f, "no memory left for flow %u", f->number);
	z->queue = f->state;
	result = bursts_open(&z->bursts, f, bursts_slots(&f->config->options));
	if (!result)
		result = send_zerocopy(z, f);
	bursts_close(&z->bursts);
	free(z);
	return result;
}

/* ---- the receiver ---- */

/* What the kernel joined is cut into datagrams again; *segment: of how many bytes each is. */
static ssize_t receive(struct flow *f, const struct memory *buffer, size_t *segment)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec into = {buffer->at, buffer->size};
	struct msghdr msg = {
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(f->datagrams_fd, &msg, MSG_DONTWAIT);
	int joined;

	count(&f->counters.call[CALL_recvmsg], 1);
	*segment = got > 0 ? got : 0;
	for (struct cmsghdr *m = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL; m; m = CMSG_NXTHDR(&msg, m))
		if (m->cmsg_level == SOL_UDP && m->cmsg_type == UDP_GRO) {
			memcpy(&joined, CMSG_DATA(m), sizeof(joined));
			*segment = joined;
		}
	return got;
}

/* What one receive has brought; -1 after flow_fail(). */
static int answer(struct flow *f, const unsigned char *at, size_t bytes, size_t segment,
		  uint64_t *next)
{
	const struct rpc *r = f->rpc;
	size_t part = 0;

	for (size_t done = 0; !done || done < bytes; done += part ? part : 1) {
		ssize_t sent;

		part = segment < bytes - done ? segment : bytes - done;
		if (!udp_request(f, at + done, part, next, r->buffer.at))
			continue;
		do {
			sent = call_send(f->datagrams_fd, r->buffer.at, r->response, MSG_NOSIGNAL);
			count(&f->counters.call[CALL_sendto], 1);
		} while (sent < 0 && errno == EINTR);
		/* ECONNREFUSED: the client's socket is closed already, or somebody says so of an earlier one. */
		if (sent < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
			return udp_refused(f, errno);
		rpc_answered(f, 1);
	}
	return 0;
}

#define LOOK_EVERY 4096 /* receives between two looks at the connection, which says the end */

/* What is there, up to so many receives: how many, or -1 after flow_fail(). exchanges: each is answered. */
static ALWAYS_INLINE int drain(struct flow *f, const struct memory *buffer, uint64_t *next,
			       const bool exchanges)
{
	int receives = 0;
	size_t segment;
	ssize_t got = 0;

	/* An empty one, which is somebody else's, ends the loop of those that are not answered, and is seen no more. */
	while (receives < LOOK_EVERY &&
	       (got = receive(f, buffer, &segment)) >= (exchanges ? 0 : 1)) {
		if (!exchanges)
			udp_take(f, buffer->at, got, segment, next);
		else if (answer(f, buffer->at, got, segment, next))
			return -1;
		receives++;
	}
	/* ECONNREFUSED: the sender's socket is closed already. */
	if (got < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
		return flow_fail(f, "cannot receive datagrams on flow %u: %s", f->number,
				 strerror(errno));
	return receives;
}

/* What is left when the sender has ended; whoever else goes on sending is left behind. */
static ALWAYS_INLINE int settle(struct flow *f, const struct memory *buffer, uint64_t *next,
				const bool exchanges)
{
	uint64_t over_ns = clock_ns() + UDP_SETTLE_NS;
	int received;

	do
		received = drain(f, buffer, next, exchanges);
	while (received == LOOK_EVERY && clock_ns() < over_ns);
	return received < 0 ? -1 : 0;
}

static ALWAYS_INLINE int until_ended(struct flow *f, int epoll, const struct memory *buffer,
				     const bool exchanges)
{
	uint64_t next = 0;

	for (;;) {
		struct epoll_event events[2];
		int ready = call_epoll_wait(epoll, events, 2, -1);
		bool ended = false;

		count(&f->counters.call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		for (int i = 0; i < ready; i++)
			ended = ended || events[i].data.fd == f->fd;
		if (ended)
			return settle(f, buffer, &next, exchanges);
		if (drain(f, buffer, &next, exchanges) < 0)
			return -1;
	}
}

static ALWAYS_INLINE int receive_as(struct flow *f, const bool exchanges)
{
	struct epoll_event datagrams = {.events = EPOLLIN, .data.fd = f->datagrams_fd};
	struct epoll_event end = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = f->fd};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct memory buffer = {0};
	char why[200];
	int result;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, f->datagrams_fd, &datagrams) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, f->fd, &end))
		result = flow_fail(f, "cannot watch flow %u with epoll: %s", f->number,
				   strerror(errno));
	else if (udp_join(f))
		result = -1;
	else if (memory_get(&buffer, udp_most(f), f->config->options.hugepages, why, sizeof(why)))
		result = flow_unable(f, "%s", why);
	else
		result = until_ended(f, epoll, &buffer, exchanges);
	memory_free(&buffer);
	if (epoll >= 0)
		close(epoll);
	return result;
}

int udp_receive(struct flow *f)
{
	return receive_as(f, false);
}

int udp_answer(struct flow *f)
{
	return receive_as(f, true);
}
