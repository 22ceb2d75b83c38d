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
#include "datapath/provided.h"
#include "datapath/rpc.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"
#include "datapath/uring.h"

#define ANSWERS	  16 /* of --rpc that are handed over at once */
#define ANSWER_NS 1000000
#define ANSWER	  1 /* user_data of one; that of a receive is 0 */
#define END	  2 /* user_data of the wait for the end of the connection, with --udp */
#define ANSWER_IN 3 /* … and --rpc: of the answer to what came in that buffer, from here on */

struct rx_uring {
	struct uring uring;
	struct provided provided;
	bool singleshot;
	int file;		/* that it receives from: URING_…, or a descriptor */
	unsigned int file_flag; /* IOSQE_FIXED_FILE: the former */
	unsigned int bundle;	/* IORING_RECVSEND_BUNDLE, or 0 */
	unsigned int answering; /* --rpc: answers without their completion */
	struct memory answers;	/* … in datagrams: one for each buffer that holds a request */
};

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

static unsigned char *answer_at(const struct rx_uring *s, const struct flow *f, unsigned int id)
{
	return (unsigned char *)s->answers.at + id * f->rpc->response;
}

/* Requests in datagrams are answered in no order: each has a place of its own for that. */
static int prepare_datagrams(struct rx_uring *s, struct flow *f)
{
	const struct options *option = &f->config->options;
	char why[200];

	if (!f->rpc || !f->all->datagram)
		return 0;
	if (option->udp_gro)
		return flow_unable(f,
				   "--udp-gro would join requests into one buffer, which has one answer: leave it out with --rpc, or give --path copy");
	if (memory_get(&s->answers, option->buffers * f->rpc->response, option->hugepages, why,
		       sizeof(why)))
		return flow_unable(f, "%s", why);
	for (unsigned int id = 0; id < option->buffers; id++)
		memcpy(answer_at(s, f, id), f->rpc->answer, f->rpc->response);
	return 0;
}

static int rx_uring_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	struct rx_uring *s = calloc(1, sizeof(*s));

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->file = f->all->datagram ? URING_DATAGRAMS : URING_STREAM;
	s->file_flag = IOSQE_FIXED_FILE;
	s->singleshot = option->singleshot;
	/* Each buffer has at most one completion, with its answer in a datagram two; and one more for the end. */
	if (rpc_open(f) || udp_open(f) || udp_rpc_open(f) ||
	    uring_open(&s->uring, f, f->rpc ? 2 * ANSWERS : 4,
		       2 * option->buffers + (f->rpc ? ANSWERS : 0)) ||
	    uring_gather(&s->uring, f, option->buffers / 2) || choose(s, f) ||
	    prepare_datagrams(s, f))
		return -1;
	return provided_open(&s->provided, f, &s->uring, option->buffers,
			     f->all->datagram ? udp_most(f) : option->read);
}

static void rx_uring_close(struct flow *f)
{
	struct rx_uring *s = f->state;

	if (!s)
		return;
	uring_close(&s->uring);
	provided_close(&s->provided);
	memory_free(&s->answers);
	udp_rpc_close(f);
	rpc_close(f);
	udp_close(f);
	free(s);
}

static void arm(struct rx_uring *s)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);

	/* The length is the buffer's: a multishot request must not name one before Linux 6.10. */
	if (s->singleshot)
		io_uring_prep_recv(sqe, s->file, NULL, s->provided.size, 0);
	else
		io_uring_prep_recv_multishot(sqe, s->file, NULL, 0, 0);
	sqe->flags |= s->file_flag | IOSQE_BUFFER_SELECT;
	sqe->ioprio |= s->bundle;
	sqe->buf_group = PROVIDED_GROUP;
}

/*
 * What came in one buffer; of a bundle in those that follow it as well. They lie in the ring by their ids,
 * round and round, because each goes back in the order in which it came.
 */
static ALWAYS_INLINE unsigned int take(struct rx_uring *s, struct flow *f, unsigned int id,
				       size_t bytes, unsigned int returned)
{
	while (bytes) {
		size_t part = bytes < s->provided.size ? bytes : s->provided.size;

		verify_bytes(&f->verify, provided_at(&s->provided, id), part);
		provided_give(&s->provided, id, returned++);
		id = (id + 1) & (s->provided.count - 1);
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
	provided_advance(&s->provided, returned);
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

/* What came in that buffer is a request: answer it. False: it is none, and the buffer may go back. */
static bool answer_datagram(struct rx_uring *s, struct flow *f, unsigned int id, size_t bytes,
			    uint64_t *next)
{
	unsigned char *answer = answer_at(s, f, id);
	struct io_uring_sqe *sqe;

	if (!udp_request(f, provided_at(&s->provided, id), bytes, next, answer))
		return false;
	/* Nothing is waited for: what fails comes as a completion. */
	if (!io_uring_sq_space_left(&s->uring.ring))
		uring_enter(&s->uring, &f->counters, 0);
	sqe = uring_sqe(&s->uring);
	io_uring_prep_send(sqe, URING_DATAGRAMS, answer, f->rpc->response, MSG_NOSIGNAL);
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = ANSWER_IN + id;
	return true;
}

/* As udp_copy.c does: of one that the client or somebody else would not have there is nothing to be said. */
static int answered_datagram(struct flow *f, int result)
{
	if (result < 0 && result != -ECONNREFUSED && result != -ENOBUFS && result != -EINTR)
		return -result;
	rpc_answered(f, 1);
	return 0;
}

/* All datagrams that are there: how many completions that were, or -1. exchanges: each is answered. */
static ALWAYS_INLINE int reap_datagrams(struct rx_uring *s, struct flow *f, uint64_t *next,
					bool *armed, bool *ended, const bool exchanges)
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
		if (exchanges && cqe->user_data >= ANSWER_IN) {
			int own = answered_datagram(f, cqe->res);

			error = error ? error : own;
			provided_give(&s->provided, cqe->user_data - ANSWER_IN, returned++);
			continue;
		}
		*armed = cqe->flags & IORING_CQE_F_MORE;
		if (cqe->flags & IORING_CQE_F_BUFFER) {
			unsigned int id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

			if (exchanges && cqe->res > 0 && answer_datagram(s, f, id, cqe->res, next))
				continue;
			if (!exchanges && cqe->res > 0)
				udp_take(f, provided_at(&s->provided, id), cqe->res,
					 f->all->datagram, next);
			provided_give(&s->provided, id, returned++);
		} else if (exchanges && !cqe->res) {
			/* An empty one takes no buffer. */
			answer_datagram(s, f, 0, 0, next);
		} else if (cqe->res == -ENOBUFS) {
			count(&f->counters.event[EVENT_buffers_exhausted], 1);
		} else if (cqe->res < 0 && cqe->res != -ECONNREFUSED) {
			/* ECONNREFUSED: the sender's socket is closed already. */
			error = -cqe->res;
		}
	}
	provided_advance(&s->provided, returned);
	io_uring_cq_advance(&s->uring.ring, seen);
	if (!error)
		return (int)seen;
	return flow_fail(f, "cannot receive datagrams on flow %u: %s", f->number, strerror(error));
}

/* Until the connection has ended, and then as long as something comes of what is there, but not for ever. */
static ALWAYS_INLINE int run_datagrams(struct flow *f, const bool exchanges)
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
			if (exchanges && !io_uring_sq_space_left(&s->uring.ring))
				uring_enter(&s->uring, &f->counters, 0);
			arm(s);
			count(&f->counters.event[EVENT_rearms], !first);
			armed = true;
			first = false;
		}
		result = uring_enter(&s->uring, &f->counters, last ? 0 : s->uring.enough);
		if (result)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(-result));
		result = reap_datagrams(s, f, &next, &armed, &ended, exchanges);
		if (result < 0 || (last && (!result || clock_ns() > over_ns)))
			return result < 0 ? -1 : 0;
		if (ended && !last)
			over_ns = clock_ns() + UDP_SETTLE_NS;
	}
}

static int rx_uring_udp(struct flow *f)
{
	return run_datagrams(f, false);
}

static int rx_uring_udp_rpc(struct flow *f)
{
	return run_datagrams(f, true);
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
	.udp_rpc = rx_uring_udp_rpc,
	.udp_rpc_calls = BIT(CALL_io_uring_enter),
	.close = rx_uring_close,
};
