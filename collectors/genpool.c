// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of gen_pool (lib/genalloc.c), from which device memory TCP takes and to which it returns
 * its buffers. lib/ is built without ftrace in packaged kernels, so that neither fentry nor kprobes
 * reach it; an execution breakpoint of the CPU does. Its perf event only counts: one that samples,
 * as a BPF program needs, would be throttled (kernel.perf_event_max_sample_rate) and then also stop
 * counting.
 */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "collectors/bpf_load.h"
#include "collectors/bpf_means.h"
#include "collectors/list.h"
#include "collectors/slices.h"

/* A breakpoint costs each call about a microsecond. */
#define SLICE_NS 20000000

static const struct {
	const char *name; /* the row's key */
	const char *function;
} calls[] = {
	{"alloc", "gen_pool_alloc_algo_owner"},
	{"free", "gen_pool_free_owner"},
	{"has_addr", "gen_pool_has_addr"},
};

enum { CALLS = sizeof(calls) / sizeof(*calls) };

struct state {
	int (*event)[CALLS]; /* by CPU; -1 where it is offline */
	enum record_end *home;
	unsigned int cpus;
	bool known[END_COUNT];
	struct slices *slices;
	__u64 from_ns;
};

static int each_event(struct state *s, unsigned long request)
{
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		for (int i = 0; i < CALLS; i++)
			if (s->event[cpu][i] >= 0 && ioctl(s->event[cpu][i], request, 0))
				return -1;
	return 0;
}

static int slice_on(void *state)
{
	struct state *s = state;

	s->from_ns = clock_ns();
	return each_event(s, PERF_EVENT_IOC_ENABLE);
}

static __u64 slice_off(void *state)
{
	struct state *s = state;

	each_event(s, PERF_EVENT_IOC_DISABLE);
	return clock_ns() - s->from_ns;
}

static const struct slices_work slices_work = {slice_on, slice_off, SLICE_NS};

static int open_events(struct state *s, int i, char *why, size_t why_size)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_BREAKPOINT,
		.bp_type = HW_BREAKPOINT_X,
		.bp_addr = bpf_means_address(calls[i].function),
		.bp_len = sizeof(long),
		.disabled = 1,
	};

	if (!attr.bp_addr) {
		snprintf(why, why_size,
			 "%s is not in /proc/kallsyms: this kernel has no gen_pool, or hides "
			 "addresses (kernel.kptr_restrict; run as root)",
			 calls[i].function);
		return -1;
	}
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		s->event[cpu][i] =
			syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (s->event[cpu][i] < 0 && errno != ENODEV)
			return bpf_refused(errno, "a hardware breakpoint on gen_pool", why,
					   why_size);
	}
	return 0;
}

static int allocate(struct state *s, const struct run *run)
{
	s->event = calloc(s->cpus, sizeof(*s->event));
	s->home = calloc(s->cpus, sizeof(*s->home));
	s->slices = slices_open(&slices_work, run->exact, s);
	if (s->event)
		memset(s->event, 0xff, s->cpus * sizeof(*s->event)); /* no descriptors */
	if (!s->event || !s->home || !s->slices)
		return -1;
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		s->home[cpu] = run_cpu_end(run, cpu);
	for (int end = END_RX; end < END_COUNT; end++)
		s->known[end] = run->target[end].cpus_known;
	return 0;
}

static int genpool_open(void **state, const struct run *run, const char **means, char *why,
			size_t why_size)
{
	struct state *s;

	*state = NULL;
	if (!bpf_means_works(MEANS_BREAKPOINT, why, why_size))
		return -1;
	s = calloc(1, sizeof(*s));
	*state = s;
	if (s)
		s->cpus = bpf_cpus();
	if (!s || allocate(s, run)) {
		snprintf(why, why_size, "out of memory");
		return -1;
	}
	for (int i = 0; i < CALLS; i++)
		if (open_events(s, i, why, why_size))
			return -1;
	*means = bpf_means_name(MEANS_BREAKPOINT);
	return 0;
}

static int genpool_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	if (edge == EDGE_OPEN)
		return slices_begin(s->slices);
	slices_end(s->slices);
	return 0;
}

/* -1: it could not be read. */
static int count(const struct state *s, int i, __u64 total[END_COUNT])
{
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		__u64 n;

		if (s->event[cpu][i] < 0)
			continue;
		if (read(s->event[cpu][i], &n, sizeof(n)) != sizeof(n))
			return -1;
		total[s->home[cpu]] += n;
	}
	return 0;
}

static void emit_rows(const struct state *s, struct writer *w, double scale)
{
	if (scale > 1)
		writer_f64(w, WINDOW, END_HOST, METRIC_collector_share, "genpool", 1 / scale);
	for (int i = 0; i < CALLS; i++) {
		__u64 total[END_COUNT] = {0};

		if (count(s, i, total))
			continue;
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			if (total[end] || s->known[end] || end == END_HOST)
				writer_u64(w, WINDOW, end, METRIC_genpool_calls, calls[i].name,
					   slices_scaled(total[end], scale));
	}
}

static void genpool_emit(void *state, struct writer *w)
{
	struct state *s = state;
	double scale;

	slices_wait(s->slices);
	scale = slices_scale(s->slices);
	if (scale > 0)
		emit_rows(s, w, scale);
	else
		slices_absent(w, "genpool");
}

static void genpool_look(void *state, struct writer *w)
{
	struct state *s = state;
	double scale = slices_hold(s->slices);

	if (scale > 0)
		emit_rows(s, w, scale);
	slices_let(s->slices);
}

static void genpool_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	slices_close(s->slices);
	for (unsigned int cpu = 0; s->event && cpu < s->cpus; cpu++)
		for (int i = 0; i < CALLS; i++)
			if (s->event[cpu][i] >= 0)
				close(s->event[cpu][i]);
	free(s->event);
	free(s->home);
	free(s);
}

const struct collector_ops genpool_collector = {
	.source = "genpool",
	.what = "calls of gen_pool, which hands out device memory's buffers",
	.hardware = true,
	.open = genpool_open,
	.snapshot = genpool_snapshot,
	.emit = genpool_emit,
	.look = genpool_look,
	.close = genpool_close,
};
