// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/clocks.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "collectors/kit/bpf_load.h"

/* Not 1000: a prime-ish rate does not walk in step with the timer tick and what it starts. */
#define SAMPLES_PER_S 999
/*
 * Of cpu-clock, which is there where a PMU is not: in a virtual machine, whose hypervisor has to
 * set every timer. 999 of them took a tenth of a sender's throughput there, 199 a twenty-fifth, as
 * they do when it is perf record that takes them.
 */
#define CLOCK_SAMPLES_PER_S 99

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
static bool choose_cycles(struct clocks *c)
{
	bool any = false;

	if (cpu_types_read(&c->types, CPU_TYPES_PMUS))
		return false;
	for (unsigned int type = 0; type < c->types.count; type++) {
		double cycles = cycles_per_ns_of(&c->types, type);

		c->period[type] = (__u64)(cycles * 1e9 / SAMPLES_PER_S);
		if (!c->period[type])
			continue;
		c->period_ns = (double)c->period[type] / cycles;
		any = true;
	}
	return any;
}

static const struct perf_event_attr of_all = {
	.disabled = 1,
	.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	.use_clockid = 1,
	.clockid = CLOCK_MONOTONIC,
	.config = PERF_COUNT_HW_CPU_CYCLES,
};

const char *clocks_choose(struct clocks *c, bool exact)
{
	c->attr = of_all;
	if (choose_cycles(c)) {
		c->attr.type = PERF_TYPE_HARDWARE;
		return "perf_event cycles";
	}
	c->attr.type = PERF_TYPE_SOFTWARE;
	c->by_time = true;
	for (unsigned int type = 0; type < CPU_TYPES_MOST; type++)
		c->period[type] = 1000000000 / (exact ? SAMPLES_PER_S : CLOCK_SAMPLES_PER_S);
	c->period_ns = (double)c->period[0];
	return "perf_event cpu-clock";
}

bool clocks_choose_misses(struct clocks *c, unsigned int each, char *why, size_t why_size)
{
	struct perf_event_attr attr;
	int fd;

	c->attr = of_all;
	c->attr.type = PERF_TYPE_HARDWARE;
	c->attr.config = PERF_COUNT_HW_CACHE_MISSES;
	attr = c->attr;
	fd = open_clock(&attr, 0, -1);
	if (fd < 0) {
		snprintf(why, why_size,
			 errno == EACCES || errno == EPERM
				 ? "counting misses is not allowed: CAP_PERFMON allows it"
				 : "no PMU counts misses of the last cache: a virtual machine's host has to pass it on");
		return false;
	}
	close(fd);
	if (cpu_types_read(&c->types, CPU_TYPES_PMUS)) {
		snprintf(why, why_size, "the CPUs are of more types than can be told apart");
		return false;
	}
	for (unsigned int type = 0; type < c->types.count; type++)
		c->period[type] = each;
	return true;
}

static struct perf_event_attr attr_of(const struct clocks *c, unsigned int type)
{
	struct perf_event_attr attr = c->attr;

	attr.sample_period = c->period[type];
	attr.config = c->by_time ? PERF_COUNT_SW_CPU_CLOCK
				 : (__u64)c->types.type[type].pmu << 32 | c->attr.config;
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
static int attach_cpu(struct clocks *c, unsigned int cpu, char *why, size_t why_size)
{
	unsigned int type = cpu_types_of(&c->types, cpu);
	struct perf_event_attr attr = attr_of(c, type);
	struct clock *clock = &c->clock[cpu];
	int error, fd;

	if (!cpus_has(&c->hotplug.online, cpu))
		return 0;
	if (!c->period[type]) {
		say_warning("no samples of CPU %u: how fast CPUs of its type are could not be found out",
			    cpu);
		return 0;
	}
	fd = open_clock(&attr, -1, (int)cpu);
	if (fd < 0 && errno == ENODEV)
		return 0; /* it has just gone */
	if (fd < 0)
		return bpf_refused(errno, "opening a perf clock on every CPU", why, why_size);
	if (c->period_ns > 0)
		await_turn(&c->begun, c->period_ns, c->count, c->hotplug.online.count);
	throttle_open(&clock->throttle, fd);
	clock->link = bpf_program__attach_perf_event(c->program, fd);
	clock->fd = fd;
	if (!clock->link) {
		error = errno;
		throttle_close(&clock->throttle);
		close(fd);
		return bpf_refused(error, "attaching to a perf clock", why, why_size);
	}
	c->count++;
	return 0;
}

static void detach_cpu(struct clock *clock)
{
	throttle_close(&clock->throttle);
	bpf_link__destroy(clock->link);
	*clock = (struct clock){0};
}

int clocks_open(struct clocks *c, struct bpf_program *program, char *why, size_t why_size)
{
	c->program = program;
	if (hotplug_open(&c->hotplug))
		return bpf_refused(ENOMEM, "watching which CPUs are online", why, why_size);
	c->clock = calloc(c->hotplug.bound, sizeof(*c->clock));
	if (!c->clock)
		return bpf_refused(ENOMEM, "opening a perf clock on every CPU", why, why_size);
	clock_gettime(CLOCK_MONOTONIC, &c->begun);
	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++)
		if (attach_cpu(c, cpu, why, why_size))
			return -1;
	return 0;
}

/* The clock of a CPU that went does not come back with it, and one that came has none. */
void clocks_renew(struct clocks *c)
{
	char why[256];

	hotplug_look(&c->hotplug);
	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++) {
		if (!hotplug_changes(&c->hotplug, cpu))
			continue;
		c->count -= c->clock[cpu].link != NULL;
		detach_cpu(&c->clock[cpu]);
		if (attach_cpu(c, cpu, why, sizeof(why)))
			say_detail("no samples of CPU %u: %s", cpu, why);
	}
	hotplug_forget(&c->hotplug);
}

void clocks_read(struct clocks *c, enum edge edge)
{
	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++) {
		struct clock *clock = &c->clock[cpu];

		if (clock->link &&
		    read(clock->fd, &clock->read[edge], sizeof(clock->read[edge])) < 0)
			clock->read[edge] = (struct clock_read){0};
	}
}

/* What the clock of a CPU did not see: all but a part of the window, or what ran while it was stopped. */
struct untold {
	bool share, throttled;
};

static void clock_rows(const struct clocks *c, unsigned int cpu, enum record_end end,
		       const struct window *window, struct writer *w, struct untold *untold)
{
	const struct clock *clock = &c->clock[cpu];
	const struct clock_read *opened = &clock->read[EDGE_OPEN];
	const struct clock_read *closed = &clock->read[EDGE_CLOSE];
	uint64_t throttled;
	char key[16];
	bool whole;

	snprintf(key, sizeof(key), "%u", cpu);
	if (!clock->link) {
		if (!c->period[cpu_types_of(&c->types, cpu)] && cpus_has(&c->hotplug.online, cpu))
			writer_f64(w, WINDOW, end, METRIC_profile_clock_share, key, 0);
		return;
	}
	if (!c->by_time && closed->enabled_ns <= opened->enabled_ns)
		untold->share = true;
	else if (!c->by_time)
		writer_f64(w, WINDOW, end, METRIC_profile_clock_share, key,
			   (double)(closed->running_ns - opened->running_ns) /
				   (double)(closed->enabled_ns - opened->enabled_ns));
	if (throttle_ns(&clock->throttle, window->open_ns, window->close_ns, &throttled, &whole)) {
		untold->throttled = true;
		return;
	}
	writer_u64(w, WINDOW, end, METRIC_profile_throttled, key, throttled);
	if (throttled)
		say_warning("the kernel took no samples of CPU %u for %s%.1f ms, as they came too fast for it: what ran then is missing; a higher kernel.perf_event_max_sample_rate may help",
			    cpu, whole ? "" : "at least ", (double)throttled / 1e6);
}

void clocks_rows(const struct clocks *c, const struct target target[END_COUNT],
		 const struct window *window, struct writer *w)
{
	struct untold untold = {0};

	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++)
		clock_rows(c, cpu, target_of_cpu(target, (int)cpu), window, w, &untold);
	if (untold.share)
		writer_absent_metric(w, END_HOST, METRIC_profile_clock_share,
				     "how long the clock of some CPU ran could not be read");
	if (untold.throttled)
		writer_absent_metric(w, END_HOST, METRIC_profile_throttled,
				     "the kernel did not tell of some CPU when it took no samples");
}

double clocks_share(const struct clocks *c)
{
	double enabled = 0, running = 0;

	for (unsigned int cpu = 0; cpu < c->hotplug.bound; cpu++) {
		const struct clock_read *read = c->clock[cpu].read;

		if (!c->clock[cpu].link || read[EDGE_CLOSE].enabled_ns <= read[EDGE_OPEN].enabled_ns)
			continue;
		enabled += (double)(read[EDGE_CLOSE].enabled_ns - read[EDGE_OPEN].enabled_ns);
		running += (double)(read[EDGE_CLOSE].running_ns - read[EDGE_OPEN].running_ns);
	}
	return enabled > 0 ? running / enabled : 0;
}

void clocks_close(struct clocks *c)
{
	for (unsigned int cpu = 0; c->clock && cpu < c->hotplug.bound; cpu++)
		detach_cpu(&c->clock[cpu]);
	free(c->clock);
	cpu_types_free(&c->types);
	hotplug_close(&c->hotplug);
}
