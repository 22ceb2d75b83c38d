/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sender of datagrams hands over at once (--udp): a burst of as many as the kernel cuts from one
 * send (--udp-gso), each of which begins with its number, in a slot of memory (datapath/slots.h).
 *
 *   bursts_open()   so many slots; -1 after flow_fail()
 *   bursts_memory()  bytes that so many slots take; 0 without --udp
 *   bursts_slots()  how many slots a sender has that does not wait for the kernel to let go of them
 *   bursts_next()   which burst is the next, from 0 on (datapath/pace.h)
 *   bursts_take()   a slot, with its datagrams numbered and stamped; -1: none is free
 *   bursts_refused()  give it back, for the kernel would not take it: its numbers are given to the next
 *   bursts_sent()   count one that was sent
 *   bursts_close()
 */
#ifndef DATAPATH_BURSTS_H
#define DATAPATH_BURSTS_H

#include <stdint.h>
#include <string.h>

#include "datapath/slots.h"

struct bursts {
	struct slots slots;
	size_t datagram; /* bytes of one */
	unsigned int datagrams;
	uint64_t number;   /* of the next datagram */
	struct pace *pace; /* NULL: as fast as it goes, without stamps */
	bool stamped;
};

int bursts_open(struct bursts *b, struct flow *f, unsigned int slots);
uint64_t bursts_memory(const struct options *option, unsigned int slots);
unsigned int bursts_slots(const struct options *option);
int bursts_take(struct bursts *b);
void bursts_close(struct bursts *b);

static inline uint64_t bursts_next(const struct bursts *b)
{
	return b->number / b->datagrams;
}

/* Unless others have theirs behind it, which is so where several are handed over at once. */
static inline void bursts_refused(struct bursts *b, unsigned int slot)
{
	uint64_t number;

	memcpy(&number, slots_at(&b->slots, slot), sizeof(number));
	if (number + b->datagrams == b->number)
		b->number = number;
	slots_give(&b->slots, slot);
}

static inline void bursts_sent(const struct bursts *b, struct counters *c, unsigned int sends)
{
	count(&c->event[EVENT_sends], sends);
	count(&c->event[EVENT_datagrams], (uint64_t)sends * b->datagrams);
	count(&c->bytes, sends * b->slots.bytes);
}

#endif
