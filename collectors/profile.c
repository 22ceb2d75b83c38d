// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the CPUs spend their time, by bpf/profile.bpf.c on a perf clock of every CPU: cycles where
 * there is a PMU, which see into code that runs with interrupts off, else the cpu-clock timer.
 * Names are looked up after the window; for those of user space the processes of the run must still
 * be there at its closing edge, and no longer.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "bpf/profile.h"
#include "bpf/profile.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/cpu_types.h"
#include "collectors/kit/cpus.h"
#include "collectors/list.h"
#include "collectors/kit/stacks.h"
#include "collectors/kit/symbols.h"
#include "collectors/kit/throttle.h"

/* Not 1000: a prime-ish rate does not walk in step with the timer tick and what it starts. */
#define SAMPLES_PER_S 999
/*
 * Of cpu-clock, which is there where a PMU is not: in a virtual machine, whose hypervisor has to
 * set every timer. 999 of them took a tenth of a sender's throughput there, 199 a twenty-fifth, as
 * they do when it is perf record that takes them.
 */
#define CLOCK_SAMPLES_PER_S 99
/* A process may end right behind the window, and may keep those waiting who look at it. */
#define SETTLE_NS 50000000

/* How long one was to run, and did: a PMU that others use too takes turns. */
struct clock_read {
	__u64 count, enabled_ns, running_ns;
};

struct clock {
	struct bpf_link *link; /* NULL: there is none */
	int fd;		       /* the link's */
	struct throttle throttle;
	struct clock_read read[EDGE_COUNT];
};

struct state {
	struct profile_bpf *bpf;
	struct perf_event_attr attr;
	struct cpu_types types;
	__u64 period[CPU_TYPES_MOST]; /* of the clocks of each type of CPU; 0: it cannot have one */
	struct hotplug hotplug;
	struct clock *clock; /* by CPU */
	double period_ns;
	bool by_time; /* the clock runs while a CPU is idle too, so it is known how often it is due
		       */
	unsigned int clocks;
	struct timespec begun; /* when they were attached one after another */
	struct measurement run;
	struct symbols *symbols;
};

/* What the program kept, out of its maps. */
struct kept {
	struct profile_kind *kinds;
	__u64 *counts;
	__u32 kind_count;
	struct keyed {
		__u64 hash;
		const struct profile_stack *stack;
	} * stacks; /* by hash */
	struct profile_stack *frames;
	__u32 stack_count;
};

static int open_clock(struct perf_event_attr *attr, pid_t pid, int cpu)
{
	attr->size = sizeof(*attr);
	return syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Of a CPU of this PMU under load, where the thread is; found by counting for some milliseconds. 0: cycles cannot be counted. */
static double cycles_per_ns(__u32 pmu)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
				       .config = (__u64)pmu << 32 | PERF_COUNT_HW_CPU_CYCLES};
	int fd = open_clock(&attr, 0, -1);
	__u64 start, from = 0, to = 0, ns = 0;

	if (fd < 0)
		return 0;
	for (start = clock_of_ns(CLOCK_THREAD_CPUTIME_ID); ns < 2000000;
	     ns = clock_of_ns(CLOCK_THREAD_CPUTIME_ID) - start)
		; /* until the CPU has come to speed */
	start = clock_of_ns(CLOCK_THREAD_CPUTIME_ID);
	if (read(fd, &from, sizeof(from)) != sizeof(from))
		from = 0;
	for (ns = 0; ns < 5000000; ns = clock_of_ns(CLOCK_THREAD_CPUTIME_ID) - start)
		;
	if (read(fd, &to, sizeof(to)) != sizeof(to))
		to = from;
	close(fd);
	return (double)(to - from) / (double)ns;
}

/* A type that no CPU is of, or where this thread may not run, has none: that of another is not its own. */
static double cycles_per_ns_of(const struct cpu_types *types, unsigned int type)
{
	cpu_set_t before, one;
	double cycles = 0;

	if (types->count == 1)
		return cycles_per_ns(0);
	if (sched_getaffinity(0, sizeof(before), &before))
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && !cycles; cpu++) {
		if (cpu_types_of(types, (unsigned int)cpu) != type)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			cycles = cycles_per_ns(types->type[type].pmu);
	}
	sched_setaffinity(0, sizeof(before), &before);
	return cycles;
}

/* The same time on CPUs of all types, in the cycles of each. */
static bool choose_cycles(struct state *s)
{
	bool any = false;

	if (cpu_types_read(&s->types, CPU_TYPES_PMUS))
		return false;
	for (unsigned int type = 0; type < s->types.count; type++) {
		double cycles = cycles_per_ns_of(&s->types, type);

		s->period[type] = (__u64)(cycles * 1e9 / SAMPLES_PER_S);
		if (!s->period[type])
			continue;
		s->period_ns = (double)s->period[type] / cycles;
		any = true;
	}
	return any;
}

static const char *choose_clock(struct state *s)
{
	s->attr = (struct perf_event_attr){
		.disabled = 1,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
	if (choose_cycles(s)) {
		s->attr.type = PERF_TYPE_HARDWARE;
		return "perf_event cycles";
	}
	s->attr.type = PERF_TYPE_SOFTWARE;
	s->by_time = true;
	for (unsigned int type = 0; type < CPU_TYPES_MOST; type++)
		s->period[type] = 1000000000 / (s->run.exact ? SAMPLES_PER_S : CLOCK_SAMPLES_PER_S);
	s->period_ns = (double)s->period[0];
	return "perf_event cpu-clock";
}

static struct perf_event_attr attr_of(const struct state *s, unsigned int type)
{
	struct perf_event_attr attr = s->attr;

	attr.sample_period = s->period[type];
	attr.config = s->by_time ? PERF_COUNT_SW_CPU_CLOCK
				 : (__u64)s->types.type[type].pmu << 32 | PERF_COUNT_HW_CPU_CYCLES;
	return attr;
}

/*
 * Sleeps until the n-th of `count` equal parts of a period. A clock begins to count when it is
 * attached, and its interrupt takes an idle CPU out of idle for a while. If all clocks came within
 * the same microseconds, every sample of a CPU would see it with the others just woken: a sender
 * would be seen to find its receiver awake, and to save the interrupt that wakes it, in the very
 * moments that are looked at (measured: 10 % of its samples in place of 28).
 */
static void await_turn(const struct timespec *begin, double period_ns, unsigned int n, size_t count)
{
	double at = period_ns * n / (double)count;
	struct timespec now, turn;
	uint64_t ns, past;

	clock_gettime(CLOCK_MONOTONIC, &now);
	past = (now.tv_sec - begin->tv_sec) * 1000000000ULL + now.tv_nsec - begin->tv_nsec;
	while (at < (double)past)
		at += period_ns;
	ns = begin->tv_nsec + (uint64_t)at;
	turn.tv_sec = begin->tv_sec + ns / 1000000000;
	turn.tv_nsec = ns % 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &turn, NULL) == EINTR)
		;
}

/* One that is offline has none. 0, or -1. */
static int attach_cpu(struct state *s, unsigned int cpu, char *why, size_t why_size)
{
	unsigned int type = cpu_types_of(&s->types, cpu);
	struct perf_event_attr attr = attr_of(s, type);
	struct clock *clock = &s->clock[cpu];
	int error, fd;

	if (!cpus_has(&s->hotplug.online, cpu))
		return 0;
	if (!s->period[type]) {
		say_warning("no samples of CPU %u: how fast CPUs of its type are could not be found out",
			    cpu);
		return 0;
	}
	fd = open_clock(&attr, -1, (int)cpu);
	if (fd < 0 && errno == ENODEV)
		return 0; /* it has just gone */
	if (fd < 0)
		return bpf_refused(errno, "opening a perf clock on every CPU", why, why_size);
	await_turn(&s->begun, s->period_ns, s->clocks, s->hotplug.online.count);
	throttle_open(&clock->throttle, fd);
	clock->link = bpf_program__attach_perf_event(s->bpf->progs.profile_sample, fd);
	clock->fd = fd;
	if (!clock->link) {
		error = errno;
		throttle_close(&clock->throttle);
		close(fd);
		return bpf_refused(error, "attaching to a perf clock", why, why_size);
	}
	s->clocks++;
	return 0;
}

static void detach_cpu(struct clock *clock)
{
	throttle_close(&clock->throttle);
	bpf_link__destroy(clock->link);
	*clock = (struct clock){0};
}

static int attach(struct state *s, char *why, size_t why_size)
{
	if (hotplug_open(&s->hotplug))
		return bpf_refused(ENOMEM, "watching which CPUs are online", why, why_size);
	s->clock = calloc(s->hotplug.bound, sizeof(*s->clock));
	if (!s->clock)
		return bpf_refused(ENOMEM, "opening a perf clock on every CPU", why, why_size);
	clock_gettime(CLOCK_MONOTONIC, &s->begun);
	for (unsigned int cpu = 0; cpu < s->hotplug.bound; cpu++)
		if (attach_cpu(s, cpu, why, why_size))
			return -1;
	return 0;
}

/* The clock of a CPU that went does not come back with it, and one that came has none. */
static void attach_changed(struct state *s)
{
	char why[256];

	hotplug_look(&s->hotplug);
	for (unsigned int cpu = 0; cpu < s->hotplug.bound; cpu++) {
		if (!hotplug_changes(&s->hotplug, cpu))
			continue;
		s->clocks -= s->clock[cpu].link != NULL;
		detach_cpu(&s->clock[cpu]);
		if (attach_cpu(s, cpu, why, sizeof(why)))
			say_detail("no samples of CPU %u: %s", cpu, why);
	}
	hotplug_forget(&s->hotplug);
}

static void note_process(void *data, pid_t pid)
{
	symbols_note_process(data, pid);
}

/* Before the open they are surely there; at the close their maps are whole. */
static void note_processes(struct state *s)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		target_each(&s->run.target[end], note_process, s->symbols);
}

static int profile_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	int error;

	*state = s;
	if (s)
		s->symbols = symbols_new();
	if (!s || !s->symbols) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->run = *run;
	bpf_quiet();
	s->bpf = profile_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the profile program", why, why_size);
	if (bpf_run_scope((void *)s->bpf->rodata->run_scope, run, why, why_size))
		return -1;
	for (size_t cpu = 0; cpu < sizeof(s->bpf->rodata->cpu_end); cpu++)
		s->bpf->rodata->cpu_end[cpu] = target_of_cpu(run->target, cpu);
	bpf_map__set_max_entries(s->bpf->maps.kinds,
				 PROFILE_KINDS + PROFILE_KINDS_PER_CPU * bpf_cpus());
	error = profile_bpf__load(s->bpf);
	if (error)
		return bpf_refused(error, "loading the profile program", why, why_size);
	if (symbols_hidden()) {
		snprintf(why, why_size, "%s", symbols_hidden());
		return -1;
	}
	note_processes(s);
	*means = choose_clock(s);
	return attach(s, why, why_size);
}

static void read_clocks(struct state *s, enum edge edge)
{
	for (unsigned int cpu = 0; cpu < s->hotplug.bound; cpu++) {
		struct clock *clock = &s->clock[cpu];

		if (clock->link &&
		    read(clock->fd, &clock->read[edge], sizeof(clock->read[edge])) < 0)
			clock->read[edge] = (struct clock_read){0};
	}
}

static int profile_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	if (edge == EDGE_OPEN)
		attach_changed(s);
	bpf_window_edge(&s->bpf->data->window, edge);
	read_clocks(s, edge);
	if (edge == EDGE_CLOSE) {
		symbols_note_again(s->symbols);
		symbols_settle(s->symbols, SETTLE_NS);
	}
	return 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* A whole hash map in one call (as one batch as large as the map); 0, or a negative errno. */
static int read_map(const struct bpf_map *map, void **keys, void **values, __u32 *count)
{
	__u32 next[2];
	int error;

	*count = bpf_map__max_entries(map);
	*keys = calloc(*count, bpf_map__key_size(map));
	*values = calloc(*count, bpf_map__value_size(map));
	if (!*keys || !*values)
		return -ENOMEM;
	error = bpf_map_lookup_batch(bpf_map__fd(map), NULL, next, *keys, *values, count, NULL);
	return error == -ENOENT ? 0 : error; /* which says that nothing is left */
}

static int read_kept(const struct state *s, struct kept *k)
{
	void *hashes = NULL, *frames = NULL, *kinds = NULL, *counts = NULL;
	int error = read_map(s->bpf->maps.kinds, &kinds, &counts, &k->kind_count);

	k->kinds = kinds;
	k->counts = counts;
	if (!error)
		error = read_map(s->bpf->maps.stacks, &hashes, &frames, &k->stack_count);
	k->frames = frames;
	k->stacks = calloc(k->stack_count + 1, sizeof(*k->stacks));
	if (!error && !k->stacks)
		error = -ENOMEM;
	for (__u32 i = 0; !error && i < k->stack_count; i++)
		k->stacks[i] = (struct keyed){((__u64 *)hashes)[i], &k->frames[i]};
	if (!error)
		qsort(k->stacks, k->stack_count, sizeof(*k->stacks), by_hash);
	free(hashes);
	return error;
}

static void free_kept(struct kept *k)
{
	free(k->kinds);
	free(k->counts);
	free(k->frames);
	free(k->stacks);
}

/*
 * The frames of one stack by name, the leaf put in place of whichever was kept with it. Every frame
 * but the leaf is a return address: what called stands just before it.
 */
static size_t resolve(struct state *s, const struct kept *k, const struct profile_kind *kind,
		      bool user, const struct symbol **frames)
{
	struct keyed key = {.hash = user ? kind->user : kind->kernel};
	const struct keyed *found = bsearch(&key, k->stacks, k->stack_count, sizeof(key), by_hash);
	bool own_leaf = user != kind->in_kernel;
	size_t depth = found ? found->stack->depth : 0;

	for (size_t i = 0; i < depth; i++) {
		__u64 ip = i ? found->stack->ip[i] - 1 : found->stack->ip[0];

		if (!i && own_leaf)
			ip = kind->leaf;
		frames[i] = user ? symbols_user(s->symbols, kind->tgid, ip)
				 : symbols_kernel(s->symbols, ip);
	}
	if (!depth && own_leaf) {
		frames[0] = symbols_user(s->symbols, kind->tgid, kind->leaf);
		depth = 1;
	}
	return depth;
}

/* Who was seen on the CPUs of an end, or came in the window, as far as it is still there. */
static void note_seen(struct state *s, const struct kept *k)
{
	for (__u32 i = 0; i < k->kind_count; i++) {
		const struct profile_kind *kind = &k->kinds[i];

		if (kind->end != END_HOST && kind->tgid && (kind->user || !kind->in_kernel))
			symbols_note_process(s->symbols, kind->tgid);
	}
}

/* whole: their functions too, which takes longer. */
static int add_all(struct state *s, const struct kept *k, struct stacks *stacks, bool whole)
{
	const struct symbol *kernel[PROFILE_DEPTH], *user[PROFILE_DEPTH];
	int error = 0;

	for (__u32 i = 0; i < k->kind_count && !error; i++) {
		const struct profile_kind *kind = &k->kinds[i];
		struct sample sample = {
			.count = k->counts[i],
			.kernel = kernel,
			.user = user,
			.command = kind->tgid ? kind->comm : "swapper",
			.process_end = kind->end,
			.cpu_end = kind->cpu_end,
			.idle = !kind->tgid,
		};

		if (kind->in_kernel)
			sample.kernel_depth = resolve(s, k, kind, false, kernel);
		if (whole && (kind->user || !kind->in_kernel))
			sample.user_depth = resolve(s, k, kind, true, user);
		if (whole)
			error = stacks_add(stacks, &sample);
		else
			stacks_count(stacks, &sample);
	}
	return error;
}

/* When a hypervisor takes the CPU away, or interrupts are off for long, a timer skips periods. */
static void missed_row(const struct state *s, const struct kept *k, struct writer *w)
{
	const struct window *window = &s->bpf->data->window;
	double due = (double)(window->close_ns - window->open_ns) / s->period_ns * s->clocks;
	__u64 taken = 0;

	for (__u32 i = 0; i < k->kind_count; i++)
		taken += k->counts[i];
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		taken += s->bpf->bss->lost[end];
	writer_u64(w, WINDOW, END_HOST, METRIC_profile_missed, NULL,
		   due > (double)taken ? (__u64)(due - (double)taken) : 0);
}

/* A process whose files or memory cannot be read, or are made to harm who reads them. */
static void unnamed_row(const struct state *s, struct writer *w)
{
	const char *why;
	size_t lost = symbols_lost(s->symbols, &why);
	char text[240];

	if (!lost)
		return;
	if (lost == 1)
		snprintf(text, sizeof(text), "no names for functions of %s", why);
	else
		snprintf(text, sizeof(text),
			 "no names for functions of %zu processes, the first %s", lost, why);
	writer_absent(w, END_HOST, "profile/functions", text);
}

/* What the clock of a CPU did not see: all but a part of the window, or what ran while it was stopped. */
static void clock_rows(const struct state *s, struct writer *w, unsigned int cpu)
{
	const struct window *window = &s->bpf->data->window;
	const struct clock *clock = &s->clock[cpu];
	const struct clock_read *opened = &clock->read[EDGE_OPEN];
	const struct clock_read *closed = &clock->read[EDGE_CLOSE];
	enum record_end end = target_of_cpu(s->run.target, (int)cpu);
	uint64_t throttled;
	char key[16];
	bool whole;

	snprintf(key, sizeof(key), "%u", cpu);
	if (!clock->link) {
		if (!s->period[cpu_types_of(&s->types, cpu)] && cpus_has(&s->hotplug.online, cpu))
			writer_f64(w, WINDOW, end, METRIC_profile_clock_share, key, 0);
		return;
	}
	if (!s->by_time && closed->enabled_ns > opened->enabled_ns)
		writer_f64(w, WINDOW, end, METRIC_profile_clock_share, key,
			   (double)(closed->running_ns - opened->running_ns) /
				   (double)(closed->enabled_ns - opened->enabled_ns));
	if (throttle_ns(&clock->throttle, window->open_ns, window->close_ns, &throttled, &whole))
		return;
	writer_u64(w, WINDOW, end, METRIC_profile_throttled, key, throttled);
	if (throttled)
		say_warning("the kernel took no samples of CPU %u for %s%.1f ms, as they came too fast for it: what ran then is missing; a higher kernel.perf_event_max_sample_rate may help",
			    cpu, whole ? "" : "at least ", (double)throttled / 1e6);
}

static void emit_all(struct state *s, const struct kept *k, struct writer *w, struct stacks *stacks)
{
	char path[4096];

	if (s->by_time)
		missed_row(s, k, w);
	writer_f64(w, WINDOW, END_HOST, METRIC_profile_period, NULL, s->period_ns);
	for (unsigned int cpu = 0; cpu < s->hotplug.bound; cpu++)
		clock_rows(s, w, cpu);
	stacks_rows(stacks, w, s->period_ns);
	unnamed_row(s, w);
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		writer_u64(w, WINDOW, end, METRIC_profile_lost, NULL, s->bpf->bss->lost[end]);
	if (!s->run.sidecar)
		return;
	snprintf(path, sizeof(path), "%s.folded", s->run.sidecar);
	stacks_folded(stacks, path);
}

static void profile_emit(void *state, struct writer *w)
{
	struct state *s = state;
	struct stacks *stacks = stacks_new();
	struct kept kept = {0};
	int error = stacks ? 0 : -ENOMEM;

	if (!error)
		error = read_kept(s, &kept);
	if (!error)
		error = symbols_load_kernel(s->symbols);
	if (!error)
		note_seen(s, &kept);
	if (!error)
		error = add_all(s, &kept, stacks, true);
	if (!error) {
		emit_all(s, &kept, w, stacks);
	} else {
		char why[128];

		snprintf(why, sizeof(why), "reading the samples after the window: %s",
			 strerror(-error));
		writer_absent(w, END_HOST, "profile", why);
	}
	stacks_free(stacks);
	free_kept(&kept);
}

static void profile_look(void *state, struct writer *w)
{
	struct state *s = state;
	struct stacks *stacks = stacks_new();
	struct kept kept = {0};

	if (stacks && !read_kept(s, &kept) && !symbols_load_kernel(s->symbols)) {
		add_all(s, &kept, stacks, false);
		stacks_components(stacks, w, s->period_ns);
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			writer_u64(w, WINDOW, end, METRIC_profile_lost, NULL,
				   s->bpf->bss->lost[end]);
	}
	stacks_free(stacks);
	free_kept(&kept);
}

static void profile_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	for (unsigned int cpu = 0; s->clock && cpu < s->hotplug.bound; cpu++)
		detach_cpu(&s->clock[cpu]);
	free(s->clock);
	cpu_types_free(&s->types);
	hotplug_close(&s->hotplug);
	profile_bpf__destroy(s->bpf);
	symbols_free(s->symbols);
	free(s);
}

const struct collector_ops profile_collector = {
	.source = "profile",
	.what = "CPU time by component, function and stack, 99 or 999 samples a second",
	.open = profile_open,
	.snapshot = profile_snapshot,
	.emit = profile_emit,
	.look = profile_look,
	.close = profile_close,
};
