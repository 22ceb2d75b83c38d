// SPDX-License-Identifier: GPL-2.0-or-later
/* The frequency of every CPU, from cpufreq's sysfs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collectors/list.h"
#include "collectors/kit/sysfs.h"

struct cpufreq {
	const struct measurement *run;
	int fd[CPU_SETSIZE]; /* -1: has no frequency */
	uint64_t khz[CPU_SETSIZE];
};

static int cpufreq_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct cpufreq *c = calloc(1, sizeof(*c));
	bool any = false;

	*state = c;
	if (!c) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->run = run;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		c->fd[cpu] =
			sysfs_open("/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", cpu);
		any = any || c->fd[cpu] >= 0;
	}
	*means = "scaling_cur_freq in sysfs, at the window's end";
	if (any)
		return 0;
	snprintf(why, why_size,
		 "no CPU has /sys/devices/system/cpu/cpuN/cpufreq: no driver sets frequencies here, as in a virtual machine, where the host does");
	return -1;
}

/* At the end only, when the load has been there for the whole window. */
static int cpufreq_snapshot(void *state, enum edge edge)
{
	struct cpufreq *c = state;

	for (int cpu = 0; cpu < CPU_SETSIZE && edge == EDGE_CLOSE; cpu++)
		if (c->fd[cpu] >= 0 && sysfs_u64(c->fd[cpu], &c->khz[cpu]))
			c->khz[cpu] = 0;
	return 0;
}

static void cpufreq_emit(void *state, struct writer *w)
{
	const struct cpufreq *c = state;
	char key[16];

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		/* The kernel says 0 or <unknown> of a CPU that it cannot ask. */
		if (!c->khz[cpu])
			continue;
		snprintf(key, sizeof(key), "%d", cpu);
		writer_u64(w, WINDOW, target_of_cpu(c->run->target, cpu), METRIC_cpufreq_frequency,
			   key, c->khz[cpu]);
	}
}

static void cpufreq_close(void *state)
{
	struct cpufreq *c = state;

	if (!c)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (c->fd[cpu] >= 0)
			close(c->fd[cpu]);
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
