// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx uring: one multishot receive that takes buffers from a ring of provided ones, or one request
 * per receive (--singleshot).
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/udp.h"
#include "datapath/uring.h"

#define BUFFER_GROUP 0
#define ANSWERS	     16 /* of --rpc that are handed over at once */
#define ANSWER_NS    1000000
#define ANSWER	     1 /* user_data of one; that of a receive is 0 */
#define END	     2 /* user_data of the wait for the end of the connection, with --udp */

struct rx_uring {
	struct uring uring;
	struct memory buffers;
	struct memory ring_memory;
	struct io_uring_buf_ring *ring;
	unsigned int count; /* of buffers; a power of two */
	size_t size;	    /* of each */
	bool singleshot;
	int file;		/* that it receives from: URING_…, or a descriptor */
	unsigned int file_flag; /* IOSQE_FIXED_FILE: the former */
	unsigned int bundle;	/* IORING_RECVSEND_BUNDLE, or 0 */
	unsigned int answering; /* --rpc: answers without their completion */
};

static void *buffer_at(const struct rx_uring *s, unsigned int id)
{
	return (char *)s->buffers.at + id * s->size;
}

/* Place is counted from the last io_uring_buf_ring_advance(). */
static void give_back(struct rx_uring *s, unsigned int id, unsigned int place)
{
	io_uring_buf_ring_add(s->ring, buffer_at(s, id), s->size, id, s->count - 1, place);
}

static int provide_buffers(struct rx_uring *s, struct flow *f)
{
	struct io_uring_buf_reg reg = {.ring_entries = s->count, .bgid = BUFFER_GROUP};
	char why[200];
	int error;

	if (memory_get(&s->buffers, s->count * s->size, f->config->options.hugepages, why,
		       sizeof(why)) ||
	    memory_get(&s->ring_memory, s->count * sizeof(struct io_uring_buf), false, why,
		       sizeof(why)))
		return flow_unable(f, "%s", why);
	s->ring = s->ring_memory.at;
	reg.ring_addr = (uintptr_t)s->ring;
	error = io_uring_register_buf_ring(&s->uring.ring, &reg, 0);
	if (error)
		return flow_unable(f,
				   "cannot provide %u buffers to io_uring: %s; ask for fewer --buffers",
				   s->count, strerror(-error));
	io_uring_buf_ring_init(s->ring);
	for (unsigned int id = 0; id < s->count; id++)
		give_back(s, id, id);
	io_uring_buf_ring_advance(s->ring, s->count);
	return 0;
}

static int choose(struct rx_uring *s, struct flow *f)
{
	const struct options *option = &f->config->options;

	if (option->plain_file) {
		s->file = f->all->datagram ? f->datagrams_fd : f->fd;
		s->file_flag = 0;
	}
	if (!option->bundles)
		return 0;
	if (f->all->datagram)
		return flow_unable(f, "--bundles would join datagrams: leave it out with --udp");
	if (!(s->uring.ring.features & IORING_FEAT_RECVSEND_BUNDLE))
		return flow_unable(f, "cannot receive bundles: --bundles takes Linux 6.10");
	s->bundle = IORING_RECVSEND_BUNDLE;
	return 0;
}

static int rx_uring_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	struct rx_uring *s = calloc(1, sizeof(*s));

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->count = option->buffers;
	s->size = f->all->datagram ? udp_most(f) : option->read;
	s->file = f->all->datagram ? URING_DATAGRAMS : URING_STREAM;
	s->file_flag = IOSQE_FIXED_FILE;
	s->singleshot = option->singleshot;
	/* Each buffer has at most one completion; and one more for the end. */
	if (rpc_open(f) || udp_open(f) ||
	    uring_open(&s->uring, f, f->rpc ? 2 * ANSWERS : 4,
		       2 * s->count + (f->rpc ? ANSWERS : 0)) ||
	    uring_gather(&s->uring, f, s->count / 2) || choose(s, f))
		return -1;
	return provide_buffers(s, f);
}

static void rx_uring_close(struct flow *f)
{
	struct rx_uring *s = f->state;

	if (!s)
		return;
	uring_close(&s->uring);
	memory_free(&s->ring_memory);
	memory_free(&s->buffers);
	rpc_close(f);
	udp_close(f);
	free(s);
}

static void arm(struct rx_uring *s)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);

	/* The length is the buffer's: a multishot request must not name one before Linux 6.10. */
	if (s->singleshot)
		io_uring_prep_recv(sqe, s->file, NULL, s->size, 0);
	else
		io_uring_prep_recv_multishot(sqe, s->file, NULL, 0, 0);
	sqe->flags |= s->file_flag | IOSQE_BUFFER_SELECT;
	sqe->ioprio |= s->bundle;
	sqe->buf_group = BUFFER_GROUP;
}

/*
 * What came in one buffer; of a bundle in those that follow it as well. They lie in the ring by their ids,
 * round and round, because each goes back in the order in which it came.
 */
static ALWAYS_INLINE unsigned int take(struct rx_uring *s, struct flow *f, unsigned int id,
				       size_t bytes, unsigned int returned)
{
	while (bytes) {
		size_t part = bytes < s->size ? bytes : s->size;

		verify_bytes(&f->verify, buffer_at(s, id), part);
		give_back(s, id, returned++);
		id = (id + 1) & (s->count - 1);
		bytes -= part;
	}
	return returned;
}

/*
 * All completions that are there. 1: the stream has ended; -1: failed. exchanges: known when this is
 * compiled, so that only --rpc pays for it.
 */
static ALWAYS_INLINE int reap(struct rx_uring *s, struct flow *f, bool *armed, const bool exchanges)
{
	struct counters *c = &f->counters;
	struct io_uring_cqe *cqe;
	unsigned int returned = 0;
	unsigned int seen = 0;
	unsigned int head;
	int result = 0;

	io_uring_for_each_cqe(&s->uring.ring, head, cqe)
	{
		seen++;
		if (exchanges && cqe->user_data == ANSWER) {
			s->answering--;
			if (cqe->res == (int)f->rpc->response)
				rpc_answered(f, 1);
			else if (!result)
				result = flow_fail(f, "cannot answer on flow %u: %s", f->number,
						   strerror(cqe->res < 0 ? -cqe->res : EPIPE));
			continue;
		}
		*armed = cqe->flags & IORING_CQE_F_MORE;
		if (cqe->res > 0) {
			returned = take(s, f, cqe->flags >> IORING_CQE_BUFFER_SHIFT, cqe->res,
					returned);
			count(&c->bytes_copied, cqe->res);
			count_received(c, cqe->res);
		} else if (cqe->res == -ENOBUFS) {
			count(&c->event[EVENT_buffers_exhausted], 1);
		} else if (cqe->res) {
			result = flow_fail(f, "cannot receive on flow %u: %s", f->number,
					   strerror(-cqe->res));
		} else {
			result = 1;
		}
	}
	io_uring_buf_ring_advance(s->ring, returned);
	io_uring_cq_advance(&s->uring.ring, seen);
	return result;
}

static int rx_uring_run(struct flow *f)
{
	struct rx_uring *s = f->state;
	bool armed = true;

	arm(s);
	for (;;) {
		int result;

		if (!armed) {
			arm(s);
			count(&f->counters.event[EVENT_rearms], 1);
		}
		result = uring_enter(&s->uring, &f->counters, s->uring.enough);
		if (result)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(-result));
		result = reap(s, f, &armed, false);
		if (result)
			return result < 0 ? -1 : 0;
	}
}

/* Linked, so that they keep their order: each begins when the one before was taken as a whole. */
static void prepare_answers(struct rx_uring *s, const struct flow *f)
{
	uint64_t owed = s->answering ? 0 : rpc_owed(f);

	while (owed && s->answering < ANSWERS) {
		struct io_uring_sqe *sqe = uring_sqe(&s->uring);

		io_uring_prep_send(sqe, 0, f->rpc->answer, f->rpc->response,
				   MSG_WAITALL | MSG_NOSIGNAL);
		sqe->flags |= IOSQE_FIXED_FILE;
		sqe->user_data = ANSWER;
		s->answering++;
		if (--owed && s->answering < ANSWERS)
			sqe->flags |= IOSQE_IO_LINK;
	}
}

/*
 * With one small answer under way the next request is waited for as well, which saves coming back for the
 * answer alone; not for long, for a socket that is full wakes nobody who waits for two.
 */
static unsigned int to_wait_for(struct rx_uring *s, const struct flow *f)
{
	bool both = s->answering == 1 && f->rpc->response <= RPC_SMALL && rpc_owed(f) == 1;

	if (f->config->options.min_wait)
		return s->uring.enough;
	uring_patience(&s->uring, both ? ANSWER_NS : UINT64_MAX);
	return both ? 2 : 1;
}

static int rx_uring_rpc(struct flow *f)
{
	struct rx_uring *s = f->state;
	bool armed = true;

	arm(s);
	for (;;) {
		int result;

		if (!armed) {
			arm(s);
			count(&f->counters.event[EVENT_rearms], 1);
		}
		prepare_answers(s, f);
		result = uring_enter(&s->uring, &f->counters, to_wait_for(s, f));
		if (result)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(-result));
		result = reap(s, f, &armed, true);
		if (result)
			return result < 0 ? -1 : 0;
	}
}

/* All datagrams that are there: how many completions that were, or -1. */
static int reap_datagrams(struct rx_uring *s, struct flow *f, uint64_t *next, bool *armed,
			  bool *ended)
{
	struct io_uring_cqe *cqe;
	unsigned int returned = 0;
	unsigned int seen = 0;
	unsigned int head;
	int error = 0;

	io_uring_for_each_cqe(&s->uring.ring, head, cqe)
	{
		seen++;
		if (cqe->user_data == END) {
			*ended = true;
			continue;
		}
		*armed = cqe->flags & IORING_CQE_F_MORE;
		if (cqe->flags & IORING_CQE_F_BUFFER) {
			unsigned int id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

			if (cqe->res > 0)
				udp_take(f, buffer_at(s, id), cqe->res, f->all->datagram, next);
			give_back(s, id, returned++);
		} else if (cqe->res == -ENOBUFS) {
			count(&f->counters.event[EVENT_buffers_exhausted], 1);
		} else if (cqe->res < 0 && cqe->res != -ECONNREFUSED) {
			/* ECONNREFUSED: the sender's socket is closed already. */
			error = -cqe->res;
		}
	}
	io_uring_buf_ring_advance(s->ring, returned);
	io_uring_cq_advance(&s->uring.ring, seen);
	if (!error)
		return (int)seen;
	return flow_fail(f, "cannot receive datagrams on flow %u: %s", f->number, strerror(error));
}

/* Until the connection has ended, and then as long as something comes of what is there, but not for ever. */
static int rx_uring_udp(struct flow *f)
{
	struct rx_uring *s = f->state;
	struct io_uring_sqe *end = uring_sqe(&s->uring);
	bool armed = false;
	bool ended = false;
	bool first = true;
	uint64_t over_ns = UINT64_MAX;
	uint64_t next = 0;

	if (udp_join(f))
		return -1;
	io_uring_prep_poll_add(end, URING_STREAM, POLLIN | POLLRDHUP);
	end->flags |= IOSQE_FIXED_FILE;
	end->user_data = END;
	for (;;) {
		bool last = ended;
		int result;

		if (!armed) {
			arm(s);
			count(&f->counters.event[EVENT_rearms], !first);
			armed = true;
			first = false;
		}
		result = uring_enter(&s->uring, &f->counters, last ? 0 : s->uring.enough);
		if (result)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(-result));
		result = reap_datagrams(s, f, &next, &armed, &ended);
		if (result < 0 || (last && (!result || clock_ns() > over_ns)))
			return result < 0 ? -1 : 0;
		if (ended && !last)
			over_ns = clock_ns() + UDP_SETTLE_NS;
	}
}

static bool rx_uring_able(char *why, size_t size)
{
	/* Multishot receives came with zero-copy sends, in 6.0. */
	return uring_able(IORING_OP_SEND_ZC, 0, "6.1", why, size);
}

static uint64_t rx_uring_memory(const struct config *config)
{
	return config->options.buffers * config->options.read;
}

const struct path path_rx_uring = {
	.name = "uring",
	.end = END_RX,
	.files = 1,
	.maps = 3,
	.tls = true,
	.what = "io_uring multishot recv into provided buffers; the kernel copies",
	.calls = BIT(CALL_io_uring_enter),
	.events = BIT(EVENT_rearms) | BIT(EVENT_buffers_exhausted) | BIT(EVENT_cq_overflow),
	.able = rx_uring_able,
	.flow_memory = rx_uring_memory,
	.open = rx_uring_open,
	.run = rx_uring_run,
	.rpc = rx_uring_rpc,
	.udp = rx_uring_udp,
	.udp_calls = BIT(CALL_io_uring_enter),
	.close = rx_uring_close,
};
