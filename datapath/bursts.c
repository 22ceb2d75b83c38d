// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/bursts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "datapath/pace.h"
#include "datapath/stamps.h"
#include "datapath/udp.h"

/* Datagrams that the kernel cuts from one send: UDP_MAX_SEGMENTS of older ones. */
#define GSO_MOST 64
/* More than the ring of a NIC has descriptors, so that it is not the slots that are waited for. */
#define SLOTS	    4096U
#define SLOTS_BYTES (64UL << 20)

static unsigned int at_once(const struct options *option)
{
	unsigned int most = UDP_MOST / option->udp;

	if (most > GSO_MOST)
		most = GSO_MOST;
	return option->udp_gso < most ? option->udp_gso : most;
}

unsigned int bursts_slots(const struct options *option)
{
	uint64_t fit = SLOTS_BYTES / (at_once(option) * option->udp);

	return fit < SLOTS ? fit : SLOTS;
}

uint64_t bursts_memory(const struct options *option, unsigned int slots)
{
	return option->udp ? slots * at_once(option) * option->udp : 0;
}

int bursts_open(struct bursts *b, struct flow *f, unsigned int slots)
{
	int segment = f->all->datagram;

	*b = (struct bursts){
		.datagram = f->all->datagram,
		.datagrams = at_once(&f->config->options),
		.stamped = f->all->stamp,
	};
	if (pace_open(f, b->datagrams))
		return -1;
	b->pace = f->pace;
	if (b->datagrams > 1 &&
	    setsockopt(f->datagrams_fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
		return flow_unable(f, "cannot use UDP_SEGMENT: %s; leave out --udp-gso",
				   strerror(errno));
	return slots_open(&b->slots, f, slots, b->datagram, b->datagrams);
}

int bursts_take(struct bursts *b)
{
	uint64_t stamp = 0;
	int slot = slots_take(&b->slots);
	char *at;

	if (slot < 0)
		return -1;
	at = slots_at(&b->slots, slot);
	if (b->pace)
		stamp = pace_begin(b->pace, bursts_next(b), clock_ns());
	for (unsigned int i = 0; i < b->datagrams; i++, at += b->datagram, b->number++) {
		memcpy(at, &b->number, sizeof(b->number));
		if (b->stamped)
			memcpy(at + UDP_NUMBER, &stamp, sizeof(stamp));
	}
	return slot;
}

void bursts_close(struct bursts *b)
{
	slots_close(&b->slots);
}
