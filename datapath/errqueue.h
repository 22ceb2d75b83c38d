/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends whose memory the kernel still uses: each has a number, and a message in the socket's error
 * queue says when it is let go of, and whether it was copied after all
 * (Documentation/networking/msg_zerocopy.rst).
 *
 *   errqueue_open()     let a socket of the flow send without copying
 *   errqueue_room()     before a send: read completions now and then; wait where the limit is
 *                       reached
 *   errqueue_sent()     after one that took something
 *   errqueue_refused()  after one that ended with ENOBUFS: wait for a completion
 *   errqueue_wait()     … for want of something else
 *   errqueue_done()     whether a send is complete
 *   errqueue_take()     read those that are there
 *   errqueue_finish()   wait for all of them
 *
 * Each returns 0, or -1 after flow_fail().
 */
#ifndef DATAPATH_ERRQUEUE_H
#define DATAPATH_ERRQUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "datapath/flow.h"

/* Sends without their completion that can be kept apart; a power of two. */
#define ERRQUEUE_SENDS 65536U

/*
 * One place in memory for both, so that to know the delay of a send costs a look at the clock, as for io_uring,
 * and no cache line more.
 */
struct errqueue_send {
	uint32_t bytes; /* 0: complete */
	uint32_t ticks; /* of 256 ns, when it was handed over: told apart for 18 minutes */
};

struct errqueue {
	int fd;
	uint32_t next; /* the number that the kernel gives to the next send */
	uint32_t done; /* sends that were completed */
	unsigned int undrained;
	uint64_t flying;			   /* bytes without their completion */
	uint64_t limit;				   /* of them; UINT64_MAX: none */
	struct errqueue_send send[ERRQUEUE_SENDS]; /* by number, modulo */
};

int errqueue_open(struct errqueue *q, struct flow *f, int fd);
int errqueue_room(struct errqueue *q, struct flow *f, size_t bytes);
void errqueue_sent(struct errqueue *q, size_t bytes);
int errqueue_refused(struct errqueue *q, struct flow *f);
int errqueue_wait(struct errqueue *q, struct flow *f);
int errqueue_take(struct errqueue *q, struct flow *f);
int errqueue_finish(struct errqueue *q, struct flow *f);

/* Of the last ERRQUEUE_SENDS sends. */
static inline bool errqueue_done(const struct errqueue *q, uint32_t number)
{
	return !q->send[number % ERRQUEUE_SENDS].bytes;
}

#endif
