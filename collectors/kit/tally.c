// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/tally.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/bpf_means.h"
#include "collectors/kit/slices.h"

#define SLICE_NS 20000000

struct tally {
	struct tally_source source;
	struct bpf_object *object;
	struct tally_cpu *cpu; /* the map's memory */
	unsigned int cpus;
	struct slices_work work;
	struct slices *slices;
	const struct slices_work *along; /* or NULL */
	void *with;
	bool attached, known[END_COUNT];
	__u64 from_ns;
	__u64 missed[EDGE_COUNT];
	double scale;
	char means[64];
};

const char *const tally_context_name[TALLY_CONTEXTS] = {"task", "softirq"};

static size_t memory(const struct tally *t)
{
	return (t->cpus * sizeof(*t->cpu) + 4095) / 4096 * 4096;
}

static int slice_on(void *state, __u64 slice_ns)
{
	struct tally *t = state;

	if (!t->attached && bpf_object__attach_skeleton(t->source.skeleton))
		return -1;
	t->attached = true;
	if (t->along && t->along->on(t->with, slice_ns))
		return -1;
	if (t->source.slice)
		*t->source.slice = slice_ns;
	t->from_ns = clock_kernel_ns();
	__atomic_store_n(t->source.counting, t->from_ns, __ATOMIC_RELEASE);
	return 0;
}

static __u64 slice_off(void *state)
{
	struct tally *t = state;
	__u64 ns;

	__atomic_store_n(t->source.counting, 0, __ATOMIC_RELEASE);
	ns = clock_kernel_ns() - t->from_ns;
	if (t->along)
		t->along->off(t->with);
	/* Which takes long: at an edge the others would measure more than the window meanwhile. */
	if (*t->source.whole)
		return ns;
	bpf_object__detach_skeleton(t->source.skeleton);
	t->attached = false;
	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		t->cpu[cpu].context = TALLY_TASK;
	return ns;
}

static int choose(struct tally *t, char *why, size_t why_size)
{
	int means = t->source.hooks ? bpf_means_choose(t->object, why, why_size) : -1;

	if (means < 0 && !t->source.tracepoints)
		return -1;
	snprintf(t->means, sizeof(t->means), "%s%s%s",
		 means < 0 ? "" : bpf_means_name((enum bpf_means)means),
		 means >= 0 && t->source.tracepoints ? ", " : "",
		 t->source.tracepoints ? bpf_means_name(MEANS_RAW_TRACEPOINT) : "");
	return 0;
}

static int map_counters(struct tally *t, const struct measurement *run)
{
	struct bpf_map *map = bpf_object__find_map_by_name(t->object, "tally");
	void *found =
		mmap(NULL, memory(t), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (found == MAP_FAILED)
		return -errno;
	t->cpu = found;
	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		t->cpu[cpu].home = target_of_cpu(run->target, cpu);
	return 0;
}

static void destroy(const struct tally_source *source)
{
	bpf_object__destroy_skeleton(source->skeleton);
	free(source->bpf);
}

int tally_open(void **state, const struct tally_source *source, const struct measurement *run,
	       const char **means, char *why, size_t why_size)
{
	struct tally *t = calloc(1, sizeof(*t));
	int error;

	*state = t;
	if (!t) {
		snprintf(why, why_size, "out of memory");
		destroy(source);
		return -1;
	}
	t->source = *source;
	t->work = (struct slices_work){
		.on = slice_on,
		.off = slice_off,
		.slice_ns = source->slice_ns ? source->slice_ns : SLICE_NS,
	};
	t->object = *source->skeleton->obj;
	t->cpus = bpf_cpus();
	for (int end = END_RX; end < END_COUNT; end++)
		t->known[end] = target_here(&run->target[end]) || run->target[end].cpus_known;
	*source->whole = run->exact;
	if (source->prepare)
		source->prepare(source->bpf);
	if (bpf_run_scope(source->run_scope, run, why, why_size) || choose(t, why, why_size))
		return -1;
	bpf_map__set_max_entries(bpf_object__find_map_by_name(t->object, "tally"), t->cpus);
	if (bpf_load(source->skeleton, source->name, why, why_size))
		return -1;
	error = map_counters(t, run);
	if (error)
		return bpf_refused(error, "mapping a table of counters", why, why_size);
	if (bpf_attach(source->skeleton, source->name, why, why_size))
		return -1;
	t->attached = run->exact;
	if (!t->attached)
		bpf_object__detach_skeleton(source->skeleton); /* it was to see whether it can be */
	t->slices = slices_open(&t->work, run, t);
	if (!t->slices) {
		snprintf(why, why_size, "out of memory");
		return -1;
	}
	*means = t->means;
	return 0;
}

bool tally_counts(const struct tally *t, const char *name)
{
	struct bpf_program *program = NULL;
	size_t length = name ? strlen(name) : 0;

	while (name && (program = bpf_object__next_program(t->object, program))) {
		const char *full = bpf_program__name(program);

		if (!strncmp(full, name, length) && (!full[length] || full[length] == '_') &&
		    bpf_program__autoload(program))
			return true;
	}
	return !name;
}

int tally_snapshot(void *state, enum edge edge)
{
	struct tally *t = state;

	t->missed[edge] = bpf_missed_all(t->object);
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

double tally_scale(const void *state)
{
	return ((const struct tally *)state)->scale;
}

__u64 tally_in(const struct tally *t, enum record_end end, int context, __u32 counter)
{
	__u64 total = 0;

	for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
		total += t->cpu[cpu].figures[end][context].counter[counter];
	return slices_scaled(total, t->scale);
}

static void emit_row(const struct tally *t, struct writer *w, const struct tally_row *row)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (int context = 0; context < TALLY_CONTEXTS; context++) {
			__u64 n = tally_in(t, end, context, row->counter);

			if (n || t->known[end])
				writer_u64(w, WINDOW, end, row->metric, tally_context_name[context],
					   n);
		}
}

static void emit_rows(struct tally *t, struct writer *w)
{
	if (t->scale > 1)
		writer_f64(w, WINDOW, END_HOST, METRIC_collector_share, t->source.name,
			   1 / t->scale);
	for (size_t i = 0; i < t->source.row_count; i++)
		if (tally_counts(t, t->source.rows[i].program))
			emit_row(t, w, &t->source.rows[i]);
	if (t->source.more)
		t->source.more(t, w);
	writer_u64(w, WINDOW, END_HOST, t->source.lost, NULL,
		   slices_scaled(t->missed[EDGE_CLOSE] - t->missed[EDGE_OPEN], t->scale));
}

bool tally_settle(void *state)
{
	struct tally *t = state;

	slices_wait(t->slices);
	t->scale = slices_scale(t->slices);
	return t->scale > 0;
}

void tally_emit(void *state, struct writer *w)
{
	struct tally *t = state;

	if (tally_settle(t))
		emit_rows(t, w);
	else
		slices_absent(w, t->source.name);
}

void tally_look(void *state, struct writer *w)
{
	struct tally *t = state;

	t->missed[EDGE_CLOSE] = bpf_missed_all(t->object);
	t->scale = slices_hold(t->slices);
	if (t->scale > 0)
		emit_rows(t, w);
	slices_let(t->slices);
}

__u64 tally_total(const struct tally *t, enum record_end end, __u32 counter)
{
	return tally_in(t, end, TALLY_TASK, counter) + tally_in(t, end, TALLY_SOFTIRQ, counter);
}

__u64 tally_scaled(const struct tally *t, __u64 total)
{
	return slices_scaled(total, t->scale);
}

void *tally_bpf(const struct tally *t)
{
	return t->source.bpf;
}

void tally_histogram(const struct tally *t, struct writer *w, int histogram, enum metric_id metric)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++) {
		uint64_t buckets[HISTOGRAM_BUCKETS] = {0};

		for (unsigned int cpu = 0; cpu < t->cpus; cpu++)
			for (int context = 0; context < TALLY_CONTEXTS; context++)
				for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
					buckets[i] += t->cpu[cpu]
							      .figures[end][context]
							      .histogram[histogram][i];
		for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
			buckets[i] = slices_scaled(buckets[i], t->scale);
		writer_histogram(w, end, metric, NULL, buckets);
	}
}

void tally_close(void *state)
{
	struct tally *t = state;

	if (!t)
		return;
	slices_close(t->slices);
	if (t->cpu)
		munmap(t->cpu, memory(t));
	destroy(&t->source);
	free(t);
}
