// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPU time: of every CPU from /proc/stat, of every thread of the ends and of ksoftirqd from
 * schedstat. The first is counted in ticks where the kernel has no VIRT_CPU_ACCOUNTING, the second
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
#include "collectors/kit/sysfs.h"

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };

struct thread {
	pid_t tid;
	pid_t process; /* 0: ksoftirqd */
	enum record_end end;
	uint64_t ns;
	char name[16];
};

struct process {
	pid_t pid;
	enum record_end end;
	uint64_t ns; /* with all threads that ended; 0: not known */
};

struct moment {
	struct timespec at;
	char *stat; /* the text of /proc/stat, taken apart only after the window */
	size_t stat_room;
	struct thread *threads;
	size_t thread_count;
	size_t thread_room;
	struct process *processes;
	size_t process_count;
	bool failed;
};

struct cpu {
	const struct measurement *run;
	int stat;
	pid_t ksoftirqd[CPU_SETSIZE]; /* 0: not of this run */
	struct moment moment[EDGE_COUNT];
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

static int add_thread(struct moment *m, pid_t pid, pid_t tid, enum record_end end, bool kernel)
{
	struct thread *t;
	char text[64];
	unsigned long long ns;

	if (sysfs_text(text, sizeof(text), "/proc/%d/task/%d/schedstat", (int)pid, (int)tid) ||
	    sscanf(text, "%llu", &ns) != 1)
		return 0; /* it has just ended, or there is no schedstat */
	if (m->thread_count == m->thread_room) {
		size_t room = m->thread_room ? 2 * m->thread_room : 32;
		struct thread *grown = reallocarray(m->threads, room, sizeof(*grown));

		if (!grown)
			return -1;
		m->threads = grown;
		m->thread_room = room;
	}
	t = &m->threads[m->thread_count++];
	*t = (struct thread){.tid = tid, .process = kernel ? 0 : pid, .end = end, .ns = ns};
	if (sysfs_text(text, sizeof(text), "/proc/%d/task/%d/comm", (int)pid, (int)tid))
		strcpy(text, "?");
	snprintf(t->name, sizeof(t->name), "%.15s", text);
	return 0;
}

static int add_process(struct moment *m, enum record_end end, pid_t pid)
{
	struct process *grown = m->processes;
	clockid_t clock;

	/* Room is doubled where the count is a power of two. */
	if (!(m->process_count & (m->process_count - 1)))
		grown = reallocarray(grown, m->process_count ? 2 * m->process_count : 1,
				     sizeof(*grown));
	if (!grown)
		return -1;
	m->processes = grown;
	grown += m->process_count++;
	*grown = (struct process){.pid = pid, .end = end};
	if (!clock_getcpuclockid(pid, &clock))
		grown->ns = clock_of_ns(clock);
	return 0;
}

struct look {
	struct moment *moment;
	enum record_end end;
};

static void read_process(void *data, pid_t pid)
{
	struct look *look = data;
	struct dirent *entry;
	char path[40];
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	/* It ended inside the window: what the CPUs did is known all the same. */
	if (!dir) {
		look->moment->failed |= errno != ENOENT;
		return;
	}
	while (!result && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			result = add_thread(look->moment, pid, atoi(entry->d_name), look->end,
					    false);
	closedir(dir);
	if (result || add_process(look->moment, look->end, pid))
		look->moment->failed = true;
}

static int cpu_snapshot(void *state, enum edge edge)
{
	struct cpu *c = state;
	struct moment *m = &c->moment[edge];
	int result;

	m->thread_count = 0;
	m->process_count = 0;
	m->failed = false;
	clock_gettime(CLOCK_MONOTONIC, &m->at);
	result = read_stat(c->stat, m);
	for (int end = END_RX; end <= END_TX && !result; end++) {
		struct look look = {m, end};

		target_each(&c->run->target[end], read_process, &look);
		result = m->failed ? -1 : 0;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE && !result; cpu++)
		if (c->ksoftirqd[cpu])
			result = add_thread(m, c->ksoftirqd[cpu], c->ksoftirqd[cpu],
					    target_of_cpu(c->run->target, cpu), true);
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

static const struct thread *find_thread(const struct moment *m, pid_t tid)
{
	for (size_t i = 0; i < m->thread_count; i++)
		if (m->threads[i].tid == tid)
			return &m->threads[i];
	return NULL;
}

static const struct process *find_process(const struct moment *m, pid_t pid)
{
	for (size_t i = 0; i < m->process_count; i++)
		if (m->processes[i].pid == pid)
			return &m->processes[i];
	return NULL;
}

/* The process remembers what its ended threads used; schedstat does not. */
static void emit_ended(const struct cpu *c, struct writer *w, enum record_end end, uint64_t alive)
{
	const struct moment *opened = &c->moment[EDGE_OPEN];
	const struct moment *closed = &c->moment[EDGE_CLOSE];
	uint64_t whole = 0, gone = 0;
	bool known = true, ended = false;

	for (size_t i = 0; i < closed->process_count; i++) {
		const struct process *p = &closed->processes[i];
		const struct process *was = find_process(opened, p->pid);

		if (p->end != end)
			continue;
		known &= p->ns && (!was || was->ns);
		whole += p->ns - (was ? was->ns : 0);
	}
	for (size_t i = 0; i < opened->process_count; i++)
		gone += opened->processes[i].end == end &&
			!find_process(closed, opened->processes[i].pid);
	for (size_t i = 0; i < opened->thread_count; i++)
		ended |= opened->threads[i].end == end && opened->threads[i].process &&
			 find_process(closed, opened->threads[i].process) &&
			 !find_thread(closed, opened->threads[i].tid);
	if (known && ended && whole > alive)
		writer_u64(w, WINDOW, end, METRIC_cpu_thread, "(ended)", whole - alive);
	if (gone)
		writer_u64(w, WINDOW, end, METRIC_cpu_gone, NULL, gone);
}

static void emit_threads(const struct cpu *c, struct writer *w)
{
	const struct moment *closed = &c->moment[EDGE_CLOSE];
	uint64_t alive[END_COUNT] = {0};

	for (size_t i = 0; i < closed->thread_count; i++) {
		const struct thread *t = &closed->threads[i];
		const struct thread *was = find_thread(&c->moment[EDGE_OPEN], t->tid);
		uint64_t ns = t->ns - (was ? was->ns : 0);
		char key[40];

		snprintf(key, sizeof(key), "%s/%d", t->name, (int)t->tid);
		writer_u64(w, WINDOW, t->end, METRIC_cpu_thread, key, ns);
		if (t->process)
			alive[t->end] += ns;
	}
	for (int end = END_RX; end <= END_TX; end++)
		emit_ended(c, w, end, alive[end]);
}

static void cpu_emit(void *state, struct writer *w)
{
	const struct cpu *c = state;

	emit_cpus(c, w);
	emit_threads(c, w);
}

static void cpu_close(void *state)
{
	struct cpu *c = state;

	if (!c)
		return;
	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		free(c->moment[edge].stat);
		free(c->moment[edge].threads);
		free(c->moment[edge].processes);
	}
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
