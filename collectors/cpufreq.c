// SPDX-License-Identifier: GPL-2.0-or-later
/* The frequency of every CPU, from cpufreq's sysfs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collectors/list.h"
#include "collectors/kit/cpus.h"
#include "collectors/kit/sysfs.h"

struct frequency {
	int fd; /* -1: has none */
	uint64_t khz;
};

struct cpufreq {
	const struct measurement *run;
	unsigned int bound; /* of CPUs */
	struct frequency *cpu;
};

/* False: the CPU has none, or is offline. */
static bool find(struct cpufreq *c, unsigned int cpu)
{
	struct frequency *f = &c->cpu[cpu];

	if (f->fd < 0)
		f->fd = sysfs_open("/sys/devices/system/cpu/cpu%u/cpufreq/scaling_cur_freq", cpu);
	return f->fd >= 0;
}

static int cpufreq_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct cpufreq *c = calloc(1, sizeof(*c));
	bool any = false;

	*state = c;
	if (c) {
		c->bound = cpus_bound();
		c->cpu = calloc(c->bound, sizeof(*c->cpu));
	}
	if (!c || !c->cpu) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->run = run;
	for (unsigned int cpu = 0; cpu < c->bound; cpu++)
		c->cpu[cpu].fd = -1;
	for (unsigned int cpu = 0; cpu < c->bound; cpu++)
		any |= find(c, cpu);
	*means = "scaling_cur_freq in sysfs, at the window's end";
	if (any)
		return 0;
	snprintf(why, why_size,
		 "no CPU has /sys/devices/system/cpu/cpuN/cpufreq: no driver sets frequencies here, as in a virtual machine, where the host does");
	return -1;
}

/* At the end only, when the load has been there for the whole window; of CPUs that came too. */
static int cpufreq_snapshot(void *state, enum edge edge)
{
	struct cpufreq *c = state;

	for (unsigned int cpu = 0; cpu < c->bound && edge == EDGE_CLOSE; cpu++)
		if (!find(c, cpu) || sysfs_u64(c->cpu[cpu].fd, &c->cpu[cpu].khz))
			c->cpu[cpu].khz = 0;
	return 0;
}

static void cpufreq_emit(void *state, struct writer *w)
{
	const struct cpufreq *c = state;
	bool any = false;
	char key[16];

	for (unsigned int cpu = 0; cpu < c->bound; cpu++) {
		/* The kernel says 0 or <unknown> of a CPU that it cannot ask. */
		if (!c->cpu[cpu].khz)
			continue;
		any = true;
		snprintf(key, sizeof(key), "%u", cpu);
		writer_u64(w, WINDOW, target_of_cpu(c->run->target, (int)cpu),
			   METRIC_cpufreq_frequency, key, c->cpu[cpu].khz);
	}
	if (!any)
		writer_absent(w, END_HOST, "cpufreq",
			      "scaling_cur_freq of no CPU held a frequency at the window's end: the driver cannot ask them");
}

static void cpufreq_close(void *state)
{
	struct cpufreq *c = state;

	if (!c)
		return;
	for (unsigned int cpu = 0; c->cpu && cpu < c->bound; cpu++)
		if (c->cpu[cpu].fd >= 0)
			close(c->cpu[cpu].fd);
	free(c->cpu);
	free(c);
}

const struct collector_ops cpufreq_collector = {
	.source = "cpufreq",
	.what = "frequency of every CPU",
	.hardware = true,
	.open = cpufreq_open,
	.snapshot = cpufreq_snapshot,
	.emit = cpufreq_emit,
	.repeats = true,
	.close = cpufreq_close,
};
