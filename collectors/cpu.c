// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPU time: of every CPU from /proc/stat, of every thread of the ends and of ksoftirqd by
 * cpu_threads.c. The first is counted in ticks where the kernel has no VIRT_CPU_ACCOUNTING, the second
 * in nanoseconds, but is brought up to date only at ticks and switches.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/cpu_threads.h"
#include "collectors/kit/sysfs.h"

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };

struct moment {
	struct timespec at;
	char *stat; /* the text of /proc/stat, taken apart only after the window */
	size_t stat_room;
};

struct cpu {
	const struct measurement *run;
	int stat;
	pid_t ksoftirqd[CPU_SETSIZE]; /* 0: not of this run */
	struct moment moment[EDGE_COUNT];
	struct cpu_threads *threads;
};

/* ---- open ---- */

static bool is_of_run(const struct measurement *run, int cpu)
{
	bool placed = run->target[END_RX].cpus_known && run->target[END_TX].cpus_known;

	return !placed || CPU_ISSET(cpu, &run->target[END_RX].cpus) ||
	       CPU_ISSET(cpu, &run->target[END_TX].cpus);
}

static void find_ksoftirqd(struct cpu *c)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char name[32];
		int cpu;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (sysfs_text(name, sizeof(name), "/proc/%s/comm", entry->d_name) ||
		    sscanf(name, "ksoftirqd/%d", &cpu) != 1 || cpu < 0 || cpu >= CPU_SETSIZE)
			continue;
		if (is_of_run(c->run, cpu))
			c->ksoftirqd[cpu] = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static int cpu_open(void **state, const struct measurement *run, const char **means, char *why,
		    size_t why_size)
{
	struct cpu *c = calloc(1, sizeof(*c));

	*state = c;
	if (!c) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->run = run;
	c->threads = cpu_threads_new(run);
	if (!c->threads) {
		c->stat = -1;
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->stat = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	if (c->stat < 0) {
		snprintf(why, why_size, "cannot open /proc/stat: %s", strerror(errno));
		return -1;
	}
	find_ksoftirqd(c);
	*means = access("/proc/self/schedstat", R_OK) ? "/proc/stat" : "/proc/stat and schedstat";
	return 0;
}

/* ---- snapshot ---- */

static int read_stat(int fd, struct moment *m)
{
	size_t len = 0;
	ssize_t n;

	if (!m->stat) {
		/* A line per CPU comes first; the interrupts behind them do not matter. */
		m->stat_room = 4096 + 256 * (size_t)sysconf(_SC_NPROCESSORS_CONF);
		m->stat = malloc(m->stat_room);
		if (!m->stat)
			return -1;
	}
	while (len < m->stat_room - 1 &&
	       (n = pread(fd, m->stat + len, m->stat_room - 1 - len, len)) > 0)
		len += n;
	m->stat[len] = '\0';
	return len ? 0 : -1;
}

static int cpu_snapshot(void *state, enum edge edge)
{
	struct cpu *c = state;
	struct moment *m = &c->moment[edge];
	int result;

	clock_gettime(CLOCK_MONOTONIC, &m->at);
	result = read_stat(c->stat, m);
	if (!result)
		result = cpu_threads_read(c->threads, edge);
	for (int cpu = 0; cpu < CPU_SETSIZE && !result; cpu++)
		if (c->ksoftirqd[cpu])
			result = cpu_threads_kernel(c->threads, edge, c->ksoftirqd[cpu],
						    target_of_cpu(c->run->target, cpu));
	return result;
}

/* ---- emit ---- */

/* The line of one CPU, as nanoseconds; the rest of the text, or NULL where there is no more. */
static const char *take_cpu(const char *text, int *cpu, uint64_t ns[FIELDS])
{
	const uint64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	unsigned long long f[FIELDS];

	/* The first line, "cpu " alone, is the sum of the others. */
	if (!strncmp(text, "cpu ", 4))
		text += strcspn(text, "\n") + 1;
	if (sscanf(text, "cpu%d %llu %llu %llu %llu %llu %llu %llu %llu", cpu, &f[USER], &f[NICE],
		   &f[SYSTEM], &f[IDLE], &f[IOWAIT], &f[IRQ], &f[SOFTIRQ], &f[STEAL]) != FIELDS + 1)
		return NULL;
	for (int i = 0; i < FIELDS; i++)
		ns[i] = f[i] * tick_ns;
	text = strchr(text, '\n');
	return text ? text + 1 : NULL;
}

struct sums {
	double end_ns[END_COUNT];
	bool end_has[END_COUNT];
	double elsewhere_ns;
	bool elsewhere_has;
};

/* A CPU that no end was placed on is a bystander's only if every end here was placed. */
static bool is_elsewhere(const struct measurement *run, int cpu)
{
	for (int end = END_RX; end <= END_TX; end++) {
		const struct target *t = &run->target[end];

		if (target_here(t) && (!t->cpus_known || CPU_ISSET(cpu, &t->cpus)))
			return false;
	}
	return true;
}

static void add_busy(const struct measurement *run, struct sums *sums, int cpu,
		     const uint64_t ns[FIELDS])
{
	uint64_t busy = ns[USER] + ns[NICE] + ns[SYSTEM] + ns[IRQ] + ns[SOFTIRQ];
	enum record_end end = target_of_cpu(run->target, cpu);

	if (is_elsewhere(run, cpu)) {
		sums->elsewhere_ns += busy;
		sums->elsewhere_has = true;
	} else {
		sums->end_ns[end] += busy;
		sums->end_has[end] = true;
	}
}

static void emit_cpu(struct writer *w, enum record_end end, int cpu, const uint64_t ns[FIELDS],
		     double window_ns)
{
	double unaccounted = window_ns;
	char key[16];

	for (int i = 0; i < FIELDS; i++)
		unaccounted -= ns[i];

	snprintf(key, sizeof(key), "%d", cpu);
	writer_u64(w, WINDOW, end, METRIC_cpu_user, key, ns[USER] + ns[NICE]);
	writer_u64(w, WINDOW, end, METRIC_cpu_system, key, ns[SYSTEM]);
	writer_u64(w, WINDOW, end, METRIC_cpu_irq, key, ns[IRQ]);
	writer_u64(w, WINDOW, end, METRIC_cpu_softirq, key, ns[SOFTIRQ]);
	writer_u64(w, WINDOW, end, METRIC_cpu_iowait, key, ns[IOWAIT]);
	writer_u64(w, WINDOW, end, METRIC_cpu_idle, key, ns[IDLE]);
	writer_u64(w, WINDOW, end, METRIC_cpu_steal, key, ns[STEAL]);
	/* Ticks are counted whole, so the sum may be the longer one. */
	writer_u64(w, WINDOW, end, METRIC_cpu_unaccounted, key,
		   unaccounted > 0 ? (uint64_t)unaccounted : 0);
}

static void emit_cpus(const struct cpu *c, struct writer *w)
{
	const struct moment *m = c->moment;
	double window = (m[EDGE_CLOSE].at.tv_sec - m[EDGE_OPEN].at.tv_sec) * 1e9 +
			(m[EDGE_CLOSE].at.tv_nsec - m[EDGE_OPEN].at.tv_nsec);
	const char *opened = m[EDGE_OPEN].stat;
	const char *closed = m[EDGE_CLOSE].stat;
	uint64_t before[FIELDS];
	uint64_t after[FIELDS];
	struct sums sums = {0};
	int cpu, cpu_after;

	while ((opened = take_cpu(opened, &cpu, before))) {
		/* A CPU that came or went in the window has no difference. */
		do {
			closed = take_cpu(closed, &cpu_after, after);
		} while (closed && cpu_after < cpu);
		if (!closed || cpu_after != cpu)
			break;
		/* idle and iowait may run backwards a little (proc(5)): never below nothing. */
		for (int i = 0; i < FIELDS; i++)
			after[i] = after[i] > before[i] ? after[i] - before[i] : 0;
		add_busy(c->run, &sums, cpu, after);
		emit_cpu(w,
			 is_elsewhere(c->run, cpu) ? END_HOST : target_of_cpu(c->run->target, cpu),
			 cpu, after, window);
	}
	for (int end = 0; end < END_COUNT; end++)
		if (sums.end_has[end])
			writer_f64(w, WINDOW, end, METRIC_cpu_busy, NULL,
				   100 * sums.end_ns[end] / window);
	if (sums.elsewhere_has)
		writer_f64(w, WINDOW, END_HOST, METRIC_cpu_elsewhere, NULL,
			   100 * sums.elsewhere_ns / window);
}

static void cpu_emit(void *state, struct writer *w)
{
	const struct cpu *c = state;

	emit_cpus(c, w);
	cpu_threads_emit(c->threads, w);
}

static void cpu_close(void *state)
{
	struct cpu *c = state;

	if (!c)
		return;
	for (int edge = 0; edge < EDGE_COUNT; edge++)
		free(c->moment[edge].stat);
	cpu_threads_free(c->threads);
	if (c->stat >= 0)
		close(c->stat);
	free(c);
}

const struct collector_ops cpu_collector = {
	.source = "cpu",
	.what = "CPU time of every CPU, and of the threads of the ends",
	.open = cpu_open,
	.snapshot = cpu_snapshot,
	.emit = cpu_emit,
	.repeats = true,
	.close = cpu_close,
};
