// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/placing.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cpumask.h"

int placing_on(pthread_t thread, int cpu, char *why, size_t why_size)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (!pthread_setaffinity_np(thread, sizeof(one), &one))
		return 0;
	snprintf(why, why_size,
		 "CPU %d: this machine or its cpuset lacks it; see 'nproc' and give others with --cpu",
		 cpu);
	return -1;
}

/* Among the CPUs that this process may use; its control thread is bound to none. */
static int further(int cpu, int offset)
{
	cpu_set_t all;
	int count, before = 0;

	if (!offset || sched_getaffinity(getpid(), sizeof(all), &all))
		return cpu;
	count = CPU_COUNT(&all);
	for (int i = 0; i < cpu; i++)
		before += CPU_ISSET(i, &all) != 0;
	return cpumask_nth(&all, (unsigned int)(((before + offset) % count + count) % count));
}

int placing_follow(struct placing *p, pthread_t thread, int fd, int offset, char *why,
		   size_t why_size)
{
	int cpu;

	serving_look(&p->serving, fd);
	cpu = serving_cpu(&p->serving);
	if (cpu < 0) {
		snprintf(why, why_size,
			 "the CPU that receives it (--cpu rxq): the kernel does not say which; give --cpu CPUS");
		return -1;
	}
	cpu = further(cpu, offset);
	if (p->followed && cpu == p->cpu)
		return 0;
	p->followed = true;
	p->cpu = cpu;
	return placing_on(thread, cpu, why, why_size);
}
