// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_uring.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/bursts.h"
#include "datapath/delays.h"
#include "datapath/pace.h"
#include "datapath/udp.h"
#include "datapath/uring.h"
#include "datapath/vectors.h"

struct udp_uring {
	struct uring uring;
	struct bursts bursts;
	struct vectors vectors;
	uint64_t *sent_ns; /* by slot */
	unsigned int depth;
	unsigned int sending; /* bursts without their completion */
	uint64_t unnotified;  /* zero-copy sends without their notification */
	bool zerocopy;
	bool fixed; /* the slots are a registered buffer */
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
	s->depth = option->depth;
	s->zerocopy = zerocopy;
	s->fixed = zerocopy && !option->plain_buffers;
	slots = slots_of(option, zerocopy);
	s->sent_ns = calloc(slots, sizeof(*s->sent_ns));
	if (!s->sent_ns)
		return flow_fail(f, "no memory left for flow %u", f->number);
	/* A slot has a completion and a notification at most. */
	if (udp_open(f) || uring_open(&s->uring, f, s->depth, 2 * slots) ||
	    bursts_open(&s->bursts, f, slots) || vectors_open(&s->vectors, f, s->depth) ||
	    (zerocopy && delays_open(f)))
		return -1;
	return s->fixed ? uring_register(&s->uring, f, s->bursts.memory.at, s->bursts.memory.size)
			: 0;
}

void udp_uring_close(struct flow *f)
{
	struct udp_uring *s = f->state;

	if (!s)
		return;
	uring_close(&s->uring);
	bursts_close(&s->bursts);
	vectors_close(&s->vectors);
	udp_close(f);
	free(s->sent_ns);
	free(s);
}

/* With --header the payload is the message's, and the same of all datagrams. */
static const struct msghdr *vector(struct udp_uring *s, const struct flow *f, const void *at)
{
	size_t header = s->vectors.header;

	return header ? vectors_set(&s->vectors, at, f->message->at + header - UDP_NUMBER,
				    s->bursts.bytes)
		      : vectors_set(&s->vectors, NULL, at, s->bursts.bytes);
}

static void prepare(struct udp_uring *s, const struct flow *f, unsigned int slot)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);
	const void *at = bursts_at(&s->bursts, slot);
	size_t bytes = s->bursts.bytes;

	if (s->vectors.at)
		uring_prep_vector(sqe, URING_DATAGRAMS, vector(s, f, at), MSG_NOSIGNAL, s->zerocopy,
				  s->fixed);
	else if (!s->zerocopy)
		io_uring_prep_send(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL);
	else if (s->fixed)
		io_uring_prep_send_zc_fixed(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL,
					    IORING_SEND_ZC_REPORT_USAGE, 0);
	else
		io_uring_prep_send_zc(sqe, URING_DATAGRAMS, at, bytes, MSG_NOSIGNAL,
				      IORING_SEND_ZC_REPORT_USAGE);
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = slot;
	s->sending++;
}

static bool is_due(const struct udp_uring *s, const struct flow *f)
{
	return !pace_is_scheduled(f) || !pace_wait_ns(f, bursts_next(&s->bursts));
}

/* As many as are due and may be under way, and as there are slots for. */
static void prepare_all(struct udp_uring *s, const struct flow *f)
{
	uint64_t now = s->zerocopy ? clock_ns() : 0;
	int slot;

	while (s->sending < s->depth && is_due(s, f) && (slot = bursts_take(&s->bursts)) >= 0) {
		s->sent_ns[slot] = now;
		prepare(s, f, slot);
	}
}

/* Of the completions of one look. */
struct done {
	unsigned int sends;
	unsigned int notifications;
	unsigned int copied; /* of these */
};

static void notified(struct udp_uring *s, struct flow *f, const struct io_uring_cqe *cqe,
		     uint64_t now, struct done *d)
{
	d->notifications++;
	d->copied += !!((uint32_t)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED);
	delays_count(f, now - s->sent_ns[cqe->user_data]);
	bursts_give(&s->bursts, cqe->user_data);
}

/* What the kernel refuses is missing at the receiver, unless its numbers can go to the next one. */
static int sent(struct udp_uring *s, const struct io_uring_cqe *cqe, struct done *d)
{
	s->sending--;
	if (cqe->flags & IORING_CQE_F_MORE)
		s->unnotified++;
	else if (cqe->res < 0)
		bursts_refused(&s->bursts, cqe->user_data);
	else
		bursts_give(&s->bursts, cqe->user_data);
	if (cqe->res < 0)
		return cqe->res == -EINTR || cqe->res == -ENOBUFS ? 0 : -cqe->res;
	d->sends++;
	return 0;
}

static void count_done(struct udp_uring *s, struct counters *c, const struct done *d)
{
	uint64_t bytes = s->bursts.bytes;

	s->unnotified -= d->notifications;
	bursts_sent(&s->bursts, c, d->sends);
	count(&c->event[EVENT_notifications], d->notifications);
	count(&c->bytes_copied, (s->zerocopy ? d->copied : d->sends) * bytes);
	count(&c->bytes_zerocopy, (d->notifications - d->copied) * bytes);
}

static int reap(struct udp_uring *s, struct flow *f)
{
	uint64_t now = s->zerocopy ? clock_ns() : 0;
	struct done done = {.sends = 0};
	struct io_uring_cqe *cqe;
	unsigned int seen = 0;
	unsigned int head;
	int error = 0;

	io_uring_for_each_cqe(&s->uring.ring, head, cqe)
	{
		seen++;
		if (cqe->flags & IORING_CQE_F_NOTIF) {
			notified(s, f, cqe, now, &done);
		} else {
			int own = sent(s, cqe, &done);

			error = error ? error : own;
		}
	}
	io_uring_cq_advance(&s->uring.ring, seen);
	count_done(s, &f->counters, &done);
	return error ? udp_refused(f, error) : 0;
}

static int enter_and_reap(struct udp_uring *s, struct flow *f, unsigned int wait)
{
	int error = uring_enter(&s->uring, &f->counters, wait);

	if (error)
		return flow_fail(f, "cannot send on flow %u: io_uring_enter: %s", f->number,
				 strerror(-error));
	return reap(s, f);
}

/* With nothing to send: until the next is due (--rate), or a slot comes back. */
static int wait_to_send(struct udp_uring *s, struct flow *f)
{
	uint64_t patience_ns;
	int result;

	if (!s->bursts.free_count) {
		count(&f->counters.event[EVENT_errqueue_stalls], 1);
		return enter_and_reap(s, f, 1);
	}
	patience_ns = pace_wait_ns(f, bursts_next(&s->bursts));
	if (!patience_ns)
		return 0;
	uring_patience(&s->uring, patience_ns);
	result = enter_and_reap(s, f, 1);
	uring_patience(&s->uring, UINT64_MAX);
	return result;
}

static int wait_for_notifications(struct udp_uring *s, struct flow *f)
{
	while (s->unnotified)
		if (enter_and_reap(s, f, 1))
			return -1;
	return 0;
}

int udp_uring_send(struct flow *f)
{
	struct udp_uring *s = f->state;
	uint64_t flush_every = s->zerocopy ? f->config->options.flush_every : 0;
	uint64_t unflushed = 0;

	while (!flow_told(f)) {
		prepare_all(s, f);
		unflushed += s->sending;
		if (!s->sending && wait_to_send(s, f))
			return -1;
		while (s->sending)
			if (enter_and_reap(s, f, s->sending))
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
