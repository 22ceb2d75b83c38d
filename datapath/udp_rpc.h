/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests and answers in datagrams (--udp with --rpc): each of them is one, any of them may be lost, doubled or come late.
 * Both begin with the request's number and a token, which whoever does not know the run's key can only guess; who listens
 * on the way can forge what he likes.
 *
 * A request that has no answer within --rpc-timeout is lost, and so is one behind which UDP_ASKED others were sent. A
 * closed loop goes on then; an open one never waits for any. What comes afterwards counts as late, what was answered
 * already as a duplicate, and anything else is refused.
 *
 *   udp_rpc_open()   for one flow, at either end, after rpc_open() and udp_open(); -1 after flow_fail()
 *   udp_rpc_close()
 *   udp_rpc_memory()  what a client of it takes (datapath/room.h)
 *
 * For a client:
 *
 *   udp_ask()        whether a request may be sent now, and if so it lies there, of f->rpc->request bytes
 *   udp_asked()      it was handed over
 *   udp_answered()   so much came
 *   udp_give_up()    those whose time is over
 *   udp_patience()   how long may be waited until something has to be done
 *
 * And for a server:
 *
 *   udp_request()    whether what came is a request, and if so its answer lies there, of f->rpc->response bytes
 */
#ifndef DATAPATH_UDP_RPC_H
#define DATAPATH_UDP_RPC_H

#include "datapath/rpc.h"

#define UDP_HEAD  16	 /* a number and a token */
#define UDP_ASKED 65536U /* numbers that are told apart; a power of two */

struct udp_asked {
	uint64_t timeout_ns;
	uint64_t oldest;	     /* all requests before it are answered, or lost */
	uint64_t asking_ns;	     /* when the next one was made, which is not handed over yet */
	uint64_t sent_ns[UDP_ASKED]; /* by number, modulo; or what became of it */
};

int udp_rpc_open(struct flow *f);
void udp_rpc_close(struct flow *f);
uint64_t udp_rpc_memory(const struct config *config);

bool udp_ask(struct flow *f, unsigned char *at);
void udp_asked(struct flow *f);
void udp_answered(struct flow *f, const unsigned char *at, size_t bytes);
void udp_give_up(struct flow *f);
uint64_t udp_patience(const struct flow *f);

/* next: the number that is expected. answer: of which what is behind UDP_HEAD is there already. */
bool udp_request(struct flow *f, const unsigned char *at, size_t bytes, uint64_t *next,
		 unsigned char *answer);

#endif
