// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_rpc.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/udp.h"

/* What became of a request, in the place of when it was sent. */
#define ANSWERED 0
#define LOST	 1

_Static_assert(UDP_HEAD == UDP_LEAST, "the least datagram holds what a request begins with");

/* The finalizer of splitmix64 (S. Vigna, prng.di.unimi.it). */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* An answer's is another than that of its request: what a request is reflected by is no answer. */
static uint64_t token(const struct flow *f, uint64_t number, enum record_end from)
{
	uint64_t key[2];

	memcpy(key, f->all->key, sizeof(key));
	return mix(mix(key[0] ^ number) + key[1] + 2ULL * f->number + (from == END_TX));
}

static void put_head(unsigned char *at, uint64_t number, uint64_t its_token)
{
	memcpy(at, &number, sizeof(number));
	memcpy(at + sizeof(number), &its_token, sizeof(its_token));
}

/* Whether it is a datagram of the other end. */
static bool take_head(const struct flow *f, const unsigned char *at, enum record_end from,
		      uint64_t *number)
{
	uint64_t its_token;

	memcpy(number, at, sizeof(*number));
	memcpy(&its_token, at + sizeof(*number), sizeof(its_token));
	return its_token == token(f, *number, from);
}

int udp_rpc_open(struct flow *f)
{
	struct rpc *r = f->rpc;
	char why[200];

	if (!r || !f->all->datagram)
		return 0;
	if (f->config->end == END_RX) {
		if (memory_get(&r->buffer, r->response, false, why, sizeof(why)))
			return flow_unable(f, "%s", why);
		memcpy(r->buffer.at, r->answer, r->response);
		return 0;
	}
	r->asked = calloc(1, sizeof(*r->asked));
	if (!r->asked)
		return flow_fail(f, "no memory left for flow %u", f->number);
	r->asked->timeout_ns = f->config->options.rpc_timeout * 1000000;
	return 0;
}

void udp_rpc_close(struct flow *f)
{
	if (f->rpc)
		free(f->rpc->asked);
}

uint64_t udp_rpc_memory(const struct config *config)
{
	return config->options.udp && config->options.rpc.response ? sizeof(struct udp_asked) : 0;
}

/* ---- the client ---- */

static uint64_t *state_of(const struct flow *f, uint64_t number)
{
	return &f->rpc->asked->sent_ns[number % UDP_ASKED];
}

/* Up to the first that still waits. */
static void pass_done(struct flow *f)
{
	struct udp_asked *a = f->rpc->asked;

	while (a->oldest < f->rpc->begun && *state_of(f, a->oldest) <= LOST)
		a->oldest++;
}

static void lose_oldest(struct flow *f)
{
	*state_of(f, f->rpc->asked->oldest) = LOST;
	f->rpc->done++;
	count(&f->counters.event[EVENT_requests_lost], 1);
	pass_done(f);
}

/* They were sent in order: the oldest is the first whose time is over. */
static void give_up(struct flow *f, uint64_t now)
{
	const struct udp_asked *a = f->rpc->asked;

	while (a->oldest < f->rpc->begun && now - *state_of(f, a->oldest) > a->timeout_ns)
		lose_oldest(f);
}

void udp_give_up(struct flow *f)
{
	if (f->rpc->asked->oldest < f->rpc->begun)
		give_up(f, clock_ns());
}

bool udp_ask(struct flow *f, unsigned char *at)
{
	struct rpc *r = f->rpc;
	uint64_t now;

	if (r->full)
		return false;
	now = clock_ns();
	give_up(f, now);
	if (!rpc_may_begin(f, now))
		return false;
	if (r->begun - r->asked->oldest == UDP_ASKED)
		lose_oldest(f);
	r->asked->asking_ns = now;
	put_head(at, r->begun, token(f, r->begun, END_TX));
	return true;
}

void udp_asked(struct flow *f)
{
	struct counters *c = &f->counters;

	/* Not before: where a socket is full its place is still that of the one UDP_ASKED before it, which may be answered. */
	*state_of(f, f->rpc->begun) = f->rpc->asked->asking_ns;
	count(&f->rpc->begun, 1);
	count(&c->event[EVENT_datagrams], 1);
	count(&c->event[EVENT_sends], 1);
	count(&c->bytes, f->rpc->request);
}

static void check_answer(struct flow *f, const unsigned char *at, size_t bytes)
{
	if (!f->verify.message)
		return;
	f->verify.position = UDP_HEAD;
	verify_check(&f->verify, at + UDP_HEAD, bytes - UDP_HEAD);
}

void udp_answered(struct flow *f, const unsigned char *at, size_t bytes)
{
	struct counters *c = &f->counters;
	struct rpc *r = f->rpc;
	uint64_t now = clock_ns();
	uint64_t number;

	if (bytes != r->response || !take_head(f, at, END_RX, &number) || number >= r->begun) {
		count(&c->event[EVENT_datagrams_refused], 1);
		return;
	}
	give_up(f, now);
	check_answer(f, at, bytes);
	if (r->begun - number > UDP_ASKED || *state_of(f, number) == LOST) {
		count(&c->event[EVENT_answers_late], 1);
	} else if (*state_of(f, number) == ANSWERED) {
		count(&c->event[EVENT_answers_duplicate], 1);
		return;
	} else {
		rpc_completed(f, number, *state_of(f, number), now);
	}
	if (r->begun - number <= UDP_ASKED)
		*state_of(f, number) = ANSWERED;
	pass_done(f);
}

/* Until something is due, or the oldest has had its time. */
uint64_t udp_patience(const struct flow *f)
{
	const struct udp_asked *a = f->rpc->asked;
	/* A full socket wakes whoever waits for it. */
	uint64_t due_ns = f->rpc->full ? flow_look_ns(f) : rpc_patience(f);
	uint64_t over_ns, now;

	if (a->oldest == f->rpc->begun)
		return due_ns;
	now = clock_ns();
	over_ns = *state_of(f, a->oldest) + a->timeout_ns + 1;
	over_ns = over_ns > now ? over_ns - now : 0;
	return over_ns < due_ns ? over_ns : due_ns;
}

/* ---- the server ---- */

bool udp_request(struct flow *f, const unsigned char *at, size_t bytes, uint64_t *next,
		 unsigned char *answer)
{
	uint64_t number;

	if (bytes != f->rpc->request || !take_head(f, at, END_TX, &number)) {
		count(&f->counters.event[EVENT_datagrams_refused], 1);
		return false;
	}
	if (!udp_take_one(f, (const char *)at, next))
		return false;
	count(&f->counters.bytes_copied, bytes);
	count_received(&f->counters, bytes);
	put_head(answer, number, token(f, number, END_RX));
	return true;
}
