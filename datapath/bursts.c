// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/bursts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
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

static int fill(struct bursts *b, struct flow *f)
{
	char why[200];

	if (memory_get(&b->memory, b->slots * b->bytes, f->config->options.hugepages, why,
		       sizeof(why)))
		return flow_unable(f, "%s", why);
	for (size_t at = 0; at < b->memory.size; at += b->datagram)
		memcpy((char *)b->memory.at + at + UDP_NUMBER, f->message->at,
		       b->datagram - UDP_NUMBER);
	return 0;
}

int bursts_open(struct bursts *b, struct flow *f, unsigned int slots)
{
	int segment = f->all->datagram;

	*b = (struct bursts){
		.datagram = f->all->datagram,
		.datagrams = at_once(&f->config->options),
		.slots = slots,
		.stamped = f->all->stamp,
		.free = calloc(slots, sizeof(*b->free)),
	};
	b->bytes = b->datagrams * b->datagram;
	if (!b->free)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (pace_open(f, b->datagrams))
		return -1;
	b->pace = f->pace;
	while (slots)
		bursts_give(b, --slots);
	if (b->datagrams > 1 &&
	    setsockopt(f->datagrams_fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
		return flow_unable(f, "cannot use UDP_SEGMENT: %s; leave out --udp-gso",
				   strerror(errno));
	return fill(b, f);
}

int bursts_take(struct bursts *b)
{
	uint64_t stamp = 0;
	unsigned int slot;
	char *at;

	if (!b->free_count)
		return -1;
	slot = b->free[--b->free_count];
	at = bursts_at(b, slot);
	if (b->pace)
		stamp = pace_begin(b->pace, bursts_next(b), clock_ns());
	for (unsigned int i = 0; i < b->datagrams; i++, at += b->datagram, b->number++) {
		memcpy(at, &b->number, sizeof(b->number));
		if (b->stamped)
			memcpy(at + UDP_NUMBER, &stamp, sizeof(stamp));
	}
	return (int)slot;
}

void bursts_close(struct bursts *b)
{
	memory_free(&b->memory);
	free(b->free);
	b->free = NULL;
}
