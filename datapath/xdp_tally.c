// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/types.h>

#include "datapath/xdp_tally.h"

#define TRIES 100

static uint64_t read_one(const __u64 *field)
{
	return __atomic_load_n(field, __ATOMIC_RELAXED);
}

/* Two fields, which change together at times; 0: not to be had. */
static uint64_t next_of(const struct xdp_tally *t)
{
	for (unsigned int tries = 0; tries < TRIES; tries++) {
		uint32_t edits = __atomic_load_n(&t->edits, __ATOMIC_ACQUIRE);
		uint64_t next = read_one(&t->next) - read_one(&t->offset);

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(edits % 2) && __atomic_load_n(&t->edits, __ATOMIC_RELAXED) == edits)
			return next;
	}
	return 0;
}

/* The number first: what comes meanwhile is in datagrams, and is not taken for a loss. */
void xdp_tally_add(const struct xdp_tally *t, struct xdp_sum *sum)
{
	uint64_t next = next_of(t);

	sum->next = next > sum->next ? next : sum->next;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	sum->late += read_one(&t->late);
	sum->elsewhere += read_one(&t->elsewhere);
	sum->datagrams += read_one(&t->datagrams);
}

void xdp_tally_queue(const struct xdp_tally *t, uint64_t by_queue[])
{
	uint32_t queue = __atomic_load_n(&t->queue, __ATOMIC_RELAXED) % XDP_QUEUES_MOST;
	uint64_t elsewhere = read_one(&t->elsewhere);

	by_queue[queue] += read_one(&t->datagrams) - elsewhere;
}

/*
 * What the highest number says beyond those that came; a number that came late had been missing until then.
 */
uint64_t xdp_tally_missed(const struct xdp_sum *sum)
{
	return sum->next > sum->datagrams ? sum->next - sum->datagrams + sum->late : sum->late;
}
