/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams (--udp): each flow has a UDP socket beside its TCP connection, with the same addresses and
 * ports at both ends, so that the two find each other without a word. The connection stays, moves
 * nothing, and says by its end that it is enough. A datagram begins with its number, by which the
 * receiver knows what is missing and what came late; with --stamp its time follows (datapath/stamps.h).
 *
 *   udp_open(), udp_close()  the socket; nothing where there is no --udp. -1 after flow_fail()
 *   udp_join()     a receiver's: let the kernel join datagrams (--udp-gro, UDP_GRO); -1 after flow_fail()
 *   udp_most()     bytes that one receive may bring
 *   udp_take()     count what one receive has brought
 *   udp_take_one()  count a datagram by its number, and check it; counts no bytes
 *   udp_refused()  the sentence of a send that failed; always -1
 *
 * And the paths that do without a ring:
 *
 *   udp_send()     until told, by send(2)
 *   udp_send_zerocopy()  … with MSG_ZEROCOPY
 *   udp_send_memory(), udp_send_zerocopy_memory()  what they take, of a flow (datapath/room.h)
 *   udp_receive()  until the sender has ended and nothing is left, by recvmsg(2)
 *   udp_answer()   … and answer each, with --rpc (datapath/udp_rpc.h), by send(2)
 *   udp_query()    its client, until told and every request is answered or lost: by send(2), ppoll(2) and recv(2)
 */
#ifndef DATAPATH_UDP_H
#define DATAPATH_UDP_H

#include <string.h>

#include "datapath/counters.h"
#include "datapath/flow.h"
#include "datapath/stamps.h"

#define UDP_LEAST 16 /* a number and a stamp */
/* Of a path of datagrams alone: in the smallest frame of Ethernet, 64 bytes. */
#define UDP_PRESET 18
#define UDP_MOST   65507 /* that an IPv4 packet can hold */
#define UDP_NUMBER sizeof(uint64_t)

/* In which nothing comes any more: then nothing is on its way behind a sender that has ended. */
#define UDP_SETTLE_MS	20
#define UDP_SETTLE_MOST 50 /* times that this is waited for: somebody else may go on sending */
#define UDP_SETTLE_NS	(UDP_SETTLE_MOST * UDP_SETTLE_MS * 1000000ULL)

#define UDP_SEND_CALLS	   (1U << CALL_sendto)
#define UDP_ZEROCOPY_CALLS (1U << CALL_sendto | 1U << CALL_recvmsg | 1U << CALL_poll)
#define UDP_RECEIVE_CALLS  (1U << CALL_epoll_wait | 1U << CALL_recvmsg)
#define UDP_ANSWER_CALLS   (UDP_RECEIVE_CALLS | 1U << CALL_sendto)
#define UDP_QUERY_CALLS	   (1U << CALL_sendto | 1U << CALL_recvfrom | 1U << CALL_ppoll)

/* More than this is lost at once where a receiver stands still for a while, if at all. */
#define UDP_FAR_OFF (1 << 20)

/*
 * Anybody can send a datagram with the flow's addresses and ports, and any number in it. One that is so far off
 * counts only where the one behind it comes next (RFC 3550, A.1), and then the numbers begin anew there: that
 * was a jump, and is no loss that anybody could tell. False: it is somebody else's.
 */
static inline bool udp_is_believed(struct flow *f, uint64_t number, uint64_t *next)
{
	uint64_t off = number >= *next ? number - *next : *next - number;

	if (__builtin_expect(off <= UDP_FAR_OFF, 1))
		return true;
	if (number != f->doubted) {
		f->doubted = number + 1;
		return false;
	}
	count(&f->counters.event[EVENT_datagrams_jumped], 1);
	*next = number;
	return true;
}

/* at: of f->all->datagram bytes. next: the number that is expected. False: it is somebody else's. */
static inline bool udp_take_one(struct flow *f, const char *at, uint64_t *next)
{
	struct counters *c = &f->counters;
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	if (!udp_is_believed(f, number, next))
		return false;
	if (number >= *next) {
		if (number > *next)
			count(&c->event[EVENT_datagrams_missed], number - *next);
		*next = number + 1;
	} else {
		count(&c->event[EVENT_datagrams_late], 1);
	}
	count(&c->event[EVENT_datagrams], 1);
	if (__builtin_expect(f->stamps != NULL, 0))
		stamps_take(f, at + UDP_NUMBER);
	if (__builtin_expect(f->verify.message != 0, 0)) {
		/* In place of what the message has there; a token is as long. */
		size_t stamp = f->all->stamp || f->rpc ? STAMP_SIZE : 0;

		f->verify.position = stamp;
		verify_check(&f->verify, at + UDP_NUMBER + stamp,
			     f->all->datagram - UDP_NUMBER - stamp);
	}
	return true;
}

int udp_open(struct flow *f);
void udp_close(struct flow *f);
int udp_join(struct flow *f);
size_t udp_most(const struct flow *f);
/* segment: bytes of each datagram in it. next: the number that is expected. */
void udp_take(struct flow *f, const char *at, size_t bytes, size_t segment, uint64_t *next);
int udp_refused(struct flow *f, int error);

int udp_send(struct flow *f);
int udp_send_zerocopy(struct flow *f);
uint64_t udp_send_memory(const struct config *config);
uint64_t udp_send_zerocopy_memory(const struct config *config);
int udp_receive(struct flow *f);
int udp_answer(struct flow *f);
int udp_query(struct flow *f);

#endif
