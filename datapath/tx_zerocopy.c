// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx zerocopy: send(2) with MSG_ZEROCOPY. The kernel keeps references to the message's pages until
 * the bytes are acknowledged; the error queue says when, and whether it copied after all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/calls.h"
#include "datapath/errqueue.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/udp.h"

static int tx_zerocopy_open(struct flow *f)
{
	f->state = calloc(1, sizeof(struct errqueue));
	if (!f->state)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (rpc_open(f) || udp_open(f))
		return -1;
	return errqueue_open(f->state, f, f->all->datagram ? f->datagrams_fd : f->fd);
}

static void tx_zerocopy_close(struct flow *f)
{
	rpc_close(f);
	udp_close(f);
	free(f->state);
}

static int tx_zerocopy_run(struct flow *f)
{
	const struct message *message = f->message;
	struct errqueue *q = f->state;
	struct counters *c = &f->counters;
	uint64_t position = 0;
	size_t offset = 0;
	size_t chunk;

	while (!flow_told(f) && (chunk = flow_chunk(f, position, offset))) {
		ssize_t sent;

		if (errqueue_room(q, f, chunk))
			return -1;
		sent = call_send(f->fd, message->at + offset, chunk, MSG_ZEROCOPY | MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == ENOBUFS) {
			if (errqueue_refused(q, f))
				return -1;
			continue;
		}
		if (sent < 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 strerror(errno));
		errqueue_sent(q, sent);
		position += sent;
		offset += sent;
		if (offset == message->size)
			offset = 0;
		count(&c->bytes, sent);
		count(&c->event[EVENT_sends], 1);
	}
	return errqueue_finish(q, f);
}

/*
 * As tx copy. Whoever waits for answers is woken by completions as well (POLLERR), until they are read.
 */
static int tx_zerocopy_rpc(struct flow *f)
{
	const unsigned char *end = f->message->at + f->message->size;
	struct errqueue *q = f->state;
	struct counters *c = &f->counters;

	while (rpc_goes_on(f)) {
		size_t due = rpc_due(f);
		ssize_t sent;

		if (!due) {
			if (rpc_wait(f) || errqueue_take(q, f))
				return -1;
			continue;
		}
		if (errqueue_room(q, f, due))
			return -1;
		sent = call_send(f->fd, end - due, due, MSG_ZEROCOPY | MSG_DONTWAIT | MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			rpc_full(f);
			continue;
		}
		if (sent < 0 && errno == ENOBUFS) {
			if (errqueue_refused(q, f))
				return -1;
			continue;
		}
		if (sent < 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 strerror(errno));
		errqueue_sent(q, sent);
		rpc_sent(f, sent);
		count(&c->bytes, sent);
		count(&c->event[EVENT_sends], 1);
	}
	return errqueue_finish(q, f);
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
	.rpc_calls = BIT(CALL_recvfrom) | BIT(CALL_ppoll),
	.events = BIT(EVENT_sends) | BIT(EVENT_notifications) | BIT(EVENT_enobufs) |
		  BIT(EVENT_errqueue_stalls),
	.maps = 1,
	.able = tx_zerocopy_able,
	.flow_memory = udp_send_zerocopy_memory,
	.open = tx_zerocopy_open,
	.run = tx_zerocopy_run,
	.rpc = tx_zerocopy_rpc,
	.udp = udp_send_zerocopy,
	.udp_calls = UDP_ZEROCOPY_CALLS,
	.close = tx_zerocopy_close,
};
