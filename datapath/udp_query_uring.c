// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_query_uring.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/delays.h"
#include "datapath/provided.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"
#include "datapath/uring.h"

#define ANSWERS UINT64_MAX /* user_data of the receive; that of a request is its place */
#define BUFFERS 64	   /* that answers come into; a power of two */
/* Without a copy a request keeps its place until the kernel has let go of it, which an answer need not wait for. */
#define PLACES_ZEROCOPY 1024U

struct query {
	struct uring uring;
	struct provided provided;
	struct memory requests;
	uint64_t *sent_ns; /* by place */
	unsigned int *free;
	unsigned int free_count, places;
	unsigned int sending; /* requests without their completion */
	unsigned int depth;
	bool zerocopy;
	bool fixed; /* the places are a registered buffer */
	bool armed; /* a receive is under way */
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

static unsigned char *place_at(const struct query *s, const struct flow *f, unsigned int place)
{
	return (unsigned char *)s->requests.at + place * f->rpc->request;
}

static int make_places(struct query *s, struct flow *f)
{
	const struct options *option = &f->config->options;
	size_t size = f->rpc->request;
	char why[200];

	s->places = places_of(option, s->zerocopy);
	s->sent_ns = calloc(s->places, sizeof(*s->sent_ns));
	s->free = calloc(s->places, sizeof(*s->free));
	if (!s->sent_ns || !s->free)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (memory_get(&s->requests, s->places * size, option->hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	while (s->free_count < s->places) {
		unsigned int place = s->places - 1 - s->free_count;

		memcpy(place_at(s, f, place) + UDP_NUMBER, f->message->at, size - UDP_NUMBER);
		s->free[s->free_count++] = place;
	}
	return 0;
}

int udp_query_uring_open(struct flow *f, bool zerocopy)
{
	const struct options *option = &f->config->options;
	struct query *s = calloc(1, sizeof(*s));

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->depth = option->depth;
	s->zerocopy = zerocopy;
	s->fixed = zerocopy && !option->plain_buffers;
	/* A place has a completion and a notification at most, and so has each buffer, and the end of a receive. */
	if (rpc_open(f) || udp_open(f) || udp_rpc_open(f) || make_places(s, f) ||
	    uring_open(&s->uring, f, s->depth + 1, 2 * s->places + 2 * BUFFERS) ||
	    provided_open(&s->provided, f, &s->uring, BUFFERS, f->rpc->response + 1) ||
	    (zerocopy && delays_open(f)))
		return -1;
	return s->fixed ? uring_register(&s->uring, f, s->requests.at, s->requests.size) : 0;
}

void udp_query_uring_close(struct flow *f)
{
	struct query *s = f->state;

	if (!s)
		return;
	uring_close(&s->uring);
	provided_close(&s->provided);
	memory_free(&s->requests);
	udp_rpc_close(f);
	rpc_close(f);
	udp_close(f);
	free(s->sent_ns);
	free(s->free);
	free(s);
}

static void prepare(struct query *s, const struct flow *f, unsigned int place)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);
	const void *at = place_at(s, f, place);
	size_t bytes = f->rpc->request;

	if (!s->zerocopy)
		io_uring_prep_send(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL);
	else if (s->fixed)
		io_uring_prep_send_zc_fixed(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL,
					    IORING_SEND_ZC_REPORT_USAGE, 0);
	else
		io_uring_prep_send_zc(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL,
				      IORING_SEND_ZC_REPORT_USAGE);
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = place;
	s->sending++;
}

/* As many as are due and may be under way, and as there are places for. */
static void prepare_all(struct query *s, struct flow *f)
{
	while (s->sending < s->depth && s->free_count) {
		unsigned int place = s->free[s->free_count - 1];

		if (!udp_ask(f, place_at(s, f, place)))
			return;
		s->free_count--;
		s->sent_ns[place] = s->zerocopy ? clock_ns() : 0;
		prepare(s, f, place);
		udp_asked(f);
	}
}

static void arm(struct query *s)
{
	struct io_uring_sqe *sqe;

	if (s->armed)
		return;
	sqe = uring_sqe(&s->uring);
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

static void notified(struct query *s, struct flow *f, const struct io_uring_cqe *cqe)
{
	bool copied = (uint32_t)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED;
	struct counters *c = &f->counters;

	delays_count(f, clock_ns() - s->sent_ns[cqe->user_data]);
	count(&c->event[EVENT_notifications], 1);
	count(copied ? &c->bytes_copied : &c->bytes_zerocopy, f->rpc->request);
	s->free[s->free_count++] = (unsigned int)cqe->user_data;
}

/* What the kernel would not take has no answer, and is lost like any other. */
static int sent(struct query *s, struct flow *f, const struct io_uring_cqe *cqe)
{
	s->sending--;
	if (!(cqe->flags & IORING_CQE_F_MORE))
		s->free[s->free_count++] = (unsigned int)cqe->user_data;
	if (cqe->res >= 0 && !s->zerocopy)
		count(&f->counters.bytes_copied, (uint64_t)cqe->res);
	if (cqe->res >= 0 || cqe->res == -EINTR || cqe->res == -ENOBUFS || cqe->res == -ECONNREFUSED)
		return 0;
	return -cqe->res;
}

static int reap(struct query *s, struct flow *f)
{
	unsigned int returned = 0, seen = 0, head;
	int receiving = 0, sending = 0;
	struct io_uring_cqe *cqe;

	io_uring_for_each_cqe(&s->uring.ring, head, cqe)
	{
		seen++;
		if (cqe->user_data == ANSWERS) {
			returned += received(s, f, cqe, returned, &receiving);
		} else if (cqe->flags & IORING_CQE_F_NOTIF) {
			notified(s, f, cqe);
		} else {
			int own = sent(s, f, cqe);

			sending = sending ? sending : own;
		}
	}
	provided_advance(&s->provided, returned);
	io_uring_cq_advance(&s->uring.ring, seen);
	if (receiving)
		return flow_fail(f, "cannot receive answers on flow %u: %s", f->number,
				 strerror(receiving));
	return sending ? udp_refused(f, sending) : 0;
}

static int enter_and_reap(struct query *s, struct flow *f, unsigned int wait)
{
	int error = uring_enter(&s->uring, &f->counters, wait);

	if (error)
		return flow_fail(f, "cannot send on flow %u: io_uring_enter: %s", f->number,
				 strerror(-error));
	return reap(s, f);
}

/* What is due waits for those that were handed over, and they wake whoever waits. */
static uint64_t patience_of(const struct query *s, const struct flow *f)
{
	return s->free_count && s->sending < s->depth ? udp_patience(f) : flow_look_ns(f);
}

/* One request at a time: its completion and its answer are waited for at once, which saves coming back for the first. */
int udp_query_uring(struct flow *f)
{
	struct query *s = f->state;
	bool one = f->rpc->depth == 1;

	while (rpc_goes_on(f)) {
		prepare_all(s, f);
		arm(s);
		uring_patience(&s->uring, patience_of(s, f));
		if (enter_and_reap(s, f, one && s->sending ? 2 : 1))
			return -1;
		udp_give_up(f);
	}
	/* The kernel reads from the places of those that it has not let go of. */
	uring_patience(&s->uring, UINT64_MAX);
	while (s->free_count < s->places)
		if (enter_and_reap(s, f, 1))
			return -1;
	return 0;
}
