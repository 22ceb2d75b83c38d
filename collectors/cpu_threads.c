// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads by schedstat, in nanoseconds, which is brought up to date at ticks and switches. What threads used
 * that have ended since, or that came and ended in between, is what the process or the cgroup remembers beyond
 * those that are there.
 */
#include "collectors/cpu_threads.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "collectors/kit/process.h"
#include "collectors/kit/sysfs.h"

struct thread {
	pid_t tid;
	pid_t process; /* 0: of the kernel */
	uint64_t start;
	enum record_end end;
	uint64_t ns;
	uint64_t wait_ns; /* it could run, and waited for a CPU */
	cpu_set_t may;	  /* run on; empty: not known */
	char name[16];
};

struct process {
	pid_t pid;
	uint64_t start;
	enum record_end end;
	uint64_t ns; /* with all threads that ended; 0: not known */
};

struct moment {
	uint64_t ticks;		/* when it was, as the start of a thread is told */
	struct thread *threads; /* by number, once all are there */
	size_t thread_count;
	struct process *processes;
	size_t process_count;
	uint64_t group_ns[END_COUNT]; /* of an end that is a cgroup; 0: not known */
	bool failed;
};

struct cpu_threads {
	const struct measurement *run;
	struct moment moment[EDGE_COUNT];
};

struct cpu_threads *cpu_threads_new(const struct measurement *run)
{
	struct cpu_threads *t = calloc(1, sizeof(*t));

	if (t)
		t->run = run;
	return t;
}

/* ---- snapshot ---- */

/* Room for one more, which is doubled where the count is a power of two; NULL: there is none. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	return reallocarray(list, count ? 2 * count : 1, size);
}

/* One that has just ended is no failure; not to be able to look at one that is there is. */
static bool is_there(struct moment *m, bool read)
{
	m->failed |= !read && errno && errno != ENOENT && errno != ESRCH && errno != EINVAL;
	return read;
}

static void add_thread(struct moment *m, pid_t pid, pid_t tid, enum record_end end, bool kernel)
{
	struct process_stat stat;
	unsigned long long ns, wait_ns;
	struct thread *grown;
	char text[64];

	errno = 0; /* nor is a file without a byte */
	if (!is_there(m, !process_stat(pid, tid, &stat)) ||
	    !is_there(m, !sysfs_text(text, sizeof(text), "/proc/%d/task/%d/schedstat", (int)pid,
				     (int)tid)) ||
	    sscanf(text, "%llu %llu", &ns, &wait_ns) != 2)
		return;
	grown = grow(m->threads, m->thread_count, sizeof(*grown));
	if (!grown) {
		m->failed = true;
		return;
	}
	m->threads = grown;
	grown += m->thread_count++;
	*grown = (struct thread){
		.tid = tid,
		.process = kernel ? 0 : pid,
		.start = stat.start,
		.end = end,
		.ns = ns,
		.wait_ns = wait_ns,
	};
	memcpy(grown->name, stat.name, sizeof(grown->name));
	/* As taskset set it, within what cpusets and the CPUs that are there leave of that. */
	if (!kernel && sched_getaffinity(tid, sizeof(grown->may), &grown->may))
		CPU_ZERO(&grown->may);
}

struct look {
	struct moment *moment;
	enum record_end end;
};

static void take_thread(void *data, pid_t pid, pid_t tid)
{
	const struct look *look = data;

	add_thread(look->moment, pid, tid, look->end, false);
}

static void take_process(void *data, pid_t pid)
{
	const struct look *look = data;
	struct moment *m = look->moment;
	struct process_stat stat;
	struct process *grown;
	clockid_t clock;

	errno = 0;
	if (!is_there(m, !process_stat(pid, pid, &stat)))
		return;
	grown = grow(m->processes, m->process_count, sizeof(*grown));
	if (!grown) {
		m->failed = true;
		return;
	}
	m->processes = grown;
	grown += m->process_count++;
	*grown = (struct process){.pid = pid, .start = stat.start, .end = look->end};
	if (!clock_getcpuclockid(pid, &clock))
		grown->ns = clock_of_ns(clock);
}

/* cgroup-v2.rst: there without any controller. */
static uint64_t group_ns(const struct target *t)
{
	char path[sizeof(t->path) + 16], line[128];
	unsigned long long us = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/cpu.stat", t->path);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "usage_usec %llu", &us) == 1)
			break;
	if (in)
		fclose(in);
	return 1000 * us;
}

static int by_tid(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

int cpu_threads_read(struct cpu_threads *t, enum edge edge)
{
	struct moment *m = &t->moment[edge];

	m->thread_count = 0;
	m->process_count = 0;
	m->failed = false;
	m->ticks = clock_of_ns(CLOCK_BOOTTIME) / (1000000000 / sysconf(_SC_CLK_TCK));
	for (int end = END_RX; end <= END_TX; end++) {
		const struct target *target = &t->run->target[end];
		struct look look = {m, end};
		int error;

		if (target->kind == TARGET_CGROUP)
			m->group_ns[end] = group_ns(target);
		else
			target_each(target, take_process, &look);
		error = target_each_thread(target, take_thread, &look);
		m->failed |= error == -EMFILE || error == -ENFILE;
	}
	if (m->thread_count)
		qsort(m->threads, m->thread_count, sizeof(*m->threads), by_tid);
	return m->failed ? -1 : 0;
}

int cpu_threads_kernel(struct cpu_threads *t, enum edge edge, pid_t tid, enum record_end end)
{
	struct moment *m = &t->moment[edge];

	add_thread(m, tid, tid, end, true);
	return m->failed ? -1 : 0;
}

/* ---- emit ---- */

/* Those of the kernel stand behind the others, in no order. */
static const struct thread *find_thread(const struct moment *m, const struct thread *of)
{
	size_t low = 0, high = m->thread_count;

	while (high && !m->threads[high - 1].process)
		high--;
	for (size_t i = high; i < m->thread_count && !of->process; i++)
		if (m->threads[i].tid == of->tid && m->threads[i].start == of->start)
			return &m->threads[i];
	if (!of->process)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->threads[middle].tid < of->tid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->thread_count && m->threads[low].tid == of->tid &&
			       m->threads[low].start == of->start
		       ? &m->threads[low]
		       : NULL;
}

static const struct process *find_process(const struct moment *m, const struct process *of)
{
	for (size_t i = 0; i < m->process_count; i++)
		if (m->processes[i].pid == of->pid && m->processes[i].start == of->start)
			return &m->processes[i];
	return NULL;
}

/* It was there before, but of this end only since: what it used as such is not known. */
static bool has_joined(const struct cpu_threads *t, uint64_t start)
{
	return start < t->moment[EDGE_OPEN].ticks;
}

/* What all threads of an end used, with those that have ended. False where it is not known. */
static bool whole_ns(const struct cpu_threads *t, enum record_end end, uint64_t *ns)
{
	const struct moment *opened = &t->moment[EDGE_OPEN];
	const struct moment *closed = &t->moment[EDGE_CLOSE];
	bool known = true;

	if (t->run->target[end].kind == TARGET_CGROUP) {
		*ns = closed->group_ns[end] - opened->group_ns[end];
		return opened->group_ns[end] && closed->group_ns[end] >= opened->group_ns[end];
	}
	*ns = 0;
	for (size_t i = 0; i < closed->process_count; i++) {
		const struct process *p = &closed->processes[i];
		const struct process *was = find_process(opened, p);
		uint64_t before = was ? was->ns : 0;

		if (p->end != end || (!was && has_joined(t, p->start)))
			continue;
		known &= p->ns && p->ns >= before && (!was || was->ns);
		*ns += p->ns - before;
	}
	return known;
}

/* Whether one that was there is not any more, though its process is. */
static bool any_ended(const struct cpu_threads *t, enum record_end end)
{
	const struct moment *opened = &t->moment[EDGE_OPEN];

	for (size_t i = 0; i < opened->thread_count; i++)
		if (opened->threads[i].end == end && opened->threads[i].process &&
		    !find_thread(&t->moment[EDGE_CLOSE], &opened->threads[i]))
			return true;
	return false;
}

/*
 * The sum for all is newer than those of threads that run now, by up to a tick each: less than that is no
 * sign of a thread that came and ended.
 */
static void emit_ended(const struct cpu_threads *t, struct writer *w, enum record_end end,
		       uint64_t alive, size_t threads)
{
	const uint64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	const struct moment *opened = &t->moment[EDGE_OPEN];
	size_t cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t whole, blur = tick_ns * (threads < cpus ? threads : cpus), gone = 0;

	if (!whole_ns(t, end, &whole))
		writer_absent(w, end, "cpu/ended",
			      "what threads used that ended in the window is not known, for it could not be read what all of the end used");
	else if (whole > alive && (any_ended(t, end) || whole - alive > blur))
		writer_u64(w, WINDOW, end, METRIC_cpu_thread, "(ended)", whole - alive);
	/* Of a cgroup they are in the sum. */
	for (size_t i = 0; i < opened->process_count; i++)
		gone += opened->processes[i].end == end &&
			!find_process(&t->moment[EDGE_CLOSE], &opened->processes[i]);
	if (gone)
		writer_u64(w, WINDOW, end, METRIC_cpu_gone, NULL, gone);
}

/* Sets of CPUs that are told apart; the rest is put together. */
#define SETS 16

/* Threads that may run on the same CPUs. */
struct alike {
	const cpu_set_t *may; /* NULL: on others */
	unsigned int threads;
};

static void add_alike(struct alike sets[SETS + 1], const cpu_set_t *may)
{
	size_t i = 0;

	while (i < SETS && sets[i].threads && !CPU_EQUAL(sets[i].may, may))
		i++;
	sets[i].may = i < SETS ? may : NULL;
	sets[i].threads++;
}

static void emit_allowed(const struct moment *m, struct writer *w, enum record_end end,
			 const char *edge)
{
	struct alike sets[SETS + 1] = {{NULL, 0}};
	char cpus[CPULIST_TEXT_MAX], key[CPULIST_TEXT_MAX + 16];

	for (size_t i = 0; i < m->thread_count; i++)
		if (m->threads[i].process && m->threads[i].end == end &&
		    CPU_COUNT(&m->threads[i].may))
			add_alike(sets, &m->threads[i].may);
	for (size_t i = 0; i <= SETS; i++) {
		if (!sets[i].threads)
			continue;
		snprintf(key, sizeof(key), "%s/%s", edge,
			 sets[i].may ? cpulist_print(sets[i].may, cpus, sizeof(cpus)) : "others");
		writer_u64(w, WINDOW, end, METRIC_cpu_allowed, key, sets[i].threads);
	}
}

void cpu_threads_emit(const struct cpu_threads *t, struct writer *w)
{
	const struct moment *closed = &t->moment[EDGE_CLOSE];
	uint64_t alive[END_COUNT] = {0};
	size_t threads[END_COUNT] = {0};

	for (size_t i = 0; i < closed->thread_count; i++) {
		const struct thread *of = &closed->threads[i];
		const struct thread *was = find_thread(&t->moment[EDGE_OPEN], of);
		uint64_t ns = of->ns - (was ? was->ns : 0);
		char key[40];

		if (!was && has_joined(t, of->start))
			continue;
		snprintf(key, sizeof(key), "%s/%d", of->name, (int)of->tid);
		writer_u64(w, WINDOW, of->end, METRIC_cpu_thread, key, ns);
		if (of->process) {
			writer_u64(w, WINDOW, of->end, METRIC_cpu_wait, key,
				   of->wait_ns - (was ? was->wait_ns : 0));
			alive[of->end] += ns;
			threads[of->end]++;
		}
	}
	for (int end = END_RX; end <= END_TX; end++) {
		emit_ended(t, w, end, alive[end], threads[end]);
		emit_allowed(&t->moment[EDGE_OPEN], w, end, "open");
		emit_allowed(closed, w, end, "close");
	}
}

void cpu_threads_free(struct cpu_threads *t)
{
	if (!t)
		return;
	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		free(t->moment[edge].threads);
		free(t->moment[edge].processes);
	}
	free(t);
}
