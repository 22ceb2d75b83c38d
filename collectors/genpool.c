// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of gen_pool (lib/genalloc.c), from which device memory TCP takes and to which it returns
 * its buffers. lib/ is built without ftrace in packaged kernels, so that neither fentry nor kprobes
 * reach it; an execution breakpoint of the CPU does. Its perf event only counts: one that samples,
 * as a BPF program needs, would be throttled (kernel.perf_event_max_sample_rate) and then also stop
 * counting. From which context, and how long they take, programs on the callers say.
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
#include "bpf/genpool.h"
#include "bpf/genpool.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/bpf_means.h"
#include "collectors/list.h"
#include "collectors/kit/slices.h"
#include "collectors/kit/tally.h"

/* A breakpoint costs each call about a microsecond. */
#define SLICE_NS 20000000

static const struct {
	const char *name; /* the row's key */
	const char *function;
	const char *program;
} calls[GENPOOL_ALL] = {
	[GENPOOL_ALLOC] = {"alloc", "gen_pool_alloc_algo_owner", "genpool_alloc"},
	[GENPOOL_FREE] = {"free", "gen_pool_free_owner", "genpool_free"},
	[GENPOOL_HAS_ADDR] = {"has_addr", "gen_pool_has_addr", "genpool_has_addr"},
	[GENPOOL_DEVMEM_ALLOC] = {"net_devmem_alloc_dmabuf", "net_devmem_alloc_dmabuf",
				  "genpool_devmem_alloc"},
	[GENPOOL_DEVMEM_FREE] = {"net_devmem_free_dmabuf", "net_devmem_free_dmabuf",
				 "genpool_devmem_free"},
};

enum { CALLS = GENPOOL_OWN };

/* ---- by programs ---- */

/* As if all of them had been timed; false where none was. */
static bool time_of(__u64 counted, __u64 timed, __u64 time, __u64 *ns)
{
	*ns = timed ? (__u64)((double)time * (double)counted / (double)timed + 0.5) : 0;
	return timed || !counted;
}

static void emit_own(const struct tally *t, struct writer *w, int call, enum record_end end)
{
	__u64 n = tally_total(t, end, GENPOOL_COUNT(call)), ns;

	if (!n && end != END_HOST)
		return;
	writer_u64(w, WINDOW, end, METRIC_genpool_calls, calls[call].name, n);
	if (time_of(n, tally_total(t, end, GENPOOL_TIMED(call)),
		    tally_total(t, end, GENPOOL_TIME(call)), &ns))
		writer_u64(w, WINDOW, end, METRIC_genpool_time, calls[call].name, ns);
}

static void emit_caller(const struct tally *t, struct writer *w, int call, enum record_end end)
{
	for (int context = 0; context < TALLY_CONTEXTS; context++) {
		__u64 n = tally_in(t, end, context, GENPOOL_COUNT(call)), ns;
		char key[64];

		if (!n && end != END_HOST)
			continue;
		snprintf(key, sizeof(key), "%s/%s", tally_context_name[context], calls[call].name);
		tally_row(t, w, end, METRIC_genpool_caller_calls, key, context, GENPOOL_COUNT(call));
		if (time_of(n, tally_in(t, end, context, GENPOOL_TIMED(call)),
			    tally_in(t, end, context, GENPOOL_TIME(call)), &ns))
			writer_u64(w, WINDOW, end, METRIC_genpool_caller_time, key, ns);
	}
}

static void more(const struct tally *t, struct writer *w)
{
	for (int call = 0; call < GENPOOL_ALL; call++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++) {
			if (!tally_counts(t, calls[call].program))
				continue;
			if (call < GENPOOL_OWN)
				emit_own(t, w, call, end);
			else
				emit_caller(t, w, call, end);
		}
}

TALLY_OPEN(genpool, .hooks = true, .follows = MEASURE_PACKETS, .more = more);

/* ---- by breakpoints ---- */

struct breakpoints {
	int (*event)[CALLS]; /* by CPU; -1 where it is offline */
	enum record_end *home;
	unsigned int cpus;
	bool known[END_COUNT];
	bool unread; /* one of them did not obey, or did not tell */
	__u64 from_ns;
	struct slices *slices; /* without programs */
	/* With programs: in every second of their slices, as a breakpoint makes a call last longer. */
	struct genpool_bpf *bpf;
	bool exact, taken;
	unsigned int turns;
	__u64 all_ns, taken_ns; /* of slices */
};

static int each_event(struct breakpoints *s, unsigned long request)
{
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		for (int i = 0; i < CALLS; i++)
			if (s->event[cpu][i] >= 0 && ioctl(s->event[cpu][i], request, 0))
				return -1;
	return 0;
}

static int slice_on(void *state, __u64 slice_ns)
{
	struct breakpoints *s = state;

	(void)slice_ns;
	s->from_ns = clock_kernel_ns();
	return each_event(s, PERF_EVENT_IOC_ENABLE);
}

static __u64 slice_off(void *state)
{
	struct breakpoints *s = state;

	s->unread |= each_event(s, PERF_EVENT_IOC_DISABLE) < 0;
	return clock_kernel_ns() - s->from_ns;
}

/* -1: it could not be read. */
static int count(const struct breakpoints *s, int i, __u64 total[END_COUNT])
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

/* Of each call, by end. */
static void read_counts(void *state, __u64 *total)
{
	struct breakpoints *s = state;

	memset(total, 0, CALLS * END_COUNT * sizeof(*total));
	for (int i = 0; i < CALLS; i++)
		s->unread |= count(s, i, &total[i * END_COUNT]) < 0;
}

static const struct slices_work slices_work = {
	.on = slice_on,
	.off = slice_off,
	.slice_ns = SLICE_NS,
	.follows = MEASURE_PACKETS,
	.figures = CALLS * END_COUNT,
	.read = read_counts,
};

static int along_on(void *state, __u64 slice_ns)
{
	struct breakpoints *s = state;

	s->taken = s->exact || s->turns++ % 2;
	s->bpf->bss->untimed = s->taken && !s->exact;
	return s->taken ? slice_on(s, slice_ns) : !(s->from_ns = clock_kernel_ns());
}

static __u64 along_off(void *state)
{
	struct breakpoints *s = state;
	__u64 ns = s->taken ? slice_off(s) : clock_kernel_ns() - s->from_ns;

	s->all_ns += ns;
	s->taken_ns += s->taken ? ns : 0;
	return ns;
}

static const struct slices_work along = {.on = along_on, .off = along_off, .least = 2};

static int open_events(struct breakpoints *s, int i, char *why, size_t why_size)
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
			 "%s is not in /proc/kallsyms: this kernel has no gen_pool, or hides addresses (kernel.kptr_restrict; run as root)",
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

static int allocate(struct breakpoints *s, const struct measurement *run)
{
	s->event = calloc(s->cpus, sizeof(*s->event));
	s->home = calloc(s->cpus, sizeof(*s->home));
	if (s->event)
		memset(s->event, 0xff, s->cpus * sizeof(*s->event)); /* no descriptors */
	if (!s->event || !s->home)
		return -1;
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		s->home[cpu] = target_of_cpu(run->target, cpu);
	for (int end = END_RX; end < END_COUNT; end++)
		s->known[end] = run->target[end].cpus_known;
	return 0;
}

static void breakpoints_close(struct breakpoints *s)
{
	if (!s)
		return;
	if (s->slices)
		slices_close(s->slices);
	for (unsigned int cpu = 0; s->event && cpu < s->cpus; cpu++)
		for (int i = 0; i < CALLS; i++)
			if (s->event[cpu][i] >= 0)
				close(s->event[cpu][i]);
	free(s->event);
	free(s->home);
	free(s);
}

/* NULL with why filled in. */
static struct breakpoints *breakpoints_open(const struct measurement *run, char *why,
					    size_t why_size)
{
	struct breakpoints *s;

	if (!bpf_means_works(MEANS_BREAKPOINT, why, why_size))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s)
		s->cpus = bpf_cpus();
	if (!s || allocate(s, run)) {
		snprintf(why, why_size, "no memory left");
		breakpoints_close(s);
		return NULL;
	}
	for (int i = 0; i < CALLS; i++)
		if (open_events(s, i, why, why_size)) {
			breakpoints_close(s);
			return NULL;
		}
	return s;
}

static void breakpoints_emit(struct breakpoints *s, struct writer *w, double scale)
{
	__u64 total[CALLS][END_COUNT];

	read_counts(s, total[0]);
	if (s->unread) {
		writer_absent_metric(w, END_HOST, METRIC_genpool_calls,
				     "a breakpoint could not be switched off, or its count not be read");
		return;
	}
	for (int i = 0; i < CALLS; i++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++) {
			unsigned int figure = (unsigned int)i * END_COUNT + (unsigned int)end;

			if (!total[i][end] && !s->known[end] && end != END_HOST)
				continue;
			writer_u64(w, WINDOW, end, METRIC_genpool_calls, calls[i].name,
				   slices_scaled(total[i][end], scale));
			if (s->slices)
				slices_say_error(s->slices, w, end, METRIC_genpool_calls,
						 calls[i].name, slices_error(s->slices, figure));
		}
}

/* Without programs. */
static void breakpoints_alone(struct breakpoints *s, struct writer *w)
{
	double scale;

	slices_wait(s->slices);
	scale = slices_scale(s->slices);
	if (scale <= 0) {
		slices_absent(s->slices, w, "genpool");
		return;
	}
	slices_say(s->slices, w, "genpool");
	breakpoints_emit(s, w, scale);
}

/* A slice with breakpoints and one in which calls were timed, if one is not both. */
static bool had_both(const struct breakpoints *s)
{
	return s->exact || (s->taken_ns && s->all_ns > s->taken_ns);
}

static void breakpoints_along(struct breakpoints *s, struct writer *w, double scale)
{
	breakpoints_emit(s, w, scale * (double)s->all_ns / (double)s->taken_ns);
}

/* ---- both ---- */

struct state {
	void *tally; /* closed also after a failed open */
	bool tallies;
	struct breakpoints *breakpoints; /* NULL: not needed, or refused */
	char means[64];
};

static int genpool_open_both(void **state, const struct measurement *run, const char **means,
			     char *why, size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	const char *by_programs = "";

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->tallies = !genpool_open(&s->tally, run, &by_programs, why, why_size);
	if (!s->tallies || !tally_counts(s->tally, calls[GENPOOL_ALLOC].program))
		s->breakpoints = breakpoints_open(run, why, why_size);
	if (!s->tallies && !s->breakpoints)
		return -1;
	if (s->breakpoints && s->tallies) {
		s->breakpoints->bpf = tally_bpf(s->tally);
		s->breakpoints->exact = run->exact;
		tally_along(s->tally, &along, s->breakpoints);
	} else if (s->breakpoints) {
		s->breakpoints->slices = slices_open(&slices_work, run, s->breakpoints);
	}
	if (s->breakpoints && !s->tallies && !s->breakpoints->slices) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	snprintf(s->means, sizeof(s->means), "%s%s%s",
		 s->breakpoints ? bpf_means_name(MEANS_BREAKPOINT) : "",
		 s->breakpoints && s->tallies ? ", " : "", s->tallies ? by_programs : "");
	*means = s->means;
	return 0;
}

static int genpool_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	if (s->tallies)
		return tally_snapshot(s->tally, edge);
	if (edge == EDGE_OPEN)
		return slices_begin(s->breakpoints->slices);
	slices_end(s->breakpoints->slices);
	return 0;
}

static void genpool_emit(void *state, struct writer *w)
{
	struct state *s = state;

	if (!s->tallies) {
		breakpoints_alone(s->breakpoints, w);
		return;
	}
	if (s->breakpoints && !(tally_settle(s->tally) && had_both(s->breakpoints))) {
		tally_absent(s->tally, w);
		return;
	}
	tally_emit(s->tally, w);
	if (s->breakpoints)
		breakpoints_along(s->breakpoints, w, tally_scale(s->tally));
}

static void genpool_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	/* Which ends the thread that switches breakpoints on and off. */
	tally_close(s->tally);
	breakpoints_close(s->breakpoints);
	free(s);
}

const struct collector_ops genpool_collector = {
	.source = "genpool",
	.what = "calls of gen_pool, which hands out device memory's buffers, and their time",
	.hardware = true,
	.open = genpool_open_both,
	.snapshot = genpool_snapshot,
	.emit = genpool_emit,
	.close = genpool_close,
};
