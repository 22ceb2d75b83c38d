// SPDX-License-Identifier: GPL-2.0-or-later
/* What the CPUs' own counters say: cycles, instructions, and references to their last cache. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/list.h"
#include "collectors/kit/perf_cpus.h"

static const struct perf_kind pairs[][2] = {
	{{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	 {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS}},
	{{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
	 {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES}},
};

enum { PAIRS = sizeof(pairs) / sizeof(*pairs) };

static const enum metric_id metrics[PAIRS][2] = {
	{METRIC_pmu_cycles, METRIC_pmu_instructions},
	{METRIC_pmu_llc_references, METRIC_pmu_llc_misses},
};

struct state {
	const struct measurement *run;
	struct perf_cpus *events;
};

static void say_why(int error, char *why, size_t why_size)
{
	if (error == EACCES || error == EPERM)
		snprintf(why, why_size,
			 "counting events of every CPU is not allowed: CAP_PERFMON, or kernel.perf_event_paranoid at 0 or below, allows it");
	else if (error == ENOENT || error == EOPNOTSUPP || error == ENODEV)
		snprintf(why, why_size,
			 "the CPUs have no PMU that counts cycles: a virtual machine's host has to pass it on");
	else
		snprintf(why, why_size, "cannot count cycles: %s", strerror(error));
}

static int pmu_open(void **state, const struct measurement *run, const char **means, char *why,
		    size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	int error;

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->run = run;
	s->events = perf_cpus_open(pairs, PAIRS, &error);
	if (!s->events) {
		say_why(error, why, why_size);
		return -1;
	}
	*means = "perf events of every CPU";
	return 0;
}

static int pmu_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	return perf_cpus_read(s->events, edge);
}

static void emit_pair(const struct state *s, struct writer *w, unsigned int cpu, size_t pair,
		      double sums[END_COUNT][2])
{
	enum record_end end = target_of_cpu(s->run->target, (int)cpu);
	double value[2], share = 0;
	bool known[2];
	char key[24];

	snprintf(key, sizeof(key), "%u", cpu);
	for (int which = 0; which < 2; which++) {
		known[which] = perf_cpus_value(s->events, cpu, pair, which, &value[which], &share);
		if (known[which])
			writer_u64(w, WINDOW, end, metrics[pair][which], key,
				   (uint64_t)value[which]);
	}
	if (!known[0] && !known[1])
		return;
	snprintf(key, sizeof(key), "%u/%s", cpu, pair ? "llc" : "cycles");
	writer_f64(w, WINDOW, end, METRIC_pmu_share, key, share);
	for (int which = 0; which < 2 && known[0] && known[1]; which++)
		sums[end][which] += value[which];
}

static void pmu_emit(void *state, struct writer *w)
{
	static const enum metric_id ratios[PAIRS] = {METRIC_pmu_ipc, METRIC_pmu_llc_miss_ratio};
	const struct state *s = state;

	for (size_t pair = 0; pair < PAIRS; pair++) {
		double sums[END_COUNT][2] = {0};

		for (unsigned int cpu = 0; cpu < perf_cpus_bound(s->events); cpu++)
			emit_pair(s, w, cpu, pair, sums);
		for (int end = 0; end < END_COUNT; end++)
			if (sums[end][0] > 0)
				writer_f64(w, WINDOW, end, ratios[pair], NULL,
					   sums[end][1] / sums[end][0]);
	}
}

static void pmu_close(void *state)
{
	struct state *s = state;

	if (s)
		perf_cpus_close(s->events);
	free(s);
}

const struct collector_ops pmu_collector = {
	.source = "pmu",
	.what = "cycles, instructions, references to the last cache and its misses",
	.hardware = true,
	.open = pmu_open,
	.snapshot = pmu_snapshot,
	.emit = pmu_emit,
	.repeats = true,
	.close = pmu_close,
};
