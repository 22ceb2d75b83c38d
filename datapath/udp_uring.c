// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_uring.h"

#include <stdlib.h>

#include "base/clock.h"
#include "datapath/bursts.h"
#include "datapath/pace.h"
#include "datapath/udp.h"
#include "datapath/udp_sends.h"
#include "datapath/vectors.h"

struct udp_uring {
	struct udp_sends sends;
	struct bursts bursts;
	struct vectors vectors;
};

/* A copied send is done with its slot when it is complete. */
static unsigned int slots_of(const struct options *option, bool zerocopy)
{
	unsigned int slots = zerocopy ? bursts_slots(option) : 0;

	return slots > option->depth ? slots : option->depth;
}

uint64_t udp_uring_memory(const struct config *config, bool zerocopy)
{
	const struct options *option = &config->options;

	return option->udp ? bursts_memory(option, slots_of(option, zerocopy)) : 0;
}

int udp_uring_open(struct flow *f, bool zerocopy)
{
	const struct options *option = &f->config->options;
	struct udp_uring *s = calloc(1, sizeof(*s));
	unsigned int slots;

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	slots = slots_of(option, zerocopy);
	if (udp_open(f) || udp_sends_open(&s->sends, f, zerocopy, slots, 0, 0) ||
	    bursts_open(&s->bursts, f, slots) || vectors_open(&s->vectors, f, option->depth))
		return -1;
	return udp_sends_register(&s->sends, f, &s->bursts.slots.memory);
}

void udp_uring_close(struct flow *f)
{
	struct udp_uring *s = f->state;

	if (!s)
		return;
	udp_sends_close(&s->sends);
	bursts_close(&s->bursts);
	vectors_close(&s->vectors);
	udp_close(f);
	free(s);
}

/* With --header the payload is the message's, and the same of all datagrams. */
static const struct msghdr *vector(struct udp_uring *s, const struct flow *f, const void *at)
{
	size_t header = s->vectors.header, bytes = s->bursts.slots.bytes;

	return header ? vectors_set(&s->vectors, at, f->message->at + header - UDP_NUMBER, bytes)
		      : vectors_set(&s->vectors, NULL, at, bytes);
}

static void prepare(struct udp_uring *s, const struct flow *f, unsigned int slot, uint64_t now)
{
	struct udp_sends *sends = &s->sends;
	struct io_uring_sqe *sqe = uring_sqe(&sends->uring);
	const void *at = slots_at(&s->bursts.slots, slot);

	if (s->vectors.at)
		uring_prep_vector(sqe, URING_DATAGRAMS, vector(s, f, at), MSG_NOSIGNAL,
				  sends->zerocopy, sends->fixed);
	else
		uring_prep_send(sqe, URING_DATAGRAMS, at, s->bursts.slots.bytes, MSG_NOSIGNAL,
				sends->zerocopy, sends->fixed);
	udp_sends_begin(sends, sqe, slot, now);
}

static bool is_due(const struct udp_uring *s, const struct flow *f)
{
	return !pace_is_scheduled(f) || !pace_wait_ns(f, bursts_next(&s->bursts));
}

/* As many as are due and may be under way, and as there are slots for. */
static void prepare_all(struct udp_uring *s, const struct flow *f)
{
	uint64_t now = s->sends.zerocopy ? clock_ns() : 0;
	int slot;

	while (s->sends.sending < s->sends.depth && is_due(s, f) &&
	       (slot = bursts_take(&s->bursts)) >= 0)
		prepare(s, f, slot, now);
}

static int reap(struct udp_uring *s, struct flow *f)
{
	uint64_t now = s->sends.zerocopy ? clock_ns() : 0;
	struct udp_done done = {.sends = 0};
	struct io_uring_cqe *cqe;
	unsigned int seen = 0;
	unsigned int head;

	io_uring_for_each_cqe(&s->sends.uring.ring, head, cqe)
	{
		seen++;
		if (!udp_sends_heard(&s->sends, f, cqe, now, &done))
			continue;
		/* What the kernel refuses is missing at the receiver, unless its numbers can go to the next one. */
		if (udp_sends_refused(cqe))
			bursts_refused(&s->bursts, cqe->user_data);
		else
			slots_give(&s->bursts.slots, cqe->user_data);
	}
	io_uring_cq_advance(&s->sends.uring.ring, seen);
	bursts_sent(&s->bursts, &f->counters, done.sends);
	return udp_sends_count(&s->sends, f, &done, s->bursts.slots.bytes);
}

static int enter_and_reap(struct udp_uring *s, struct flow *f, unsigned int wait)
{
	return uring_enter(&s->sends.uring, f, wait) ? -1 : reap(s, f);
}

/* With nothing to send: until the next is due (--rate), or a slot comes back. */
static int wait_to_send(struct udp_uring *s, struct flow *f)
{
	uint64_t patience_ns;
	int result;

	if (!s->bursts.slots.free_count) {
		count(&f->counters.event[EVENT_errqueue_stalls], 1);
		return enter_and_reap(s, f, 1);
	}
	patience_ns = pace_wait_ns(f, bursts_next(&s->bursts));
	if (!patience_ns)
		return 0;
	uring_patience(&s->sends.uring, patience_ns);
	result = enter_and_reap(s, f, 1);
	uring_patience(&s->sends.uring, UINT64_MAX);
	return result;
}

static int wait_for_notifications(struct udp_uring *s, struct flow *f)
{
	while (s->sends.unnotified)
		if (enter_and_reap(s, f, 1))
			return -1;
	return 0;
}

int udp_uring_send(struct flow *f)
{
	struct udp_uring *s = f->state;
	struct udp_sends *sends = &s->sends;
	uint64_t flush_every = sends->zerocopy ? f->config->options.flush_every : 0;
	uint64_t unflushed = 0;

	while (!flow_told(f)) {
		prepare_all(s, f);
		unflushed += sends->sending;
		if (!sends->sending && wait_to_send(s, f))
			return -1;
		while (sends->sending)
			if (enter_and_reap(s, f, sends->sending))
				return -1;
		if (flush_every && unflushed >= flush_every) {
			count(&f->counters.event[EVENT_notification_waits], 1);
			if (wait_for_notifications(s, f))
				return -1;
			unflushed = 0;
		}
	}
	return wait_for_notifications(s, f);
}
