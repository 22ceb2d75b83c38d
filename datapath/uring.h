/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ring of one data thread, with the flow's connection in it as fixed file URING_STREAM, and with
 * --udp its datagrams' socket as URING_DATAGRAMS.
 *
 *   uring_able()    is io_uring there, with this operation? If not: why, and the fix
 *   uring_vectors_able()  … with sends of several parts of registered memory (uring_prep_vector())
 *   uring_open()    a ring of this thread; -1 after flow_fail()
 *   uring_register()  memory that is sent from, as buffer 0; -1 after flow_fail()
 *   uring_gather()  by --min-wait: let completions gather, up to so many; -1 after flow_fail()
 *   uring_patience()  come back after so long though nothing is there; UINT64_MAX: never
 *   uring_sqe()     the next request to fill in; there are as many as were asked for
 *   uring_prep_send()  fill it in: a send
 *   uring_prep_vector()  … of several parts
 *   uring_enter()   hand over what was prepared, and wait until so many completions are there; -1 after flow_fail()
 *   uring_close()
 *
 * The ring belongs to one thread and completes requests only while that thread is in
 * uring_enter() (SINGLE_ISSUER, DEFER_TASKRUN), so nothing interrupts the hot loop.
 */
#ifndef DATAPATH_URING_H
#define DATAPATH_URING_H

#include <errno.h>
#include <string.h>

#include "datapath/compat_uring.h"
#include "datapath/flow.h"

enum { URING_STREAM, URING_DATAGRAMS };

struct uring {
	struct io_uring ring;
	int enter_fd;
	unsigned int enter_flags;
	unsigned int enough;	       /* completions that a receiver waits for */
	struct compat_uring_wait wait; /* for how long, with IORING_ENTER_EXT_ARG */
	struct __kernel_timespec at_most;
	bool open;
};

/* features: IORING_FEAT_… that have to be there; since: the kernel that has them, for people */
bool uring_able(enum io_uring_op op, unsigned int features, const char *since, char *why,
		size_t size);
bool uring_vectors_able(char *why, size_t size);
/* setup: IORING_SETUP_… beside those that every ring of zcpath has */
int uring_open_with(struct uring *u, struct flow *f, unsigned int requests,
		    unsigned int completions, unsigned int setup);
void uring_close(struct uring *u);
int uring_register(struct uring *u, struct flow *f, const void *at, size_t size);
/*
 * Without --min-wait one completion is enough. With it uring_enter(…, u->enough) comes back with so
 * many, or with fewer when the time is over, and with none at times. What a connection of a
 * multishot receive brings meanwhile is one piece of deferred work, which the kernel lets lie until
 * the time is over (io_uring/poll.c, IOU_F_TWQ_LAZY_WAKE): so it is read in larger pieces, with
 * fewer wake-ups and acknowledgements.
 */
int uring_gather(struct uring *u, struct flow *f, unsigned int enough);

static inline int uring_open(struct uring *u, struct flow *f, unsigned int requests,
			     unsigned int completions)
{
	return uring_open_with(u, f, requests, completions, 0);
}

static inline void uring_patience(struct uring *u, uint64_t ns)
{
	u->enter_flags &= ~IORING_ENTER_EXT_ARG;
	if (ns == UINT64_MAX)
		return;
	u->at_most.tv_sec = ns / 1000000000;
	u->at_most.tv_nsec = ns % 1000000000;
	u->wait = (struct compat_uring_wait){.at_most = (uintptr_t)&u->at_most};
	u->enter_flags |= IORING_ENTER_EXT_ARG;
}

/* Of all of a request liburing leaves user_data alone, which then is that of who had the place before. */
static inline struct io_uring_sqe *uring_sqe(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	sqe->user_data = 0;
	return sqe;
}

/* registered: of buffer 0 (uring_register()), without a copy. */
static inline void uring_prep_send(struct io_uring_sqe *sqe, int file, const void *at, size_t bytes,
				   int flags, bool zerocopy, bool registered)
{
	if (!zerocopy)
		io_uring_prep_send(sqe, file, at, bytes, flags);
	else if (registered)
		io_uring_prep_send_zc_fixed(sqe, file, at, bytes, flags,
					    IORING_SEND_ZC_REPORT_USAGE, 0);
	else
		io_uring_prep_send_zc(sqe, file, at, bytes, flags, IORING_SEND_ZC_REPORT_USAGE);
}

/* A send of what a vector says; of registered memory from Linux 6.15 on. */
static inline void uring_prep_vector(struct io_uring_sqe *sqe, int file, const struct msghdr *msg,
				     unsigned int flags, bool zerocopy, bool registered)
{
	if (!zerocopy) {
		io_uring_prep_sendmsg(sqe, file, msg, flags);
		return;
	}
	io_uring_prep_sendmsg_zc(sqe, file, msg, flags);
	sqe->ioprio |= IORING_SEND_ZC_REPORT_USAGE | (registered ? IORING_RECVSEND_FIXED_BUF : 0);
	sqe->buf_index = 0;
}

static inline int uring_enter(struct uring *u, struct flow *f, unsigned int wait)
{
	unsigned int ready = compat_uring_flush(&u->ring);
	void *how = u->enter_flags & IORING_ENTER_EXT_ARG ? &u->wait : NULL;
	int result =
		io_uring_enter2(u->enter_fd, ready, wait, u->enter_flags, how, sizeof(u->wait));

	count(&f->counters.call[CALL_io_uring_enter], 1);
	if (__atomic_load_n(u->ring.sq.kflags, __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW)
		count(&f->counters.event[EVENT_cq_overflow], 1);
	if (result >= 0 || result == -EINTR || result == -ETIME)
		return 0;
	return flow_fail(f, "cannot go on with flow %u: io_uring_enter: %s", f->number,
			 strerror(-result));
}

#endif
