// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_query_uring.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/provided.h"
#include "datapath/slots.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"
#include "datapath/udp_sends.h"

#define ANSWERS UINT64_MAX /* user_data of the receive; that of a request is its place */
#define BUFFERS 64	   /* that answers come into; a power of two */
/* Without a copy a request keeps its place until the kernel has let go of it, which an answer need not wait for. */
#define PLACES_ZEROCOPY 1024U

struct query {
	struct udp_sends sends;
	struct provided provided;
	struct slots places; /* of requests */
	bool armed;	     /* a receive is under way */
};

static unsigned int places_of(const struct options *option, bool zerocopy)
{
	unsigned int depth = option->depth;

	return zerocopy && depth < PLACES_ZEROCOPY ? PLACES_ZEROCOPY : depth;
}

uint64_t udp_query_uring_memory(const struct config *config, bool zerocopy)
{
	const struct options *option = &config->options;

	return places_of(option, zerocopy) * option->rpc.request +
	       BUFFERS * (option->rpc.response + 1) + udp_rpc_memory(config);
}

int udp_query_uring_open(struct flow *f, bool zerocopy)
{
	unsigned int places = places_of(&f->config->options, zerocopy);
	struct query *s = calloc(1, sizeof(*s));

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->sends.forgiven = ECONNREFUSED;
	/* Answers fill buffers, and a receive ends at most as often. */
	if (rpc_open(f) || udp_open(f) || udp_rpc_open(f) ||
	    slots_open(&s->places, f, places, f->rpc->request, 1) ||
	    udp_sends_open(&s->sends, f, zerocopy, places, 1, 2 * BUFFERS) ||
	    provided_open(&s->provided, f, &s->sends.uring, BUFFERS, f->rpc->response + 1))
		return -1;
	return udp_sends_register(&s->sends, f, &s->places.memory);
}

void udp_query_uring_close(struct flow *f)
{
	struct query *s = f->state;

	if (!s)
		return;
	udp_sends_close(&s->sends);
	provided_close(&s->provided);
	slots_close(&s->places);
	udp_rpc_close(f);
	rpc_close(f);
	udp_close(f);
	free(s);
}

static void prepare(struct query *s, unsigned int place)
{
	struct udp_sends *sends = &s->sends;
	struct io_uring_sqe *sqe = uring_sqe(&sends->uring);

	uring_prep_send(sqe, URING_DATAGRAMS, slots_at(&s->places, place), s->places.bytes,
			MSG_NOSIGNAL, sends->zerocopy, sends->fixed);
	udp_sends_begin(sends, sqe, place, sends->zerocopy ? clock_ns() : 0);
}

/* As many as are due and may be under way, and as there are places for. */
static void prepare_all(struct query *s, struct flow *f)
{
	int place;

	while (s->sends.sending < s->sends.depth && (place = slots_take(&s->places)) >= 0) {
		if (!udp_ask(f, slots_at(&s->places, place))) {
			slots_give(&s->places, place);
			return;
		}
		prepare(s, place);
		udp_asked(f);
	}
}

static void arm(struct query *s)
{
	struct io_uring_sqe *sqe;

	if (s->armed)
		return;
	sqe = uring_sqe(&s->sends.uring);
	io_uring_prep_recv_multishot(sqe, URING_DATAGRAMS, NULL, 0, 0);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
	sqe->buf_group = PROVIDED_GROUP;
	sqe->user_data = ANSWERS;
	s->armed = true;
}

/* How many buffers are given back with it: 0 or 1. */
static unsigned int received(struct query *s, struct flow *f, const struct io_uring_cqe *cqe,
			     unsigned int returned, int *error)
{
	unsigned int id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

	s->armed = cqe->flags & IORING_CQE_F_MORE;
	/* ECONNREFUSED: somebody says so of a request, which will have no answer. */
	if (cqe->res < 0 && cqe->res != -ENOBUFS && cqe->res != -ECONNREFUSED && !*error)
		*error = -cqe->res;
	/* An empty one takes no buffer. */
	if (cqe->res >= 0)
		udp_answered(f, provided_at(&s->provided, cqe->res ? id : 0), (size_t)cqe->res);
	if (!(cqe->flags & IORING_CQE_F_BUFFER))
		return 0;
	provided_give(&s->provided, id, returned);
	return 1;
}

static int reap(struct query *s, struct flow *f)
{
	uint64_t now = s->sends.zerocopy ? clock_ns() : 0;
	unsigned int returned = 0, seen = 0, head;
	struct udp_done done = {.sends = 0};
	struct io_uring_cqe *cqe;
	int error = 0;

	io_uring_for_each_cqe(&s->sends.uring.ring, head, cqe)
	{
		seen++;
		if (cqe->user_data == ANSWERS)
			returned += received(s, f, cqe, returned, &error);
		else if (udp_sends_heard(&s->sends, f, cqe, now, &done))
			slots_give(&s->places, cqe->user_data);
	}
	provided_advance(&s->provided, returned);
	io_uring_cq_advance(&s->sends.uring.ring, seen);
	if (error)
		return flow_fail(f, "cannot receive answers on flow %u: %s", f->number,
				 strerror(error));
	return udp_sends_count(&s->sends, f, &done, s->places.bytes);
}

static int enter_and_reap(struct query *s, struct flow *f, unsigned int wait)
{
	return uring_enter(&s->sends.uring, f, wait) ? -1 : reap(s, f);
}

/* What is due waits for those that were handed over, and they wake whoever waits. */
static uint64_t patience_of(const struct query *s, const struct flow *f)
{
	return s->places.free_count && s->sends.sending < s->sends.depth ? udp_patience(f)
									 : flow_look_ns(f);
}

/* One request at a time: its completion and its answer are waited for at once, which saves coming back for the first. */
int udp_query_uring(struct flow *f)
{
	struct query *s = f->state;
	bool one = f->rpc->depth == 1;

	while (rpc_goes_on(f)) {
		prepare_all(s, f);
		arm(s);
		uring_patience(&s->sends.uring, patience_of(s, f));
		if (enter_and_reap(s, f, one && s->sends.sending ? 2 : 1))
			return -1;
		udp_give_up(f);
	}
	/* The kernel reads from the places of those that it has not let go of. */
	uring_patience(&s->sends.uring, UINT64_MAX);
	while (s->places.free_count < s->places.count)
		if (enter_and_reap(s, f, 1))
			return -1;
	return 0;
}
