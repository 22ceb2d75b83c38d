/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams on their way through io_uring, each from a slot of memory (datapath/slots.h) that is free again when the send is
 * complete and, without a copy, the kernel has let go of it, too. For bursts (udp_uring.c) and requests (udp_query_uring.c).
 *
 *   udp_sends_open()   a ring for --depth of them at once from so many slots, beside so many other requests and
 *                      completions; -1 after flow_fail()
 *   udp_sends_register()  if they are sent from registered memory: it is this; -1 after flow_fail()
 *   udp_sends_begin()  that request was filled in with a send from that slot
 *   udp_sends_heard()  a completion of one: is its slot free now
 *   udp_sends_count()  what was heard in one look at the ring; -1 after flow_fail()
 *   udp_sends_close()
 */
#ifndef DATAPATH_UDP_SENDS_H
#define DATAPATH_UDP_SENDS_H

#include "datapath/delays.h"
#include "datapath/memory.h"
#include "datapath/uring.h"

struct udp_sends {
	struct uring uring;
	uint64_t *sent_ns; /* by slot */
	unsigned int depth;
	unsigned int sending; /* without their completion */
	uint64_t unnotified;  /* without a copy, and without their notification */
	int forgiven; /* an errno that is no failure of ours, beside EINTR and ENOBUFS; or 0 */
	bool zerocopy;
	bool fixed; /* the slots are a registered buffer */
};

/* Of the completions of one look. */
struct udp_done {
	unsigned int sends;
	unsigned int notifications;
	unsigned int copied; /* of these */
	int error;	     /* the first */
};

int udp_sends_open(struct udp_sends *s, struct flow *f, bool zerocopy, unsigned int slots,
		   unsigned int requests, unsigned int completions);
int udp_sends_register(struct udp_sends *s, struct flow *f, const struct memory *memory);
/* bytes: of one send */
int udp_sends_count(struct udp_sends *s, struct flow *f, const struct udp_done *d, uint64_t bytes);
void udp_sends_close(struct udp_sends *s);

/* now: only looked at without a copy */
static inline void udp_sends_begin(struct udp_sends *s, struct io_uring_sqe *sqe, unsigned int slot,
				   uint64_t now)
{
	sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = slot;
	s->sent_ns[slot] = now;
	s->sending++;
}

static inline bool udp_sends_refused(const struct io_uring_cqe *cqe)
{
	return !(cqe->flags & IORING_CQE_F_NOTIF) && cqe->res < 0;
}

static inline bool udp_sends_heard(struct udp_sends *s, struct flow *f,
				   const struct io_uring_cqe *cqe, uint64_t now, struct udp_done *d)
{
	if (cqe->flags & IORING_CQE_F_NOTIF) {
		d->notifications++;
		d->copied += !!((uint32_t)cqe->res & IORING_NOTIF_USAGE_ZC_COPIED);
		delays_count(f, now - s->sent_ns[cqe->user_data]);
		return true;
	}
	s->sending--;
	if (cqe->res >= 0)
		d->sends++;
	else if (cqe->res != -EINTR && cqe->res != -ENOBUFS && cqe->res != -s->forgiven && !d->error)
		d->error = -cqe->res;
	s->unnotified += !!(cqe->flags & IORING_CQE_F_MORE);
	return !(cqe->flags & IORING_CQE_F_MORE);
}

#endif
