// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/placing.h"

#include <dirent.h>
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

/* The node of memory that a CPU is on: /sys/devices/system/cpu/cpuN has a link node0, or another. -1: not known. */
static int node_of(int cpu)
{
	char path[64];
	struct dirent *entry;
	int node = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d", cpu);
	dir = opendir(path);
	while (dir && node < 0 && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "node%d", &node) != 1)
			node = -1;
	if (dir)
		closedir(dir);
	return node;
}

/* Those of this process with other memory than this one has. */
static void find_far(int cpu, cpu_set_t *far)
{
	int node = node_of(cpu);
	cpu_set_t all;

	CPU_ZERO(far);
	if (node < 0 || sched_getaffinity(getpid(), sizeof(all), &all))
		return;
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all) && node_of(i) >= 0 && node_of(i) != node)
			CPU_SET(i, far);
}

bool placing_able(const struct places *places, char *why, size_t why_size)
{
	cpu_set_t all, far;

	if (!places->by_queue || places->offset != PLACES_FAR)
		return true;
	if (!sched_getaffinity(getpid(), sizeof(all), &all)) {
		find_far(cpumask_nth(&all, 0), &far);
		if (CPU_COUNT(&far))
			return true;
	}
	snprintf(why, why_size,
		 "--cpu rxq-far: all CPUs of this process have the same node of memory, so that none is far from another");
	return false;
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
	if (offset == PLACES_FAR) {
		cpu_set_t far;

		find_far(cpu, &far);
		if (!CPU_COUNT(&far)) {
			snprintf(why, why_size,
				 "a CPU far from CPU %d (--cpu rxq-far): this process has none",
				 cpu);
			return -1;
		}
		cpu = cpumask_nth(&far, (unsigned int)(cpu % CPU_COUNT(&far)));
	} else {
		cpu = further(cpu, offset);
	}
	if (p->followed && cpu == p->cpu)
		return 0;
	p->followed = true;
	p->cpu = cpu;
	return placing_on(thread, cpu, why, why_size);
}
