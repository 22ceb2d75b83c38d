// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/bystand.h"

#include <sched.h>

/* Whether any CPU is left. */
static bool leave_to_ends(const struct measurement *run, cpu_set_t *free_cpus)
{
	for (int end = END_RX; end <= END_TX; end++) {
		const struct target *t = &run->target[end];

		if (target_here(t) && !t->cpus_known)
			return false;
		for (int cpu = 0; target_here(t) && cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &t->cpus))
				CPU_CLR(cpu, free_cpus);
	}
	return CPU_COUNT(free_cpus);
}

void bystand(struct bystander *b, const struct measurement *run)
{
	const struct sched_param least = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};
	cpu_set_t free_cpus;

	b->moved = false;
	if (!sched_getaffinity(0, sizeof(b->usual), &b->usual)) {
		free_cpus = b->usual;
		b->moved = leave_to_ends(run, &free_cpus) &&
			   !sched_setaffinity(0, sizeof(free_cpus), &free_cpus);
	}
	/*
	 * It sleeps but for a moment at each edge and once a second. Where both CPUs of a small
	 * machine are busy, an ordinary thread would be late for the edges by several ms.
	 */
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &least);
}

void bystand_no_more(const struct bystander *b)
{
	const struct sched_param none = {0};

	sched_setscheduler(0, SCHED_OTHER, &none);
	if (b->moved)
		sched_setaffinity(0, sizeof(b->usual), &b->usual);
}
