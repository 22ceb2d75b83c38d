/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests and responses over a data flow (--rpc): the sender is the client, each message a request,
 * and the receiver answers each with so many bytes. A stream keeps the order, so the nth response
 * answers the nth request, and nothing but payload is sent.
 *
 * With --rate requests are due at even intervals, or at random ones (datapath/arrivals.h), whether answers come or not (an open loop): latency
 * counts from the moment at which a request was due. A client that waits for an answer before it
 * measures the next request leaves out those that a stall kept from being sent ("coordinated
 * omission", G. Tene); here they are late, and count as late. Without --rate each flow keeps
 * --rpc-depth requests under way (a closed loop).
 *
 *   rpc_open()     for one flow, at either end; -1 after flow_fail(). Nothing where there is no --rpc
 *   rpc_close()    what rpc_open() made
 *
 * For a client:
 *
 *   rpc_goes_on()  false when it was told to stop and every request is answered
 *   rpc_due()      how many bytes of a request may be sent now; 0: none yet
 *   rpc_sent()     so many of them were
 *   rpc_full()     the socket takes no more for now
 *   rpc_wait()     until a request is due, or something comes, and receive it by recv(2)
 *   rpc_received() so many bytes of answers came
 *   rpc_patience() how long a client may wait for answers until something is due
 *
 * And for one whose requests are datagrams (datapath/udp_rpc.h), and may be answered in any order:
 *
 *   rpc_may_begin()  whether the next request may be sent now
 *   rpc_completed()  the answer of a request, by its number, is there as a whole
 *
 * For a server:
 *
 *   rpc_owed()     how many requests are there as a whole and not answered yet
 *   rpc_answered() so many of them are now
 *   rpc_answer()   answer all of them by send(2); -1 after flow_fail()
 *
 * And for the window:
 *
 *   rpc_waiting()  how many requests were due until a moment and have no answer
 */
#ifndef DATAPATH_RPC_H
#define DATAPATH_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/flow.h"
#include "datapath/schedule.h"
#include "record/histogram.h"

#define RPC_SMALL     4096 /* bytes that a socket takes at once, if nothing else is in it */
#define RPC_IN_FLIGHT 4096 /* of one flow, at most; a power of two */

struct latencies {
	uint64_t latency[HISTOGRAM_FINE_BUCKETS];
	uint64_t service[HISTOGRAM_FINE_BUCKETS];
};

struct rpc {
	uint64_t request;
	uint64_t response;

	/* a client's */
	uint64_t depth;
	struct schedule schedule; /* without one: a closed loop */
	uint64_t begun;		  /* requests of which a byte was sent */
	uint64_t in_request;	  /* bytes of the last of them that were sent */
	uint64_t in_response;
	uint64_t done;
	uint64_t just_ns; /* the clock, as it was read just now for the last answer; 0: a while ago */
	bool full;
	bool polls; /* its socket does not block */
	struct memory buffer;
	uint64_t sent_ns[RPC_IN_FLIGHT]; /* by number of the request */
	struct udp_asked *asked;	 /* NULL: its requests are no datagrams */
	struct latencies latencies;

	/* a server's; in datagrams each answer is made in buffer */
	const unsigned char *answer;
	uint64_t answered;
};

int rpc_open(struct flow *f);
void rpc_close(struct flow *f);

static inline bool rpc_goes_on(const struct flow *f)
{
	const struct rpc *r = f->rpc;

	return !flow_told(f) || r->done < r->begun;
}

size_t rpc_due(struct flow *f);

static inline void rpc_sent(struct flow *f, size_t bytes)
{
	struct rpc *r = f->rpc;

	r->just_ns = 0;
	if (!r->in_request)
		count(&r->begun, 1);
	r->in_request += bytes;
	if (r->in_request == r->request)
		r->in_request = 0;
}

static inline void rpc_full(struct flow *f)
{
	f->rpc->full = true;
}
/* 0, or -1 after flow_fail(). */
int rpc_wait(struct flow *f);
void rpc_received(struct flow *f, const void *bytes, size_t size);
uint64_t rpc_patience(const struct flow *f);
bool rpc_may_begin(const struct flow *f, uint64_t now);
void rpc_completed(struct flow *f, uint64_t number, uint64_t sent_ns, uint64_t now);

static inline uint64_t rpc_owed(const struct flow *f)
{
	return f->counters.bytes / f->rpc->request - f->rpc->answered;
}

void rpc_answered(struct flow *f, uint64_t responses);
int rpc_answer(struct flow *f);

/* done: of them, until then. */
uint64_t rpc_waiting(const struct flow *f, uint64_t until_ns, uint64_t done);

#endif
