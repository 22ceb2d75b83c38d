// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/stamps.h"

#include <stdio.h>
#include <stdlib.h>

#include "datapath/kernel_says.h"

#define ROUNDS 9 /* of which the one with the shortest time between two looks at a clock counts */

const char *const stamp_name[STAMPS] = {"off", "kernel", "ptp"};

enum stamp stamp_of(const char *name)
{
	enum stamp stamp = STAMP_OFF;

	while (stamp < STAMPS && strcmp(stamp_name[stamp], name))
		stamp++;
	return stamp < STAMPS ? stamp : STAMP_OFF;
}

/* The first 60 random bits of the UUID that a kernel makes when it boots, the same in every container of it (random(4)). */
uint64_t stamps_kernel(void)
{
	char text[64];
	unsigned int first, second, third;

	if (!kernel_text("/proc/sys/kernel/random/boot_id", text, sizeof(text)) ||
	    sscanf(text, "%8x-%4x-%4x-", &first, &second, &third) != 3)
		return 0;
	return (uint64_t)first << 32 | second << 16 | third;
}

const char *stamps_absent(enum stamp stamp, uint64_t kernel)
{
	if (stamp != STAMP_KERNEL)
		return NULL;
	if (!kernel || kernel != stamps_kernel())
		return "the ends run on two kernels, or cannot tell, and their clocks need not agree: give --stamp ptp where PTP keeps them together";
	if (!clock_kernel_known())
		return "this end runs in a time namespace, and cannot tell what that adds to the kernel's clock";
	return NULL;
}

/*
 * Of CLOCK_REALTIME it is asked once: where both clocks are steered alike, as by NTP and PTP (adjtimex(2)), it changes only
 * when somebody sets the clock, which then does no harm.
 */
uint64_t stamps_ahead_ns(enum stamp stamp)
{
	uint64_t shortest = UINT64_MAX;
	uint64_t ahead = 0;

	if (stamp == STAMP_KERNEL)
		return clock_to_kernel_ns(0);
	for (int i = 0; stamp == STAMP_PTP && i < ROUNDS; i++) {
		uint64_t before = clock_ns();
		uint64_t wall = clock_of_ns(CLOCK_REALTIME);
		uint64_t took = clock_ns() - before;

		if (took < shortest) {
			shortest = took;
			ahead = wall - (before + took / 2);
		}
	}
	return ahead;
}

int stamps_open(struct flow *f)
{
	struct stamps *s;

	if (!f->all->stamp || f->all->stamps_absent)
		return 0;
	s = calloc(1, sizeof(*s));
	f->stamps = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->ahead_ns = stamps_ahead_ns(f->all->stamp);
	s->begun_ns = clock_ns() + s->ahead_ns;
	s->last_ns = UINT64_MAX;
	return 0;
}

void stamps_close(struct flow *f)
{
	free(f->stamps);
	f->stamps = NULL;
}
