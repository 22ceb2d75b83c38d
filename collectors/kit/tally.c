// SPDX-License-Identifier: GPL-2.0-or-later
/* The programs of a source, and when they count. */
#include "collectors/kit/tally_state.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/bpf_means.h"
#include "collectors/kit/tally_context.h"

#define SLICE_NS 20000000

/*
 * Long to be put in place, where a tracepoint takes a fifth of it; and then looked at for so long, with as many runs as
 * take a 100th of a CPU.
 */
#define LONG_NS	  3000000
#define LOOK_NS	  5000000
#define LOOK_RUNS 1000

/* To note that a softirq begins and ends costs a third of what an event does, for all sources together. */
#define SOFTIRQS_OF_EVENT 3

static void leave(struct tally *t)
{
	if (t->follows)
		tally_context_leave(t->contexts);
	t->follows = false;
}

/* What it put in place before an error goes with detach(). */
static int attach(struct tally *t)
{
	__u64 began = clock_of_ns(CLOCK_THREAD_CPUTIME_ID);
	int error = t->follows ? 0 : tally_context_follow(t->contexts);

	if (error)
		return error;
	t->follows = true;
	if (t->attached)
		return 0;
	t->attached = true;
	error = bpf_object__attach_skeleton(t->source.skeleton);
	t->attach_ns = clock_of_ns(CLOCK_THREAD_CPUTIME_ID) - began;
	return error;
}

static void detach(struct tally *t)
{
	__u64 began = clock_of_ns(CLOCK_THREAD_CPUTIME_ID);

	bpf_object__detach_skeleton(t->source.skeleton);
	t->detach_ns = clock_of_ns(CLOCK_THREAD_CPUTIME_ID) - began;
	t->attached = false;
	leave(t);
}

static bool is_there(void *state)
{
	return ((const struct tally *)state)->attached;
}

static void away(void *state)
{
	detach(state);
}

static __u64 cost_ns(void *state)
{
	const struct tally *t = state;

	return t->attach_ns + t->detach_ns;
}

/* Of its own programs. */
static __u64 runs(void *state)
{
	return tally_table_runs(&((const struct tally *)state)->table);
}

static const struct slices_hooks hooks = {
	.there = is_there,
	.away = away,
	.cost_ns = cost_ns,
	.runs = runs,
};

static int slice_on(void *state, __u64 slice_ns)
{
	struct tally *t = state;

	if (attach(t))
		return -1;
	if (t->along && t->along->on(t->with, slice_ns))
		return -1;
	if (t->source.slice)
		*t->source.slice = slice_ns;
	t->watched = !slice_ns;
	t->from_ns = clock_kernel_ns();
	*t->source.until_ns = NEVER;
	*t->source.since_ns = t->from_ns;
	__atomic_store_n(t->source.counting, t->from_ns, __ATOMIC_RELEASE);
	return 0;
}

static __u64 slice_off(void *state)
{
	struct tally *t = state;
	__u64 now = clock_kernel_ns();

	__atomic_store_n(t->source.until_ns, now, __ATOMIC_RELEASE);
	__atomic_store_n(t->source.counting, 0, __ATOMIC_RELEASE);
	if (t->along)
		t->along->off(t->with);
	/* Which takes long: at an edge the others would measure more than the window meanwhile. */
	if (!t->watched)
		leave(t);
	if (t->source.cut)
		t->source.cut(t->source.bpf);
	return now - t->from_ns;
}

static __u64 events(void *state)
{
	return tally_context_softirqs() / SOFTIRQS_OF_EVENT + runs(state);
}

static void keep(void *state)
{
	struct tally *t = state;

	detach(t);
	tally_table_copy(&t->table, t->certain);
	if (t->source.sliced)
		*t->source.sliced = true;
}

/* name: without the ending of its means. */
static bool is_named(const char *program, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(program, name, length) && (!program[length] || program[length] == '_');
}

static void read_figures(void *state, __u64 *total)
{
	const struct tally *t = state;

	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (int context = 0; context < TALLY_CONTEXTS; context++)
			for (__u32 i = 0; i < TALLY_COUNTERS; i++)
				total[tally_figure(end, context, i)] =
					tally_table_counter(&t->table, NULL, end, context, i);
}

static __u64 raw(const struct tally *t, enum record_end end, __u32 counter)
{
	__u64 sum = 0;

	for (int context = 0; context < TALLY_CONTEXTS; context++)
		sum += tally_table_counter(&t->table, NULL, end, context, counter);
	return sum;
}

/* Of each ratio and end, in this order. */
static void read_ratios(void *state, struct slices_ratio *total)
{
	const struct tally *t = state;

	for (size_t i = 0; i < t->source.ratio_count; i++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			*total++ =
				(struct slices_ratio){raw(t, end, t->source.ratios[i].of->counter),
						      raw(t, end, t->source.ratios[i].by->counter)};
}

/* Without it some rows are missing, and the others are right. */
static bool is_of_rows(const struct tally_source *source, const char *program)
{
	for (size_t i = 0; i < source->row_count; i++)
		if (source->rows[i].program && is_named(program, source->rows[i].program))
			return true;
	return false;
}

static bool is_needed(const void *source, const char *program)
{
	return !is_of_rows(source, program);
}

static int choose(struct tally *t, char *why, size_t why_size)
{
	int means = t->source.hooks ? bpf_means_choose(t->object, why, why_size) : -1;

	if (means < 0 && !t->source.tracepoints)
		return -1;
	bpf_means_tracepoints(t->object, is_needed, &t->source);
	snprintf(t->means, sizeof(t->means), "%s%s%s",
		 means < 0 ? "" : bpf_means_name((enum bpf_means)means),
		 means >= 0 && t->source.tracepoints ? ", " : "",
		 t->source.tracepoints ? bpf_means_name(MEANS_RAW_TRACEPOINT) : "");
	return 0;
}

static int map_counters(struct tally *t, const struct measurement *run)
{
	int error = tally_table_map(&t->table, bpf_object__find_map_by_name(t->object, "tally"));

	for (unsigned int cpu = 0; !error && cpu < t->table.cpus; cpu++)
		tally_table_home(&t->table, cpu, target_of_cpu(run->target, cpu));
	return error;
}

static void destroy(const struct tally_source *source)
{
	bpf_object__destroy_skeleton(source->skeleton);
	free(source->bpf);
}

/*
 * Before the window it was to see whether they can be put in place; those that take long to be stay, if they do not run
 * all the time, for then the window is free of that.
 */
static void stay_or_go(struct tally *t)
{
	const struct timespec look = {.tv_nsec = LOOK_NS};
	__u64 before = runs(t);

	if (t->attach_ns > LONG_NS)
		nanosleep(&look, NULL);
	if (t->attach_ns > LONG_NS && runs(t) - before < LOOK_RUNS)
		leave(t);
	else
		detach(t);
}

int tally_open(void **state, const struct tally_source *source, const struct measurement *run,
	       const char **means, char *why, size_t why_size)
{
	struct tally *t = calloc(1, sizeof(*t));
	int error;

	*state = t;
	if (!t) {
		snprintf(why, why_size, "no memory left");
		destroy(source);
		return -1;
	}
	t->source = *source;
	t->work = (struct slices_work){
		.on = slice_on,
		.off = slice_off,
		.slice_ns = source->slice_ns ? source->slice_ns : SLICE_NS,
		.follows = source->follows,
		.figures = TALLY_ESTIMATES,
		.read = read_figures,
		.ratios = (unsigned int)source->ratio_count * END_COUNT,
		.read_ratios = read_ratios,
		.events = events,
		.hooks = &hooks,
	};
	t->object = *source->skeleton->obj;
	for (int end = END_RX; end < END_COUNT; end++)
		t->known[end] = target_here(&run->target[end]) || run->target[end].cpus_known;
	*source->whole = run->exact;
	if (source->prepare)
		source->prepare(source->bpf);
	if (bpf_run_scope(source->run_scope, run, why, why_size) || choose(t, why, why_size))
		return -1;
	t->contexts = FOLLOW_SOFTIRQS | tally_context_packets(source->run_scope, run);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(t->object, "tally"), bpf_cpus());
	t->shares = true;
	if (tally_context_share(t->object, why, why_size) ||
	    bpf_load(source->skeleton, source->name, why, why_size))
		return -1;
	error = map_counters(t, run);
	if (error)
		return bpf_refused(error, "mapping a table of counters", why, why_size);
	if (source->rare) {
		t->work.keep = keep;
		t->certain = tally_table_room(&t->table);
	}
	if (source->rare && !t->certain) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	error = attach(t);
	if (error)
		return bpf_refused(error, "attaching the programs", why, why_size);
	if (!run->exact && !source->rare)
		stay_or_go(t);
	t->slices = slices_open(&t->work, run, t);
	if (!t->slices) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	*means = t->means;
	return 0;
}

bool tally_counts(const struct tally *t, const char *name)
{
	struct bpf_program *program = NULL;

	while (name && (program = bpf_object__next_program(t->object, program)))
		if (is_named(bpf_program__name(program), name) && bpf_program__autoload(program))
			return true;
	return !name;
}

int tally_snapshot(void *state, enum edge edge)
{
	struct tally *t = state;

	missed_read(&t->missed, t->object, edge);
	if (edge == EDGE_OPEN)
		return slices_begin(t->slices);
	slices_end(t->slices);
	return 0;
}

void tally_along(void *state, const struct slices_work *work, void *with)
{
	struct tally *t = state;

	t->along = work;
	t->work.least = work->least;
	t->with = with;
}

void tally_close(void *state)
{
	struct tally *t = state;

	if (!t)
		return;
	slices_close(t->slices);
	tally_table_unmap(&t->table);
	if (t->attached)
		detach(t);
	leave(t);
	destroy(&t->source);
	if (t->shares)
		tally_context_done();
	free(t->certain);
	free(t);
}
