// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/measures.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/cpu_time.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/ledger.h"

#define KB 1e3
#define GB 1e9

static const char *name(struct measures *m, const char *first, const char *second)
{
	return arena_printed(&m->texts, "%s%s%s", first, *first && *second ? " " : "", second);
}

static void add(struct measures *m, struct measure measure)
{
	if (isfinite(measure.value))
		ARRAY_ADD(m->at, m->count) = measure;
}

/* What an error is of its figure; of one of nothing, as C of an end that slept, there is none. */
static double part_of(double off, double value)
{
	return off > 0 && value > 0 ? off / value : 0;
}

static void add_results(struct measures *m, const struct run *run, const struct exponents *exponents)
{
	struct outcome o = outcome_of(run, exponents);

	for (enum quantity q = 0; q < QUANTITIES; q++) {
		const struct quantity_info *info = quantity_info(q);

		add(m, (struct measure){SECTION_RESULT, END_HOST, info->words, info->unit,
					info->better, METRIC_NONE, 0, o.of[q],
					part_of(o.off[q], o.of[q])});
	}
}

/* What the error of C is of it. */
static double part_of_cpu(const struct run *run, enum record_end end)
{
	return part_of(cpu_off(run, end), cpu_percent(run, end));
}

static void add_costs(struct measures *m, const struct run *run)
{
	struct ledger ledger = ledger_of(run);

	for (size_t i = 0; i < ledger.count; i++) {
		const struct cost *cost = &ledger.at[i];

		add(m, (struct measure){SECTION_COST, cost->end, name(m, "", cost->key), "ns/KB",
					BETTER_LESS, METRIC_profile_component, cost->quantum,
					cost->ns_per_kb, 0});
	}
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		add(m, (struct measure){SECTION_COST, end, MEASURE_COST_TOTAL, "ns/KB", BETTER_LESS,
					METRIC_NONE, 0, ledger.sum[LEDGER_TOTAL][end], 0});
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		add(m, (struct measure){SECTION_COST, end, MEASURE_COST_ACCOUNTED, "ns/KB",
					BETTER_LESS, METRIC_NONE, 0,
					ledger.sum[LEDGER_ACCOUNTED][end], part_of_cpu(run, end)});
	ledger_free(&ledger);
}

/* Of small requests the bytes say little: what one costs an end, by the kernel's accounting. */
static void add_requests(struct measures *m, const struct run *run)
{
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		enum record_end whose = end == END_RX ? END_RX : END_TX;
		double requests = run_sum(run, METRIC_path_responses, whose);
		double ns = cpu_percent(run, end) / 100 * run_window_ns(run, end);

		if (!(requests > 0))
			continue;
		add(m, (struct measure){SECTION_RESULT, end,
					name(m, "CPU per request at", record_end_name[end]), "ns",
					BETTER_LESS, METRIC_NONE, 0, ns / requests,
					part_of_cpu(run, end)});
	}
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* "softirq;[kernel];nft_do_chain" is read as "softirq nft_do_chain". */
static const char *symbol_name(struct measures *m, const char *key)
{
	const char *object = strchr(key, ';');
	const char *symbol = object ? strchr(object + 1, ';') : NULL;

	if (!symbol)
		return name(m, key, "");
	return arena_printed(&m->texts, "%.*s %s", (int)(object - key), key, symbol + 1);
}

double sample_worth(const struct run *run, enum record_end end)
{
	double period = run_figure(run, METRIC_profile_period, end, NULL);

	if (isnan(period))
		period = run_figure(run, METRIC_profile_period, run_machine(run, end), NULL);
	/* Of a profile that does not know what a sample is worth, parts of it can be told. */
	if (isnan(period) && !isnan(run_sum(run, METRIC_profile_share, end)))
		return 100 / run_sum(run, METRIC_profile_samples, end);
	return period * KB / run_payload(run, end);
}

static void add_symbols(struct measures *m, const struct run *run, enum record_end end)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	bool shares = !isnan(run_sum(run, METRIC_profile_share, end));
	double worth = sample_worth(run, end);

	for (size_t i = 0; i < symbols.count; i++) {
		/* What tasks of neither end did is no cost of theirs. */
		bool bystander = end_is_machine(end) && starts_with(symbols.at[i].key, "task;");

		if (!bystander && !starts_with(symbols.at[i].key, "idle;"))
			add(m, (struct measure){shares ? SECTION_MECHANISM : SECTION_SYMBOLS, end,
						symbol_name(m, symbols.at[i].key),
						shares ? "% of samples" : "ns/KB", BETTER_LESS,
						METRIC_profile_symbol, worth,
						symbols.at[i].value * worth, 0});
	}
}

static void add_syscalls(struct measures *m, const struct run *run, enum record_end end)
{
	struct figures calls = run_range(run, METRIC_syscalls_calls, end);
	double per_gb = GB / run_payload(run, end);

	for (size_t i = 0; i < calls.count; i++) {
		const char *key = calls.at[i].key;
		double count = calls.at[i].value;
		double total = run_figure(run, METRIC_syscalls_total, end, key);
		double errors = run_figure(run, METRIC_syscalls_errors, end, key);

		add(m, (struct measure){SECTION_SYSCALLS, end, name(m, key, "calls"), "/GB",
					BETTER_LESS, METRIC_syscalls_calls, per_gb, count * per_gb,
					0});
		if (errors > 0)
			add(m, (struct measure){SECTION_SYSCALLS, end, name(m, key, "errors"),
						"/GB", BETTER_LESS, METRIC_syscalls_calls, per_gb,
						errors * per_gb, 0});
		if (count > 0)
			add(m,
			    (struct measure){SECTION_SYSCALLS, end, name(m, key, "time"), "ns/call",
					     BETTER_LESS, METRIC_NONE, 0, total / count, 0});
	}
}

static void add_receives(struct measures *m, const struct run *run)
{
	struct figures sizes = run_range(run, METRIC_path_receive_size, END_RX);
	double receives = run_sum(run, METRIC_path_receive_size, END_RX);

	if (!(receives > 0))
		return;
	add(m, (struct measure){SECTION_RECEIVE, END_RX, "mean", "bytes", BETTER_NEITHER,
				METRIC_NONE, 0, run_payload(run, END_RX) / receives, 0});
	add(m, (struct measure){SECTION_RECEIVE, END_RX, "median", "bytes", BETTER_NEITHER,
				METRIC_NONE, 0, distribution_quantile(sizes, 0.5), 0});
	add(m, (struct measure){SECTION_RECEIVE, END_RX, "99 % below", "bytes", BETTER_NEITHER,
				METRIC_NONE, 0, distribution_quantile(sizes, 0.99), 0});
}

/* Where a metric is compared; SECTIONS for those that have their own way above, or none. */
static enum section section_of(enum metric_id id)
{
	static const enum section sections[] = {
		[COMPARE_AS_MECHANISM] = SECTION_MECHANISM,
		[COMPARE_AS_TCP] = SECTION_TCP,
		[COMPARE_AS_CPU] = SECTION_CPU,
		[COMPARE_AS_DEVICE] = SECTION_DEVICE,
		[COMPARE_APART] = SECTIONS,
	};

	return sections[metric_compare(id)];
}

/* Flows and CPUs are numbers, and one of them is not that of another run: they are added up. */
static bool is_number(const char *key)
{
	for (; isdigit((unsigned char)*key); key++)
		;
	return !*key;
}

/* Of one key, or of all those that are numbers. */
struct total {
	double value;
	size_t parts;
	double off; /* its standard error */
};

/* Slices that were few of one thing were of the next as well: errors add up. */
static void add_part(struct total *total, const struct run *run, const struct figure *figure)
{
	double slices;
	double error = run_error(run, figure->id, figure->end, figure->key, &slices);

	total->value += figure->value;
	total->off += figure->value * error;
	total->parts++;
}

/* What one that was met stands for: of what was counted in slices as many as these are less than the window. */
static double counts_as(const struct run *run, enum metric_id id, enum record_end end)
{
	double share = run_figure(run, METRIC_collector_share, run_machine(run, end),
				  metric_info(id)->source);

	return share > 0 ? 1 / share : 1;
}

static void add_scaled(struct measures *m, const struct run *run, enum metric_id id,
		       enum record_end end, const char *key, struct total total)
{
	const struct metric_info *info = metric_info(id);
	struct measure measure = {
		.section = section_of(id),
		.end = end,
		.name = name(m, info->name, key),
		.unit = info->unit,
		.better = info->better,
		.source = id,
		.error = total.value > 0 ? total.off / total.value : 0,
	};

	if (!metric_scales(id)) {
		measure.value = total.value / total.parts;
	} else if (!strcmp(info->source, "tcp") && !strcmp(info->unit, "ns")) {
		/* Time in a state of a connection: as a share of all the time it had. */
		measure.unit = "% of time";
		measure.value = 100 * total.value / total.parts / run_window_ns(run, end);
	} else if (!strcmp(info->unit, "ns")) {
		measure.unit = "ns/KB";
		measure.value = total.value * KB / run_payload(run, end);
	} else {
		measure.unit = "/GB";
		measure.value = total.value * GB / run_payload(run, end);
		measure.quantum = counts_as(run, id, end) * GB / run_payload(run, end);
	}
	add(m, measure);
}

static void add_metric(struct measures *m, const struct run *run, enum metric_id id,
		       enum record_end end)
{
	struct figures range = run_range(run, id, end);
	struct total numbered = {.value = 0};

	for (size_t i = 0; i < range.count; i++) {
		if (is_number(range.at[i].key)) {
			add_part(&numbered, run, &range.at[i]);
		} else {
			struct total total = {.value = 0};

			add_part(&total, run, &range.at[i]);
			add_scaled(m, run, id, end, range.at[i].key, total);
		}
	}
	if (numbered.parts)
		add_scaled(m, run, id, end, "", numbered);
}

void measures_of(struct measures *m, const struct run *run, const struct exponents *exponents)
{
	*m = (struct measures){.at = NULL};
	add_results(m, run, exponents);
	add_requests(m, run);
	add_costs(m, run);
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		add_symbols(m, run, end);
		add_syscalls(m, run, end);
	}
	add_receives(m, run);
	for (int id = 0; id < METRIC_COUNT; id++)
		for (enum record_end end = 0; section_of(id) != SECTIONS && end < RECORD_ENDS; end++)
			add_metric(m, run, id, end);
}

void measures_free(struct measures *m)
{
	arena_free(&m->texts);
	free(m->at);
}
