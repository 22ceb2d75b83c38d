// SPDX-License-Identifier: GPL-2.0-or-later
/* The client of requests in datagrams, by send(2) and recv(2). */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "datapath/calls.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"

#define SECOND_NS 1000000000ULL
/* A tick of the slowest kernel: recv(2) counts its timeout in ticks, and looks too early would be in vain. */
#define TICK_US 10000

static int send_one(struct flow *f, const unsigned char *request)
{
	ssize_t sent =
		call_send(f->datagrams_fd, request, f->rpc->request, MSG_DONTWAIT | MSG_NOSIGNAL);

	count(&f->counters.call[CALL_sendto], 1);
	if (sent >= 0) {
		count(&f->counters.bytes_copied, sent);
		udp_asked(f);
		return 0;
	}
	if (errno == EAGAIN)
		rpc_full(f);
	/* ECONNREFUSED: somebody says so of an earlier one, which will have no answer; this one was not sent yet. */
	else if (errno != EINTR && errno != ENOBUFS && errno != ECONNREFUSED)
		return udp_refused(f, errno);
	return 0;
}

/* 1: something came; 0: nothing is there; -1 after flow_fail(). */
static int receive(struct flow *f, int flags)
{
	const struct rpc *r = f->rpc;
	ssize_t got = call_recv(f->datagrams_fd, r->buffer.at, r->buffer.size, flags);

	count(&f->counters.call[CALL_recvfrom], 1);
	if (got >= 0) {
		udp_answered(f, r->buffer.at, got);
		return 1;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED)
		return 0;
	return flow_fail(f, "cannot receive answers on flow %u: %s", f->number, strerror(errno));
}

/* One request at a time: recv(2) itself waits for its answer, for as long as that may take. */
static int await_answer(struct flow *f)
{
	int got = receive(f, 0);

	if (!got)
		udp_give_up(f);
	return got < 0 ? -1 : 0;
}

static int await_any(struct flow *f)
{
	struct rpc *r = f->rpc;
	uint64_t patience_ns = udp_patience(f);
	struct pollfd wait = {.fd = f->datagrams_fd, .events = POLLIN | (r->full ? POLLOUT : 0)};
	struct timespec most = {.tv_sec = (time_t)(patience_ns / SECOND_NS),
				.tv_nsec = (long)(patience_ns % SECOND_NS)};
	int ready = ppoll(&wait, 1, patience_ns == UINT64_MAX ? NULL : &most, NULL);
	uint64_t left;
	int got = 1;

	count(&f->counters.call[CALL_ppoll], 1);
	if (ready < 0 && errno != EINTR)
		return flow_fail(f, "cannot wait for flow %u: %s", f->number, strerror(errno));
	if (wait.revents & ~POLLIN)
		r->full = false;
	/* As many as are under way, so that none looks in vain; if none is, what came is somebody else's. */
	left = ready > 0 ? r->begun - r->done + (r->begun == r->done) : 0;
	while (left-- && (got = receive(f, MSG_DONTWAIT)) > 0)
		;
	udp_give_up(f);
	return got < 0 ? -1 : 0;
}

static int set_timeout(struct flow *f)
{
	uint64_t us = f->config->options.rpc_timeout * 1000 + TICK_US;
	struct timeval most = {.tv_sec = (time_t)(us / 1000000),
			       .tv_usec = (suseconds_t)(us % 1000000)};

	if (!setsockopt(f->datagrams_fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)))
		return 0;
	return flow_fail(f, "cannot set the timeout of flow %u: %s", f->number, strerror(errno));
}

int udp_query(struct flow *f)
{
	struct rpc *r = f->rpc;
	struct memory request = {0};
	bool one = r->depth == 1;
	char why[200];
	int result = 0;

	if (memory_get(&request, r->request, f->config->options.hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	memcpy((char *)request.at + UDP_NUMBER, f->message->at, r->request - UDP_NUMBER);
	result = one ? set_timeout(f) : 0;
	while (!result && rpc_goes_on(f)) {
		if (udp_ask(f, request.at))
			result = send_one(f, request.at);
		else
			result = one && !r->full && r->done < r->begun ? await_answer(f)
								       : await_any(f);
	}
	memory_free(&request);
	return result;
}
