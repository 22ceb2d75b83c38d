// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/perf_cpus.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/kit/cpus.h"

/* As the kernel writes it for PERF_FORMAT_GROUP with both times. */
struct group_read {
	uint64_t count;
	uint64_t enabled_ns;
	uint64_t running_ns;
	uint64_t value[2];
};

/* Of one event, without the other's value. */
#define ONE_VALUE offsetof(struct group_read, value[1])

struct pair {
	int fd[2]; /* -1: cannot be counted here; read by the first that is none */
	struct group_read read[EDGE_COUNT];
};

struct perf_cpus {
	const struct perf_kind (*kinds)[2];
	size_t pairs;
	struct hotplug hotplug;
	struct pair *pair; /* [cpu * pairs + pair] */
};

static int open_event(const struct perf_kind *kind, int cpu, int group)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = kind->type,
		.config = kind->config,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, group, PERF_FLAG_FD_CLOEXEC);
}

/* 0, or why the first cannot be counted. */
static int open_pair(struct pair *pair, const struct perf_kind kinds[2], int cpu)
{
	int error;

	pair->fd[0] = open_event(&kinds[0], cpu, -1);
	pair->fd[1] = -1;
	error = pair->fd[0] < 0 ? errno : 0;
	if (error != ENODEV) /* else the CPU is offline */
		pair->fd[1] = open_event(&kinds[1], cpu, pair->fd[0]);
	return error;
}

static struct pair *pair_of(const struct perf_cpus *p, unsigned int cpu, size_t pair)
{
	return &p->pair[cpu * p->pairs + pair];
}

/* 0, or why the first pair's first event cannot be counted. */
static int open_cpu(struct perf_cpus *p, unsigned int cpu)
{
	int error = 0;

	for (size_t i = p->pairs; i--;)
		error = open_pair(pair_of(p, cpu, i), p->kinds[i], (int)cpu);
	return error;
}

static void close_cpu(struct perf_cpus *p, unsigned int cpu)
{
	for (size_t i = 0; i < p->pairs; i++)
		for (int which = 0; which < 2; which++) {
			struct pair *pair = pair_of(p, cpu, i);

			if (pair->fd[which] >= 0)
				close(pair->fd[which]);
			pair->fd[which] = -1;
		}
}

struct perf_cpus *perf_cpus_open(const struct perf_kind (*pairs)[2], size_t count, int *error)
{
	struct perf_cpus *p = calloc(1, sizeof(*p));
	bool any = false;

	*error = ENOMEM;
	if (!p || hotplug_open(&p->hotplug)) {
		free(p);
		return NULL;
	}
	p->kinds = pairs;
	p->pairs = count;
	p->pair = calloc(p->hotplug.bound * count, sizeof(*p->pair));
	for (unsigned int cpu = 0; p->pair && cpu < p->hotplug.bound; cpu++) {
		int refused = open_cpu(p, cpu);

		if (refused && !any)
			*error = refused;
		any = any || !refused;
	}
	if (any)
		return p;
	perf_cpus_close(p);
	return NULL;
}

unsigned int perf_cpus_bound(const struct perf_cpus *p)
{
	return p->hotplug.bound;
}

/* The events of a CPU that went do not come back with it, and one that came has none. */
static void open_changed(struct perf_cpus *p)
{
	for (unsigned int cpu = 0; cpu < p->hotplug.bound; cpu++)
		if (hotplug_changes(&p->hotplug, cpu)) {
			close_cpu(p, cpu);
			open_cpu(p, cpu);
		}
	hotplug_forget(&p->hotplug);
}

/* When its CPU goes, a group falls apart, and each event is left with what it has. */
static int read_apart(const struct pair *pair, struct group_read *r)
{
	struct group_read second;

	if (pair->fd[0] < 0 || pair->fd[1] < 0)
		return 0;
	if (read(pair->fd[1], &second, sizeof(second)) < (ssize_t)ONE_VALUE)
		return -1;
	r->value[1] = second.value[0];
	return 0;
}

static int read_pair(const struct pair *pair, struct group_read *r)
{
	int fd = pair->fd[0] >= 0 ? pair->fd[0] : pair->fd[1];

	if (fd < 0)
		return 0;
	if (read(fd, r, sizeof(*r)) < (ssize_t)ONE_VALUE)
		return -1;
	return r->count < 2 ? read_apart(pair, r) : 0;
}

int perf_cpus_read(struct perf_cpus *p, enum edge edge)
{
	int result = 0;

	hotplug_look(&p->hotplug);
	if (edge == EDGE_OPEN)
		open_changed(p);
	for (size_t i = 0; i < p->hotplug.bound * p->pairs; i++)
		if (read_pair(&p->pair[i], &p->pair[i].read[edge]))
			result = -1;
	return result;
}

/* Whoever went until the end did nothing from then on: all that he did was counted. */
static bool is_whole(const struct perf_cpus *p, unsigned int cpu)
{
	unsigned int changes = hotplug_changes(&p->hotplug, cpu);

	return !changes || (changes == 1 && !cpus_has(&p->hotplug.online, cpu));
}

bool perf_cpus_value(const struct perf_cpus *p, unsigned int cpu, size_t pair, int which,
		     double *value, double *share)
{
	const struct pair *of = pair_of(p, cpu, pair);
	const struct group_read *opened = &of->read[EDGE_OPEN];
	const struct group_read *closed = &of->read[EDGE_CLOSE];
	double enabled = (double)(closed->enabled_ns - opened->enabled_ns);
	double running = (double)(closed->running_ns - opened->running_ns);
	/* Without the first the second is alone in its group. */
	int at = of->fd[0] >= 0 ? which : 0;

	*share = 0;
	if (of->fd[which] < 0 || !is_whole(p, cpu) || enabled <= 0 || running <= 0)
		return false;
	*share = running / enabled;
	*value = (double)(closed->value[at] - opened->value[at]) / *share;
	return true;
}

void perf_cpus_close(struct perf_cpus *p)
{
	if (!p)
		return;
	for (unsigned int cpu = 0; p->pair && cpu < p->hotplug.bound; cpu++)
		close_cpu(p, cpu);
	hotplug_close(&p->hotplug);
	free(p->pair);
	free(p);
}
