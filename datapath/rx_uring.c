// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx uring: one multishot receive that takes buffers from a ring of provided ones, or one request
 * per receive (--singleshot).
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/rx_uring.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"
#include "datapath/uring.h"

#define ANSWERS	  16 /* of --rpc that are handed over at once */
#define ANSWER_NS 1000000
#define ANSWER	  1 /* user_data of one; that of a receive is 0 */

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
	s->file = f->all->datagram ? URING_DATAGRAMS : URING_STREAM;
	s->file_flag = IOSQE_FIXED_FILE;
	s->singleshot = option->singleshot;
	/* Each buffer has at most one completion, with its answer in a datagram two; and one more for the end. */
	if (rpc_open(f) || udp_open(f) || udp_rpc_open(f) ||
	    uring_open(&s->uring, f, f->rpc ? 2 * ANSWERS : 4,
		       2 * option->buffers + (f->rpc ? ANSWERS : 0)) ||
	    uring_gather(&s->uring, f, option->buffers / 2) || choose(s, f) ||
	    rx_uring_prepare_answers(s, f))
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

	rx_uring_arm(s);
	for (;;) {
		int result;

		if (!armed) {
			rx_uring_arm(s);
			count(&f->counters.event[EVENT_rearms], 1);
		}
		if (uring_enter(&s->uring, f, s->uring.enough))
			return -1;
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

	rx_uring_arm(s);
	for (;;) {
		int result;

		if (!armed) {
			rx_uring_arm(s);
			count(&f->counters.event[EVENT_rearms], 1);
		}
		prepare_answers(s, f);
		if (uring_enter(&s->uring, f, to_wait_for(s, f)))
			return -1;
		result = reap(s, f, &armed, true);
		if (result)
			return result < 0 ? -1 : 0;
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
	.udp_rpc = rx_uring_udp_rpc,
	.udp_rpc_calls = BIT(CALL_io_uring_enter),
	.close = rx_uring_close,
};
