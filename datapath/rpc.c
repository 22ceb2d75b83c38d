// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/rpc.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "datapath/calls.h"
#include "datapath/sockets.h"

#define BUFFER_BYTES (64UL << 10)
#define FOREVER_NS   UINT64_MAX
#define SECOND_NS    1000000000ULL

static int open_client(struct flow *f, struct rpc *r)
{
	const struct options *option = &f->config->options;
	char why[200];

	unsigned int clients = f->all->count - f->all->mixed;

	if (option->set[OPTION_rate])
		schedule_init(&r->schedule, option->rate, f->number - f->all->mixed, clients,
			      f->all->arrivals, &f->all->begun_ns);
	r->depth = option->rpc_depth;
	/* In datagrams a request without an answer is given up (datapath/udp_rpc.h), and holds up none that is due. */
	if (schedule_is(&r->schedule))
		r->depth = f->all->datagram ? UINT64_MAX : RPC_IN_FLIGHT;
	/* A timer of the kernel may be 50 us late by default. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	if (memory_get(&r->buffer, BUFFER_BYTES, false, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	return 0;
}

int rpc_open(struct flow *f)
{
	struct rpc *r;
	int one = 1;

	if (!flow_exchanges(f))
		return 0;
	r = calloc(1, sizeof(*r));
	f->rpc = r;
	if (!r)
		return flow_fail(f, "no memory left for flow %u", f->number);
	r->request = f->all->exchange.request;
	r->response = f->all->exchange.response;
	r->answer = f->all->answer.at;
	if (!f->all->datagram && setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		return flow_fail(f, "cannot set TCP_NODELAY of flow %u: %s", f->number,
				 strerror(errno));
	return f->config->end == END_TX ? open_client(f, r) : 0;
}

void rpc_close(struct flow *f)
{
	if (f->rpc)
		memory_free(&f->rpc->buffer);
	free(f->rpc);
	f->rpc = NULL;
}

/* ---- the client ---- */

static bool has_room(const struct flow *f)
{
	const struct rpc *r = f->rpc;

	return !flow_told(f) && r->begun - r->done < r->depth;
}

static bool is_due(const struct rpc *r, uint64_t now)
{
	return !schedule_is(&r->schedule) || schedule_due_ns(&r->schedule, r->begun) <= now;
}

bool rpc_may_begin(const struct flow *f, uint64_t now)
{
	return has_room(f) && is_due(f->rpc, now);
}

size_t rpc_due(struct flow *f)
{
	struct rpc *r = f->rpc;
	uint64_t now;

	if (r->full)
		return 0;
	if (r->in_request)
		return r->request - r->in_request;
	if (!has_room(f))
		return 0;
	/* Of a closed loop a request follows its answer at once. */
	now = r->just_ns ? r->just_ns : clock_ns();
	if (!is_due(r, now))
		return 0;
	r->sent_ns[r->begun % RPC_IN_FLIGHT] = now;
	return r->request;
}

void rpc_completed(struct flow *f, uint64_t number, uint64_t sent_ns, uint64_t now)
{
	struct rpc *r = f->rpc;
	unsigned int service = histogram_fine_bucket(now - sent_ns);
	unsigned int latency = service;

	if (schedule_is(&r->schedule))
		latency = histogram_fine_bucket(now - schedule_due_ns(&r->schedule, number));
	count(&r->latencies.latency[latency], 1);
	count(&r->latencies.service[service], 1);
	count(&f->counters.event[EVENT_responses], 1);
	r->done++;
}

/* When it was, if an answer is complete now; else 0. */
static uint64_t received(struct flow *f, const void *bytes, size_t size)
{
	struct rpc *r = f->rpc;
	uint64_t now;

	verify_bytes(&f->verify, bytes, size);
	r->in_response += size;
	if (r->in_response < r->response)
		return 0;
	now = clock_ns();
	while (r->in_response >= r->response && r->done < r->begun) {
		rpc_completed(f, r->done, r->sent_ns[r->done % RPC_IN_FLIGHT], now);
		r->in_response -= r->response;
	}
	return now;
}

void rpc_received(struct flow *f, const void *bytes, size_t size)
{
	received(f, bytes, size);
}

uint64_t rpc_patience(const struct flow *f)
{
	const struct rpc *r = f->rpc;
	uint64_t most = flow_look_ns(f);
	uint64_t now;
	uint64_t due;

	if (!schedule_is(&r->schedule) || !has_room(f) || r->in_request)
		return FOREVER_NS;
	now = clock_ns();
	due = schedule_due_ns(&r->schedule, r->begun);
	if (due <= now)
		return 0;
	return due - now < most ? due - now : most;
}

/* 1: something may be there to receive; 0: not; -1 after flow_fail(). */
static int wait_for_socket(struct flow *f, uint64_t patience_ns)
{
	struct rpc *r = f->rpc;
	struct pollfd wait = {.fd = f->fd, .events = POLLIN | (r->full ? POLLOUT : 0)};
	struct timespec most = {.tv_sec = patience_ns / SECOND_NS,
				.tv_nsec = patience_ns % SECOND_NS};
	int ready = ppoll(&wait, 1, patience_ns == FOREVER_NS ? NULL : &most, NULL);

	count(&f->counters.call[CALL_ppoll], 1);
	if (ready < 0 && errno != EINTR)
		return flow_fail(f, "cannot wait for flow %u: %s", f->number, strerror(errno));
	if (wait.revents & ~POLLIN)
		r->full = false;
	return ready > 0 && wait.revents & ~POLLOUT;
}

/* What the answers under way have left: asking for no more saves the kernel a look for it. */
static size_t missing(const struct rpc *r)
{
	uint64_t bytes = (r->begun - r->done) * r->response - r->in_response;

	return bytes && bytes < r->buffer.size ? bytes : r->buffer.size;
}

/*
 * A closed loop with nothing left to send has only answers to wait for: then recv(2) itself does, which
 * saves a call for each request.
 */
int rpc_wait(struct flow *f)
{
	struct rpc *r = f->rpc;
	bool only_answers = !schedule_is(&r->schedule) && !r->full && !r->polls;
	ssize_t got;

	r->just_ns = 0;
	if (!only_answers) {
		int ready = wait_for_socket(f, rpc_patience(f));

		if (ready <= 0)
			return ready;
	}
	got = call_recv(f->fd, r->buffer.at, missing(r), only_answers ? 0 : MSG_DONTWAIT);
	count(&f->counters.call[CALL_recvfrom], 1);
	if (got > 0) {
		r->just_ns = received(f, r->buffer.at, got);
		return 0;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return flow_fail(f, "cannot receive answers on flow %u: %s", f->number,
			 got ? strerror(errno) : "the receiver has ended it");
}

/* ---- the server ---- */

void rpc_answered(struct flow *f, uint64_t responses)
{
	f->rpc->answered += responses;
	count(&f->counters.event[EVENT_responses], responses);
}

/* The client reads whatever it does, so room comes. */
static int wait_for_room(struct flow *f)
{
	struct pollfd wait = {.fd = f->fd, .events = POLLOUT};
	int ready = ppoll(&wait, 1, NULL, NULL);

	count(&f->counters.call[CALL_ppoll], 1);
	if (ready < 0 && errno != EINTR)
		return flow_fail(f, "cannot wait for flow %u: %s", f->number, strerror(errno));
	return 0;
}

static int answer_one(struct flow *f)
{
	const struct rpc *r = f->rpc;
	uint64_t done = 0;

	while (done < r->response) {
		ssize_t sent = call_send(f->fd, r->answer + done, r->response - done, MSG_NOSIGNAL);

		count(&f->counters.call[CALL_sendto], 1);
		if (sent < 0 && errno == EAGAIN) {
			if (wait_for_room(f))
				return -1;
			continue;
		}
		if (sent < 0 && errno != EINTR)
			return flow_fail(f, "cannot answer on flow %u: %s", f->number,
					 strerror(errno));
		done += sent > 0 ? sent : 0;
	}
	rpc_answered(f, 1);
	return 0;
}

int rpc_answer(struct flow *f)
{
	for (uint64_t owed = rpc_owed(f); owed; owed--)
		if (answer_one(f))
			return -1;
	return 0;
}

/* ---- the window ---- */

uint64_t rpc_waiting(const struct flow *f, uint64_t until_ns, uint64_t done)
{
	const struct rpc *r = f->rpc;
	uint64_t due = schedule_is(&r->schedule) ? schedule_until(&r->schedule, until_ns)
						 : counter_read(&r->begun);

	return due > done ? due - done : 0;
}
