// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/perf_cpus.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel writes it for PERF_FORMAT_GROUP with both times. */
struct group_read {
	uint64_t count;
	uint64_t enabled_ns;
	uint64_t running_ns;
	uint64_t value[2];
};

struct pair {
	int fd[2]; /* -1: cannot be counted here; read by the first that is none */
	struct group_read read[EDGE_COUNT];
};

struct perf_cpus {
	int cpus;
	size_t pairs;
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

static void open_pair(struct pair *pair, const struct perf_kind kinds[2], int cpu)
{
	pair->fd[0] = open_event(&kinds[0], cpu, -1);
	pair->fd[1] = -1;
	if (pair->fd[0] < 0 && errno == ENODEV)
		return; /* the CPU is offline */
	pair->fd[1] = open_event(&kinds[1], cpu, pair->fd[0]);
}

struct perf_cpus *perf_cpus_open(const struct perf_kind (*pairs)[2], size_t count, int *error)
{
	struct perf_cpus *p = calloc(1, sizeof(*p));
	bool any = false;

	*error = ENOMEM;
	if (!p)
		return NULL;
	p->pairs = count;
	p->pair = calloc((size_t)sysconf(_SC_NPROCESSORS_CONF) * count, sizeof(*p->pair));
	if (!p->pair) {
		perf_cpus_close(p);
		return NULL;
	}
	for (; p->cpus < sysconf(_SC_NPROCESSORS_CONF); p->cpus++)
		for (size_t i = 0; i < count; i++) {
			struct pair *pair = &p->pair[(size_t)p->cpus * count + i];

			open_pair(pair, pairs[i], p->cpus);
			if (!i && pair->fd[0] < 0 && !any)
				*error = errno;
			any = any || (!i && pair->fd[0] >= 0);
		}
	if (any)
		return p;
	perf_cpus_close(p);
	return NULL;
}

int perf_cpus_count(const struct perf_cpus *p)
{
	return p->cpus;
}

int perf_cpus_read(struct perf_cpus *p, enum edge edge)
{
	int result = 0;

	for (size_t i = 0; i < (size_t)p->cpus * p->pairs; i++) {
		struct pair *pair = &p->pair[i];
		int fd = pair->fd[0] >= 0 ? pair->fd[0] : pair->fd[1];

		if (fd >= 0 && read(fd, &pair->read[edge], sizeof(pair->read[edge])) <
				       (ssize_t)offsetof(struct group_read, value[1]))
			result = -1;
	}
	return result;
}

bool perf_cpus_value(const struct perf_cpus *p, int cpu, size_t pair, int which, double *value,
		     double *share)
{
	const struct pair *of = &p->pair[(size_t)cpu * p->pairs + pair];
	const struct group_read *opened = &of->read[EDGE_OPEN];
	const struct group_read *closed = &of->read[EDGE_CLOSE];
	double enabled = (double)(closed->enabled_ns - opened->enabled_ns);
	double running = (double)(closed->running_ns - opened->running_ns);
	/* Without the first the second is alone in its group. */
	int at = of->fd[0] >= 0 ? which : 0;

	*share = 0;
	if (of->fd[which] < 0 || enabled <= 0 || running <= 0)
		return false;
	*share = running / enabled;
	*value = (double)(closed->value[at] - opened->value[at]) / *share;
	return true;
}

void perf_cpus_close(struct perf_cpus *p)
{
	if (!p)
		return;
	for (size_t i = 0; p->pair && i < (size_t)p->cpus * p->pairs; i++)
		for (int which = 0; which < 2; which++)
			if (p->pair[i].fd[which] >= 0)
				close(p->pair[i].fd[which]);
	free(p->pair);
	free(p);
}
