// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx zerocopy: send(2) with MSG_ZEROCOPY. The kernel keeps references to the message's pages and
 * says through the socket's error queue when it has let go of them, and whether it copied after all
 * (Documentation/networking/msg_zerocopy.rst).
 */
#include <errno.h>
#include <time.h> /* linux/errqueue.h takes struct timespec from it */
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/paths.h"

#ifndef SO_EE_CODE_ZEROCOPY_COPIED
#define SO_EE_CODE_ZEROCOPY_COPIED 1
#endif

/* Sends without their completion that can be kept apart; a power of two. */
#define SENDS 65536U
/*
 * Completions are read after so many sends. The kernel merges those of sends in a row into one, so
 * that few reads take many, and each send holds only about 200 bytes of net.core.optmem_max.
 */
#define DRAIN_EVERY 16

struct tx_zerocopy {
	uint32_t next; /* the number that the kernel gives to the next send */
	uint32_t done; /* sends that were completed */
	unsigned int undrained;
	uint32_t bytes[SENDS]; /* by number, modulo SENDS */
};

static int tx_zerocopy_open(struct flow *f)
{
	int one = 1;

	f->state = calloc(1, sizeof(struct tx_zerocopy));
	if (!f->state)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (setsockopt(f->fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		return flow_unable(f, "cannot use SO_ZEROCOPY: %s; TCP has it from Linux 4.14",
				   strerror(errno));
	return 0;
}

static void tx_zerocopy_close(struct flow *f)
{
	free(f->state);
}

static const struct sock_extended_err *completion_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		const struct sock_extended_err *e = (const void *)CMSG_DATA(c);

		if (((c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
		     (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR)) &&
		    e->ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			return e;
	}
	return NULL;
}

/* Sends ee_info to ee_data are complete. */
static void completed(struct tx_zerocopy *s, struct counters *c, const struct sock_extended_err *e)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i <= e->ee_data - e->ee_info; i++)
		bytes += s->bytes[(e->ee_info + i) % SENDS];
	s->done += e->ee_data - e->ee_info + 1;
	count(&c->event[EVENT_notifications], 1);
	count(e->ee_code & SO_EE_CODE_ZEROCOPY_COPIED ? &c->bytes_copied : &c->bytes_zerocopy,
	      bytes);
}

/* Everything that the error queue holds now; it never blocks. How many, or -1. */
static int drain(struct tx_zerocopy *s, struct flow *f)
{
	struct counters *c = &f->counters;
	int drained = 0;

	s->undrained = 0;
	while (s->done != s->next) {
		char control[CMSG_SPACE(sizeof(struct sock_extended_err) +
					sizeof(struct sockaddr_in6))];
		struct msghdr msg = {.msg_control = control, .msg_controllen = sizeof(control)};
		const struct sock_extended_err *e;
		ssize_t got = recvmsg(f->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);

		count(&c->call[CALL_recvmsg], 1);
		if (got < 0 && errno == EAGAIN)
			return drained;
		if (got < 0 && errno == EINTR)
			continue;
		e = got < 0 ? NULL : completion_of(&msg);
		if (!e)
			return flow_fail(f, "cannot read the completions of flow %u: %s", f->number,
					 got < 0 ? strerror(errno) : "it is another message");
		completed(s, c, e);
		drained++;
	}
	return drained;
}

/* Until at least one completion was read; POLLERR is reported without being asked for. */
static int wait_for_completion(struct tx_zerocopy *s, struct flow *f)
{
	struct pollfd wait = {.fd = f->fd};
	int drained = drain(s, f);

	while (!drained) {
		int ready = poll(&wait, 1, -1);

		count(&f->counters.call[CALL_poll], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for the completions of flow %u: %s",
					 f->number, strerror(errno));
		drained = drain(s, f);
		/* Both directions are shut or reset, and no completion is there: none will come. */
		if (!drained && wait.revents & POLLHUP)
			return flow_fail(f, "flow %u was reset before all of it was acknowledged",
					 f->number);
	}
	return drained < 0 ? -1 : 0;
}

/* ENOBUFS: too much is under way already, and a completion makes room. */
static int no_buffers(struct tx_zerocopy *s, struct flow *f)
{
	count(&f->counters.event[EVENT_enobufs], 1);
	if (s->next == s->done)
		return flow_unable(f,
				   "cannot send zero-copy even once: ENOBUFS; raise 'ulimit -l' "
				   "or sysctl net.core.optmem_max, or ask for a smaller --write");
	count(&f->counters.event[EVENT_errqueue_stalls], 1);
	return wait_for_completion(s, f);
}

static int make_room(struct tx_zerocopy *s, struct flow *f)
{
	if (s->next - s->done == SENDS) {
		count(&f->counters.event[EVENT_errqueue_stalls], 1);
		return wait_for_completion(s, f);
	}
	return s->undrained >= DRAIN_EVERY && drain(s, f) < 0 ? -1 : 0;
}

static int tx_zerocopy_run(struct flow *f)
{
	const struct message *message = f->message;
	struct tx_zerocopy *s = f->state;
	struct counters *c = &f->counters;
	uint64_t position = 0;
	size_t offset = 0;
	size_t chunk;

	while (!flow_told(f) && (chunk = flow_chunk(f, position, offset))) {
		ssize_t sent;

		if (make_room(s, f))
			return -1;
		sent = send(f->fd, message->at + offset, chunk, MSG_ZEROCOPY | MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == ENOBUFS) {
			if (no_buffers(s, f))
				return -1;
			continue;
		}
		if (sent < 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 strerror(errno));
		s->bytes[s->next++ % SENDS] = sent;
		s->undrained++;
		position += sent;
		offset += sent;
		if (offset == message->size)
			offset = 0;
		count(&c->bytes, sent);
	}
	while (s->next != s->done)
		if (wait_for_completion(s, f))
			return -1;
	return 0;
}

static bool tx_zerocopy_able(char *why, size_t size)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;
	int error =
		fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)) ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (error)
		snprintf(why, size, "cannot set SO_ZEROCOPY: %s; take Linux 4.14 or newer",
			 strerror(error));
	return !error;
}

const struct path path_tx_zerocopy = {
	.name = "zerocopy",
	.end = END_TX,
	.what = "send(2) with MSG_ZEROCOPY; the error queue reports what was copied",
	.calls = BIT(CALL_sendto) | BIT(CALL_recvmsg) | BIT(CALL_poll),
	.events = BIT(EVENT_notifications) | BIT(EVENT_enobufs) | BIT(EVENT_errqueue_stalls),
	.able = tx_zerocopy_able,
	.open = tx_zerocopy_open,
	.run = tx_zerocopy_run,
	.close = tx_zerocopy_close,
};
