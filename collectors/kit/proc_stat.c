// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/proc_stat.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line, as nanoseconds. */
struct stat_line {
	bool all; /* "cpu " alone: the sum of all CPUs */
	unsigned int cpu;
	uint64_t ns[STAT_FIELDS];
};

/* The rest of the text, or NULL where there is no further CPU. */
static const char *take_line(const char *text, struct stat_line *line)
{
	const uint64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	unsigned long long f[STAT_FIELDS];

	line->all = !strncmp(text, "cpu ", 4);
	if (!line->all && sscanf(text, "cpu%u", &line->cpu) != 1)
		return NULL;
	if (sscanf(text, "%*s %llu %llu %llu %llu %llu %llu %llu %llu", &f[STAT_USER],
		   &f[STAT_NICE], &f[STAT_SYSTEM], &f[STAT_IDLE], &f[STAT_IOWAIT], &f[STAT_IRQ],
		   &f[STAT_SOFTIRQ], &f[STAT_STEAL]) != STAT_FIELDS)
		return NULL;
	for (int i = 0; i < STAT_FIELDS; i++)
		line->ns[i] = f[i] * tick_ns;
	text = strchr(text, '\n');
	return text ? text + 1 : NULL;
}

/* idle and iowait may run backwards a little (proc(5)): never below nothing. */
static uint64_t grown(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static uint64_t slept(const uint64_t ns[STAT_FIELDS])
{
	return ns[STAT_IDLE] + ns[STAT_IOWAIT];
}

static void take_opened(struct proc_stat *s, const char *text, uint64_t all_ns[STAT_FIELDS])
{
	struct stat_line line;

	while ((text = take_line(text, &line))) {
		if (line.all) {
			memcpy(all_ns, line.ns, sizeof(line.ns));
		} else if (line.cpu < s->bound) {
			s->cpu[line.cpu].presence = STAT_AT_ONE;
			memcpy(s->cpu[line.cpu].ns, line.ns, sizeof(line.ns));
		}
	}
}

static void take_closed(struct proc_stat *s, const char *text, uint64_t all_ns[STAT_FIELDS])
{
	struct stat_line line;

	while ((text = take_line(text, &line))) {
		struct stat_cpu *of = !line.all && line.cpu < s->bound ? &s->cpu[line.cpu] : NULL;
		uint64_t *ns = line.all ? all_ns : of ? of->ns : NULL;

		if (of) {
			of->slept_ns = grown(slept(of->ns), slept(line.ns));
			of->presence++;
		}
		for (int i = 0; ns && i < STAT_FIELDS; i++)
			ns[i] = grown(ns[i], line.ns[i]);
	}
}

size_t proc_stat_room(unsigned int bound)
{
	return 4096 + 256 * (size_t)bound;
}

int proc_stat_between(struct proc_stat *s, const char *opened, const char *closed,
		      unsigned int bound)
{
	*s = (struct proc_stat){.bound = bound, .cpu = calloc(bound, sizeof(*s->cpu))};
	if (!s->cpu)
		return -1;
	take_opened(s, opened, s->changed_ns);
	take_closed(s, closed, s->changed_ns);
	for (unsigned int cpu = 0; cpu < bound; cpu++) {
		s->changed += s->cpu[cpu].presence == STAT_AT_ONE;
		for (int i = 0; s->cpu[cpu].presence == STAT_AT_BOTH && i < STAT_FIELDS; i++)
			s->changed_ns[i] = grown(s->cpu[cpu].ns[i], s->changed_ns[i]);
	}
	return 0;
}

double proc_stat_awake_ns(const struct stat_cpu *cpu, double window_ns)
{
	const double rounded_ns = 3e9 / (double)sysconf(_SC_CLK_TCK);

	double most = window_ns - (double)cpu->slept_ns, steal = (double)cpu->ns[STAT_STEAL];
	double awake = most - steal;

	/* What a guest waits for until it wakes is idle to itself, and stolen to its host: then ticks know of more. */
	if (steal > 0)
		awake = fmax(awake, fmin((double)proc_stat_busy_ns(cpu->ns), most));
	return fmax(awake, -rounded_ns);
}

uint64_t proc_stat_busy_ns(const uint64_t ns[STAT_FIELDS])
{
	return ns[STAT_USER] + ns[STAT_NICE] + ns[STAT_SYSTEM] + ns[STAT_IRQ] + ns[STAT_SOFTIRQ];
}

void proc_stat_free(struct proc_stat *s)
{
	free(s->cpu);
	*s = (struct proc_stat){0};
}
