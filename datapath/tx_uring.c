// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx uring and tx send_zc: sends through io_uring, copied or zero-copy.
 *
 * Sends that are in flight at once on one stream could overtake each other, so --depth of them are
 * linked: each begins when the one before is complete (MSG_WAITALL: as a whole). The next chain is
 * handed over when the last one is done, one io_uring_enter(2) per chain as a rule; the socket's
 * send buffer keeps the link busy meanwhile. With --send-bundles a chain is one request; with --unlinked nothing
 * keeps its order, as in liburing's examples/send-zerocopy.c and the kernel's selftest. Notifications that the kernel has
 * let go of the memory come whenever they come: nothing waits for one, but --flush-every and the end of the run.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "datapath/bundle.h"
#include "datapath/delays.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/udp_query_uring.h"
#include "datapath/udp_uring.h"
#include "datapath/uring.h"
#include "datapath/vectors.h"

/*
 * The completions of a send say by their user_data how long it was, and those of a zero-copy send when it
 * was handed over: a notification needs no table to be understood.
 */
#define ANSWERS	    UINT64_MAX /* user_data of the receive of --rpc */
#define LENGTH_BITS 31	       /* 1 GiB is the most that one --write can be */
#define STAMP_SHIFT 6	       /* 64 ns; of the 33 bits that are left, for 9 minutes */

static inline uint64_t stamped(uint64_t now, size_t length)
{
	return now >> STAMP_SHIFT << LENGTH_BITS | length;
}

static inline int length_of(uint64_t user_data)
{
	return (int)(user_data & ((1UL << LENGTH_BITS) - 1));
}

/* From then to now. */
static inline uint64_t since(uint64_t user_data, uint64_t now)
{
	uint64_t ticks = (now >> STAMP_SHIFT) - (user_data >> LENGTH_BITS);

	return (ticks & ((1UL << (64 - LENGTH_BITS)) - 1)) << STAMP_SHIFT;
}

struct tx_uring {
	struct uring uring;
	struct vectors vectors;
	struct bundle bundle;
	unsigned int link; /* IOSQE_IO_LINK, or 0 */
	uint64_t position; /* bytes handed over */
	size_t offset;
	unsigned int sending; /* sends without their completion */
	uint64_t unnotified;  /* zero-copy sends without their notification */
	unsigned int depth;
	uint64_t now;	/* zero-copy: when the chain was prepared */
	bool receiving; /* --rpc: a receive is under way */
	bool zerocopy;
	bool fixed; /* the message is a registered buffer */
};

static int tx_uring_open_as(struct flow *f, bool zerocopy)
{
	const struct options *option = &f->config->options;
	struct tx_uring *s;
	unsigned int completions;

	if (f->all->datagram)
		return flow_exchanges(f) ? udp_query_uring_open(f, zerocopy)
					 : udp_uring_open(f, zerocopy);
	s = calloc(1, sizeof(*s));
	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->depth = option->depth;
	s->link = option->unlinked ? 0 : IOSQE_IO_LINK;
	s->zerocopy = zerocopy;
	s->fixed = zerocopy && !option->plain_buffers;
	/* Room for notifications in bursts: a long queue of small sends is acknowledged at once. */
	completions = zerocopy ? 4096 + 2 * s->depth : 2 * s->depth;
	if (rpc_open(f) ||
	    uring_open(&s->uring, f, s->depth + (f->rpc ? 1 : 0), completions + (f->rpc ? 1 : 0)))
		return -1;
	if (vectors_open(&s->vectors, f, s->depth) || (zerocopy && delays_open(f)) ||
	    bundle_open(&s->bundle, &s->uring, f, s->depth))
		return -1;
	return s->fixed ? uring_register(&s->uring, f, f->message->at, f->message->size) : 0;
}

static int tx_uring_open(struct flow *f)
{
	return tx_uring_open_as(f, false);
}

static int tx_send_zc_open(struct flow *f)
{
	return tx_uring_open_as(f, true);
}

static void tx_uring_close(struct flow *f)
{
	struct tx_uring *s = f->state;

	if (f->all->datagram && flow_exchanges(f))
		return udp_query_uring_close(f);
	if (f->all->datagram)
		return udp_uring_close(f);
	if (!s)
		return;
	uring_close(&s->uring);
	vectors_close(&s->vectors);
	bundle_close(&s->bundle);
	rpc_close(f);
	free(s);
}

static const struct msghdr *vector(struct tx_uring *s, const unsigned char *at, size_t chunk)
{
	size_t header = s->vectors.header;

	return header ? vectors_set(&s->vectors, vectors_header(&s->vectors, s->offset),
				    at + header, chunk)
		      : vectors_set(&s->vectors, NULL, at, chunk);
}

static void prepare_send(struct tx_uring *s, const struct flow *f, size_t chunk)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);
	const unsigned char *at = f->message->at + s->offset;
	const int flags = MSG_WAITALL | MSG_NOSIGNAL;

	if (s->vectors.at)
		uring_prep_vector(sqe, URING_STREAM, vector(s, at, chunk), flags, s->zerocopy,
				  s->fixed);
	else
		uring_prep_send(sqe, URING_STREAM, at, chunk, flags, s->zerocopy, s->fixed);
	sqe->flags |= IOSQE_FIXED_FILE | s->link;
	sqe->user_data = stamped(s->now, chunk);
	s->position += chunk;
	s->offset += chunk;
	if (s->offset == f->message->size)
		s->offset = 0;
	s->sending++;
}

static void end_chain(struct tx_uring *s)
{
	struct io_uring_sq *sq = &s->uring.ring.sq;

	sq->sqes[(sq->sqe_tail - 1) & *sq->kring_mask].flags &= ~IOSQE_IO_LINK;
}

/* A chain of sends; false when there is nothing left to send. */
static bool prepare_chain(struct tx_uring *s, const struct flow *f)
{
	size_t chunk;

	s->now = s->zerocopy ? clock_ns() : 0;
	while (s->sending < s->depth && (chunk = flow_chunk(f, s->position, s->offset)))
		prepare_send(s, f, chunk);
	if (!s->sending)
		return false;
	end_chain(s);
	return true;
}

/* Of the completions of one look; bytes, where nothing else is said. */
struct done {
	uint64_t sends; /* how many */
	uint64_t sent;
	uint64_t notifications; /* how many */
	uint64_t copied;
	uint64_t zerocopy;
};

static void notified(struct flow *f, const struct io_uring_cqe *cqe, uint64_t now, struct done *d)
{
	bool copied = (uint32_t)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED;

	delays_count(f, since(cqe->user_data, now));
	d->notifications++;
	*(copied ? &d->copied : &d->zerocopy) += length_of(cqe->user_data);
}

static void count_done(struct tx_uring *s, struct counters *c, const struct done *d)
{
	s->unnotified -= d->notifications;
	count(&c->event[EVENT_notifications], d->notifications);
	count(&c->event[EVENT_sends], d->sends);
	count(&c->bytes, d->sent);
	count(&c->bytes_copied, s->zerocopy ? d->copied : d->sent);
	count(&c->bytes_zerocopy, d->zerocopy);
}

/* exchanges: known when this is compiled, so that only --rpc pays for it. */
static ALWAYS_INLINE int reap(struct tx_uring *s, struct flow *f, const bool exchanges)
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
		if (exchanges && cqe->user_data == ANSWERS) {
			s->receiving = false;
			if (cqe->res > 0)
				rpc_received(f, f->rpc->buffer.at, cqe->res);
			else if (!error)
				error = cqe->res ? cqe->res : -EPIPE;
			continue;
		}
		if (cqe->flags & IORING_CQE_F_NOTIF) {
			notified(f, cqe, now, &done);
			continue;
		}
		s->sending--;
		s->unnotified += !!(cqe->flags & IORING_CQE_F_MORE);
		if (cqe->res != length_of(cqe->user_data)) {
			/* The rest of a broken chain is cancelled; the first one says why. */
			if (!error)
				error = cqe->res < 0 ? cqe->res : -EPIPE;
			continue;
		}
		done.sends++;
		done.sent += cqe->res;
	}
	io_uring_cq_advance(&s->uring.ring, seen);
	count_done(s, &f->counters, &done);
	if (error)
		return flow_fail(f, "cannot send on flow %u: %s", f->number, strerror(-error));
	return 0;
}

static ALWAYS_INLINE int enter_and_reap(struct tx_uring *s, struct flow *f, unsigned int wait,
					const bool exchanges)
{
	return uring_enter(&s->uring, f, wait) ? -1 : reap(s, f, exchanges);
}

static ALWAYS_INLINE int wait_for_notifications(struct tx_uring *s, struct flow *f,
						const bool exchanges)
{
	while (s->unnotified)
		if (enter_and_reap(s, f, 1, exchanges))
			return -1;
	return 0;
}

static int tx_uring_run(struct flow *f)
{
	struct tx_uring *s = f->state;
	uint64_t flush_every = s->zerocopy ? f->config->options.flush_every : 0;
	uint64_t unflushed = 0;

	if (s->bundle.ring)
		return bundle_run(&s->bundle, &s->uring, f);
	while (!flow_told(f) && prepare_chain(s, f)) {
		unflushed += s->sending;
		while (s->sending)
			if (enter_and_reap(s, f, s->sending, false))
				return -1;
		if (flush_every && unflushed >= flush_every) {
			count(&f->counters.event[EVENT_notification_waits], 1);
			if (wait_for_notifications(s, f, false))
				return -1;
			unflushed = 0;
		}
	}
	return wait_for_notifications(s, f, false);
}

/* Each request is a send as a whole; the next ones are handed over when these were taken. */
static void prepare_requests(struct tx_uring *s, struct flow *f)
{
	size_t due;

	if (s->sending)
		return;
	s->now = s->zerocopy ? clock_ns() : 0;
	while (s->sending < s->depth && (due = rpc_due(f))) {
		s->offset = 0;
		prepare_send(s, f, due);
		rpc_sent(f, due);
	}
	if (s->sending)
		end_chain(s);
}

static void prepare_receive(struct tx_uring *s, const struct flow *f)
{
	struct io_uring_sqe *sqe;

	if (s->receiving)
		return;
	sqe = uring_sqe(&s->uring);
	io_uring_prep_recv(sqe, 0, f->rpc->buffer.at, f->rpc->buffer.size, 0);
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = ANSWERS;
	s->receiving = true;
}

/*
 * Of small requests one after the other both the completion and the answer are waited for at once, which
 * saves coming back for the first. One that the socket does not take at once has to be woken for, and
 * the kernel wakes nobody for less than was asked for (io_uring.c, IOU_F_TWQ_LAZY_WAKE).
 */
static int tx_uring_rpc(struct flow *f)
{
	struct tx_uring *s = f->state;
	bool both = f->rpc->depth == 1 && f->rpc->request <= RPC_SMALL;

	while (rpc_goes_on(f)) {
		prepare_requests(s, f);
		prepare_receive(s, f);
		uring_patience(&s->uring, s->sending ? UINT64_MAX : rpc_patience(f));
		if (enter_and_reap(s, f, both ? s->sending + 1 : 1, true))
			return -1;
	}
	uring_patience(&s->uring, UINT64_MAX);
	return wait_for_notifications(s, f, true);
}

static bool tx_uring_able(char *why, size_t size)
{
	return uring_able(IORING_OP_SEND, 0, "6.1", why, size);
}

static bool tx_send_zc_able(char *why, size_t size)
{
	return uring_able(IORING_OP_SEND_ZC, IORING_FEAT_REG_REG_RING, "6.3", why, size);
}

static uint64_t memory_of(const struct config *config, bool zerocopy)
{
	const struct options *option = &config->options;

	return option->udp && option->rpc.response ? udp_query_uring_memory(config, zerocopy)
						   : udp_uring_memory(config, zerocopy);
}

static uint64_t tx_uring_memory(const struct config *config)
{
	return memory_of(config, false);
}

static uint64_t tx_send_zc_memory(const struct config *config)
{
	return memory_of(config, true);
}

static bool tx_send_zc_check(const struct config *config, char *why, size_t size)
{
	const struct options *option = &config->options;

	return !option->vectored || option->plain_buffers || uring_vectors_able(why, size);
}

const struct path path_tx_uring = {
	.name = "uring",
	.end = END_TX,
	.files = 1,
	.maps = 2,
	.what = "io_uring send, --depth of them linked; the kernel copies",
	.calls = BIT(CALL_io_uring_enter),
	.events = BIT(EVENT_sends) | BIT(EVENT_cq_overflow),
	.able = tx_uring_able,
	.flow_memory = tx_uring_memory,
	.open = tx_uring_open,
	.run = tx_uring_run,
	.rpc = tx_uring_rpc,
	.udp = udp_uring_send,
	.udp_calls = BIT(CALL_io_uring_enter),
	.udp_rpc = udp_query_uring,
	.udp_rpc_calls = BIT(CALL_io_uring_enter),
	.close = tx_uring_close,
};

const struct path path_tx_send_zc = {
	.name = "send_zc",
	.end = END_TX,
	.files = 1,
	.maps = 2,
	.what = "io_uring zero-copy send from registered memory; the kernel reports what it copied",
	.calls = BIT(CALL_io_uring_enter),
	.events = BIT(EVENT_sends) | BIT(EVENT_cq_overflow) | BIT(EVENT_notifications) |
		  BIT(EVENT_notification_waits) | BIT(EVENT_errqueue_stalls),
	.able = tx_send_zc_able,
	.check = tx_send_zc_check,
	.flow_memory = tx_send_zc_memory,
	.open = tx_send_zc_open,
	.run = tx_uring_run,
	.rpc = tx_uring_rpc,
	.udp = udp_uring_send,
	.udp_calls = BIT(CALL_io_uring_enter),
	.udp_rpc = udp_query_uring,
	.udp_rpc_calls = BIT(CALL_io_uring_enter),
	.close = tx_uring_close,
};
