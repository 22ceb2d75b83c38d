// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPU time: of every CPU from /proc/stat, of every thread of the ends and of ksoftirqd by
 * cpu_threads.c. C is what was not idle, for idle time is measured; of what kind it was is counted in ticks
 * where the kernel has no VIRT_CPU_ACCOUNTING. Of threads it is nanoseconds, brought up to date only at ticks
 * and switches.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "collectors/collector.h"
#include "collectors/cpu_threads.h"
#include "collectors/kit/cpus.h"
#include "collectors/kit/proc_stat.h"
#include "collectors/kit/sysfs.h"

struct moment {
	struct timespec at;
	char *stat; /* the text of /proc/stat, taken apart only after the window */
	size_t stat_room;
};

struct cpu {
	const struct measurement *run;
	int stat;
	struct hotplug hotplug;
	bool hotplug_said;
	pid_t *ksoftirqd; /* by CPU; 0: not of this run */
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
		unsigned int cpu;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (sysfs_text(name, sizeof(name), "/proc/%s/comm", entry->d_name) ||
		    sscanf(name, "ksoftirqd/%u", &cpu) != 1 || cpu >= c->hotplug.bound)
			continue;
		if (is_of_run(c->run, (int)cpu))
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
	c->stat = -1;
	c->threads = cpu_threads_new(run);
	if (!hotplug_open(&c->hotplug))
		c->ksoftirqd = calloc(c->hotplug.bound, sizeof(*c->ksoftirqd));
	if (!c->threads || !c->ksoftirqd) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	c->stat = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	if (c->stat < 0) {
		snprintf(why, why_size, "cannot open /proc/stat: %s", strerror(errno));
		return -1;
	}
	find_ksoftirqd(c);
	*means = access("/proc/self/schedstat", R_OK) ? "idle time of /proc/stat"
						      : "idle time of /proc/stat, schedstat";
	return 0;
}

/* ---- snapshot ---- */

static int read_stat(const struct cpu *c, struct moment *m)
{
	size_t len = 0;
	ssize_t n;

	if (!m->stat) {
		/* A line per CPU comes first; the interrupts behind them do not matter. */
		m->stat_room = proc_stat_room(c->hotplug.bound);
		m->stat = malloc(m->stat_room);
		if (!m->stat)
			return -1;
	}
	while (len < m->stat_room - 1 &&
	       (n = pread(c->stat, m->stat + len, m->stat_room - 1 - len, len)) > 0)
		len += n;
	m->stat[len] = '\0';
	return len ? 0 : -1;
}

static int cpu_snapshot(void *state, enum edge edge)
{
	struct cpu *c = state;
	struct moment *m = &c->moment[edge];
	int result;

	hotplug_look(&c->hotplug);
	clock_gettime(CLOCK_MONOTONIC, &m->at);
	result = read_stat(c, m);
	if (!result)
		result = cpu_threads_read(c->threads, edge);
	for (unsigned int cpu = 0; cpu < c->hotplug.bound && !result; cpu++)
		if (c->ksoftirqd[cpu])
			result = cpu_threads_kernel(c->threads, edge, c->ksoftirqd[cpu],
						    target_of_cpu(c->run->target, (int)cpu));
	return result;
}

/* ---- emit ---- */

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

static void add_busy(const struct measurement *run, struct sums *sums, unsigned int cpu, double ns)
{
	enum record_end end = target_of_cpu(run->target, (int)cpu);

	if (is_elsewhere(run, (int)cpu)) {
		sums->elsewhere_ns += ns;
		sums->elsewhere_has = true;
	} else {
		sums->end_ns[end] += ns;
		sums->end_has[end] = true;
	}
}

static enum record_end end_of_cpu(const struct measurement *run, unsigned int cpu)
{
	return is_elsewhere(run, (int)cpu) ? END_HOST : target_of_cpu(run->target, (int)cpu);
}

static void emit_work(struct writer *w, enum record_end end, const char *key,
		      const uint64_t ns[STAT_FIELDS])
{
	writer_u64(w, WINDOW, end, METRIC_cpu_user, key, ns[STAT_USER] + ns[STAT_NICE]);
	writer_u64(w, WINDOW, end, METRIC_cpu_system, key, ns[STAT_SYSTEM]);
	writer_u64(w, WINDOW, end, METRIC_cpu_irq, key, ns[STAT_IRQ]);
	writer_u64(w, WINDOW, end, METRIC_cpu_softirq, key, ns[STAT_SOFTIRQ]);
	writer_u64(w, WINDOW, end, METRIC_cpu_steal, key, ns[STAT_STEAL]);
}

static void emit_whole(struct writer *w, enum record_end end, const char *key,
		       const struct stat_cpu *cpu, double window_ns)
{
	const uint64_t *ns = cpu->ns;
	double unaccounted = proc_stat_awake_ns(cpu, window_ns) - (double)proc_stat_busy_ns(ns);

	emit_work(w, end, key, ns);
	writer_u64(w, WINDOW, end, METRIC_cpu_iowait, key, ns[STAT_IOWAIT]);
	writer_u64(w, WINDOW, end, METRIC_cpu_idle, key, ns[STAT_IDLE]);
	/* Ticks are counted whole, so the sum may be the longer one. */
	writer_u64(w, WINDOW, end, METRIC_cpu_unaccounted, key,
		   unaccounted > 0 ? (uint64_t)unaccounted : 0);
}

/*
 * Of CPUs that came or went it is known what they did together. If they are of several ends, it is
 * not known whose that was: then the sums of these ends are not known either.
 */
static void add_changed(const struct measurement *run, struct sums *sums,
			const struct proc_stat *stat)
{
	double busy = (double)proc_stat_busy_ns(stat->changed_ns);
	struct sums of_changed = {0};
	int sides = 0;

	for (unsigned int cpu = 0; cpu < stat->bound; cpu++)
		if (stat->cpu[cpu].presence == STAT_AT_ONE) {
			add_busy(run, &of_changed, cpu, busy);
			busy = 0;
		}
	for (int end = 0; end < END_COUNT; end++)
		sides += of_changed.end_has[end];
	sides += of_changed.elsewhere_has;
	for (int end = 0; end < END_COUNT; end++) {
		sums->end_ns[end] += of_changed.end_ns[end];
		if (of_changed.end_has[end])
			sums->end_has[end] = sides == 1;
	}
	sums->elsewhere_ns += of_changed.elsewhere_ns;
	if (of_changed.elsewhere_has)
		sums->elsewhere_has = sides == 1;
}

/*
 * What is counted in ticks says little of a window of few: 45 ms are four of them at 100 a second, and a CPU that
 * worked for all of it may be billed for none.
 */
#define TICKS_LEAST 10

static void emit_sums(const struct sums *sums, struct writer *w, double window)
{
	double tick = 1e9 / (double)sysconf(_SC_CLK_TCK);
	char why[160];

	if (window < TICKS_LEAST * tick) {
		snprintf(why, sizeof(why),
			 "the window of %.0f ms is too short for it: the kernel bills CPUs by ticks of %.0f ms; make it %.0f ms or longer",
			 window / 1e6, tick / 1e6, TICKS_LEAST * tick / 1e6);
		writer_absent(w, END_HOST, "C", why);
		return;
	}
	for (int end = 0; end < END_COUNT; end++)
		if (sums->end_has[end])
			writer_f64(w, WINDOW, end, METRIC_cpu_busy, NULL,
				   100 * fmax(sums->end_ns[end], 0) / window);
	if (sums->elsewhere_has)
		writer_f64(w, WINDOW, END_HOST, METRIC_cpu_elsewhere, NULL,
			   100 * fmax(sums->elsewhere_ns, 0) / window);
}

static void emit_cpus(const struct cpu *c, struct writer *w, const struct proc_stat *stat)
{
	const struct moment *m = c->moment;
	double window = (m[EDGE_CLOSE].at.tv_sec - m[EDGE_OPEN].at.tv_sec) * 1e9 +
			(m[EDGE_CLOSE].at.tv_nsec - m[EDGE_OPEN].at.tv_nsec);
	struct sums sums = {0};

	for (unsigned int cpu = 0; cpu < stat->bound; cpu++) {
		const struct stat_cpu *of = &stat->cpu[cpu];
		enum record_end end = end_of_cpu(c->run, cpu);
		char key[16];

		snprintf(key, sizeof(key), "%u", cpu);
		if (of->presence == STAT_AT_BOTH && hotplug_changes(&c->hotplug, cpu)) {
			add_busy(c->run, &sums, cpu, (double)proc_stat_busy_ns(of->ns));
			emit_work(w, end, key, of->ns);
		} else if (of->presence == STAT_AT_BOTH) {
			add_busy(c->run, &sums, cpu, proc_stat_awake_ns(of, window));
			emit_whole(w, end, key, of, window);
		} else if (of->presence == STAT_AT_ONE && stat->changed == 1) {
			emit_work(w, end, key, stat->changed_ns);
		}
	}
	add_changed(c->run, &sums, stat);
	emit_sums(&sums, w, window);
}

static void emit_hotplug(struct cpu *c, struct writer *w)
{
	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++) {
		unsigned int changes = hotplug_changes(&c->hotplug, cpu);
		char key[16];

		if (!changes)
			continue;
		snprintf(key, sizeof(key), "%u", cpu);
		writer_u64(w, WINDOW, end_of_cpu(c->run, cpu), METRIC_cpu_hotplug, key, changes);
		if (!c->hotplug_said)
			say_warning("CPU %u was taken down or brought up while it was measured: what was there is not in all figures",
				    cpu);
		c->hotplug_said = true;
	}
}

static void cpu_emit(void *state, struct writer *w)
{
	struct cpu *c = state;
	struct proc_stat stat;

	if (!proc_stat_between(&stat, c->moment[EDGE_OPEN].stat, c->moment[EDGE_CLOSE].stat,
			       c->hotplug.bound))
		emit_cpus(c, w, &stat);
	else
		writer_absent(w, END_HOST, "cpu", "no memory left for what the CPUs did");
	proc_stat_free(&stat);
	emit_hotplug(c, w);
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
	hotplug_close(&c->hotplug);
	free(c->ksoftirqd);
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
