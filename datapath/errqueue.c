// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/errqueue.h"

#include <errno.h>
#include <time.h> /* linux/errqueue.h takes struct timespec from it */
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "datapath/delays.h"

#ifndef SO_EE_CODE_ZEROCOPY_COPIED
#define SO_EE_CODE_ZEROCOPY_COPIED 1
#endif

/*
 * Completions are read after so many sends. The kernel merges those of sends in a row into one, so
 * that few reads take many, and each send holds only about 200 bytes of net.core.optmem_max.
 */
#define DRAIN_EVERY 16
#define TICK_SHIFT  8 /* of ns */

int errqueue_open(struct errqueue *q, struct flow *f, int fd)
{
	uint64_t limit = f->config->options.in_flight;
	int one = 1;

	q->fd = fd;
	q->limit = limit ? limit : UINT64_MAX;
	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		return flow_unable(f, "cannot use SO_ZEROCOPY: %s; TCP has it from Linux 4.14",
				   strerror(errno));
	return delays_open(f);
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
static void completed(struct errqueue *q, struct flow *f, const struct sock_extended_err *e)
{
	struct counters *c = &f->counters;
	uint32_t now = clock_ns() >> TICK_SHIFT;
	uint64_t bytes = 0;

	for (uint32_t i = 0; i <= e->ee_data - e->ee_info; i++) {
		struct errqueue_send *send = &q->send[(e->ee_info + i) % ERRQUEUE_SENDS];

		bytes += send->bytes;
		send->bytes = 0;
		delays_count(f, (uint64_t)(now - send->ticks) << TICK_SHIFT);
	}
	q->done += e->ee_data - e->ee_info + 1;
	q->flying -= bytes;
	count(&c->event[EVENT_notifications], 1);
	count(e->ee_code & SO_EE_CODE_ZEROCOPY_COPIED ? &c->bytes_copied : &c->bytes_zerocopy,
	      bytes);
}

/* Everything that the error queue holds now; it never blocks. How many, or -1. */
static int drain(struct errqueue *q, struct flow *f)
{
	struct counters *c = &f->counters;
	int drained = 0;

	q->undrained = 0;
	while (q->done != q->next) {
		char control[CMSG_SPACE(sizeof(struct sock_extended_err) +
					sizeof(struct sockaddr_in6))];
		struct msghdr msg = {.msg_control = control, .msg_controllen = sizeof(control)};
		const struct sock_extended_err *e;
		ssize_t got = recvmsg(q->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);

		count(&c->call[CALL_recvmsg], 1);
		if (got < 0 && errno == EAGAIN)
			return drained;
		if (got < 0 && errno == EINTR)
			continue;
		e = got < 0 ? NULL : completion_of(&msg);
		if (!e)
			return flow_fail(f, "cannot read the completions of flow %u: %s", f->number,
					 got < 0 ? strerror(errno) : "it is another message");
		completed(q, f, e);
		drained++;
	}
	return drained;
}

/* Until at least one completion was read; POLLERR is reported without being asked for. */
static int wait_for_completion(struct errqueue *q, struct flow *f)
{
	struct pollfd wait = {.fd = q->fd};
	int drained = drain(q, f);

	while (!drained) {
		int ready = poll(&wait, 1, -1);

		count(&f->counters.call[CALL_poll], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for the completions of flow %u: %s",
					 f->number, strerror(errno));
		drained = drain(q, f);
		/* Both directions are shut or reset, and no completion is there: none will come. */
		if (!drained && wait.revents & POLLHUP)
			return flow_fail(f, "flow %u was reset before all of it was acknowledged",
					 f->number);
	}
	return drained < 0 ? -1 : 0;
}

int errqueue_room(struct errqueue *q, struct flow *f, size_t bytes)
{
	/* One send is always let through: a limit below its size would wait for ever. */
	while (q->next - q->done == ERRQUEUE_SENDS || (q->flying && q->flying + bytes > q->limit)) {
		if (errqueue_wait(q, f))
			return -1;
	}
	return q->undrained >= DRAIN_EVERY && drain(q, f) < 0 ? -1 : 0;
}

void errqueue_sent(struct errqueue *q, size_t bytes)
{
	q->send[q->next++ % ERRQUEUE_SENDS] =
		(struct errqueue_send){.bytes = bytes, .ticks = clock_ns() >> TICK_SHIFT};
	q->flying += bytes;
	q->undrained++;
}

/* ENOBUFS: too much is under way already, and a completion makes room. */
int errqueue_refused(struct errqueue *q, struct flow *f)
{
	count(&f->counters.event[EVENT_enobufs], 1);
	if (q->next == q->done)
		return flow_unable(f,
				   "cannot send zero-copy even once: ENOBUFS; raise 'ulimit -l' or sysctl net.core.optmem_max, or ask for a smaller --write");
	return errqueue_wait(q, f);
}

int errqueue_wait(struct errqueue *q, struct flow *f)
{
	count(&f->counters.event[EVENT_errqueue_stalls], 1);
	return wait_for_completion(q, f);
}

int errqueue_take(struct errqueue *q, struct flow *f)
{
	return drain(q, f) < 0 ? -1 : 0;
}

int errqueue_finish(struct errqueue *q, struct flow *f)
{
	while (q->next != q->done)
		if (wait_for_completion(q, f))
			return -1;
	return 0;
}
