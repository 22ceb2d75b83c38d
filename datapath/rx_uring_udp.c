// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams of rx uring: taken, and with --rpc answered. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "datapath/path.h"
#include "datapath/rx_uring.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"

#define END	  2 /* user_data of the wait for the end of the connection, with --udp */
#define ANSWER_IN 3 /* … and --rpc: of the answer to what came in that buffer, from here on */

static unsigned char *answer_at(const struct rx_uring *s, const struct flow *f, unsigned int id)
{
	return (unsigned char *)s->answers.at + id * f->rpc->response;
}

/* Requests in datagrams are answered in no order: each has a place of its own for that. */
int rx_uring_prepare_answers(struct rx_uring *s, struct flow *f)
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

/* What came in that buffer is a request: answer it. False: it is none, and the buffer may go back. */
static bool answer_datagram(struct rx_uring *s, struct flow *f, unsigned int id, size_t bytes,
			    uint64_t *next)
{
	unsigned char *answer = answer_at(s, f, id);
	struct io_uring_sqe *sqe;

	if (!udp_request(f, provided_at(&s->provided, id), bytes, next, answer))
		return false;
	/* Nothing is waited for: what fails comes as a completion. If nothing can be handed over, whoever waits next says so. */
	if (!io_uring_sq_space_left(&s->uring.ring) && uring_enter(&s->uring, f, 0))
		return false;
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
			if (exchanges && !io_uring_sq_space_left(&s->uring.ring) &&
			    uring_enter(&s->uring, f, 0))
				return -1;
			rx_uring_arm(s);
			count(&f->counters.event[EVENT_rearms], !first);
			armed = true;
			first = false;
		}
		if (uring_enter(&s->uring, f, last ? 0 : s->uring.enough))
			return -1;
		result = reap_datagrams(s, f, &next, &armed, &ended, exchanges);
		if (result < 0 || (last && (!result || clock_ns() > over_ns)))
			return result < 0 ? -1 : 0;
		if (ended && !last)
			over_ns = clock_ns() + UDP_SETTLE_NS;
	}
}

int rx_uring_udp(struct flow *f)
{
	return run_datagrams(f, false);
}

int rx_uring_udp_rpc(struct flow *f)
{
	return run_datagrams(f, true);
}
