// SPDX-License-Identifier: GPL-2.0-or-later
/* Where CPU time went: symbols and components. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/figures/ledger.h"
#include "analyze/figures/measures.h"
#include "analyze/show/show.h"
#include "record/components.h"

/* The two ends first: they are what was asked about. */
static const enum record_end end_order[RECORD_ENDS] = {END_RX, END_TX, END_HOST, END_RX_HOST,
						       END_TX_HOST};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct average *)a)->value;
	double y = ((const struct average *)b)->value;

	return (x < y) - (x > y);
}

/* Drops what was counted while the CPU slept, and puts the rest in order. */
static double without_idle(struct averages *symbols)
{
	size_t kept = 0;

	for (size_t i = 0; i < symbols->count; i++)
		if (strncmp(symbols->at[i].key, "idle;", strlen("idle;")))
			symbols->at[kept++] = symbols->at[i];
	symbols->count = kept;
	ARRAY_SORT(symbols->at, kept, by_value);
	return averages_sum(symbols);
}

/* context;object;symbol. A symbol of C++ may hold a semicolon itself: only the first two count. */
static void symbol_row(struct table *t, const struct average *symbol, double total, double runs)
{
	int context = strcspn(symbol->key, ";");
	const char *object = symbol->key + context + (symbol->key[context] == ';');
	int object_len = strcspn(object, ";");
	const char *name = object + object_len + (object[object_len] == ';');

	cell_number(t, 100 * symbol->value / total);
	cell_text(t, "%.*s", context, symbol->key);
	cell_text(t, "%.*s", object_len, object);
	/* As perf: [k] in the kernel, [.] in user space. */
	cell_text(t, "[%c] %s", *object == '[' && strncmp(object, "[user]", 6) ? 'k' : '.', name);
	cell_number(t, symbol->value);
	show_margin(t, show_margin_of(symbol->value * runs));
}

static bool symbols_of_end(const struct view *v, enum record_end end)
{
	struct averages symbols = averages_of(v->configuration, METRIC_profile_symbol, end, MEAN);
	double total = without_idle(&symbols), runs = v->configuration->count;
	size_t shown = v->lines && v->lines < symbols.count ? v->lines : symbols.count;
	double rest = 0;
	struct table *t;

	if (!symbols.count)
		return false;
	t = show_table(v, record_end_name[end], end, "Symbols");
	table_column(t, "overhead_percent", "Overhead", "%", COLUMN_NUMBER, 2);
	table_column(t, "context", "Context", "", COLUMN_TEXT, 0);
	table_column(t, "object", "Shared Object", "", COLUMN_TEXT, 0);
	table_column(t, "symbol", "Symbol", "", COLUMN_TEXT, 0);
	table_column(t, "samples", "Samples", "", COLUMN_NUMBER, 0);
	show_margin_column(t, "margin_percent");
	for (size_t i = 0; i < shown; i++)
		symbol_row(t, &symbols.at[i], total, runs);
	for (size_t i = shown; i < symbols.count; i++)
		rest += symbols.at[i].value;
	if (shown < symbols.count)
		page_note(v->page, "%s: %zu more symbols hold %.2f %%; --lines 0 shows them.",
			  record_end_name[end], symbols.count - shown, 100 * rest / total);
	averages_free(&symbols);
	return true;
}

/* A reader who does not know it looks for a lock, or for a slow softirq, that is not there. */
static void say_what_the_clock_hides(const struct view *v)
{
	const struct configuration *c = v->configuration;
	const char *means = NULL;

	for (size_t i = 0; i < c->count && !means; i++)
		means = run_fact(c->runs[i], METRIC_collector_means,
				 run_machine(c->runs[i], END_RX), "profile");

	if (means && strstr(means, "cpu-clock"))
		page_note(v->page,
			  "Sampled by cpu-clock, for want of a PMU: what ran with interrupts off is billed to the function that turned them on again, and is not seen where that was idle.");
}

void show_symbols(const struct view *v)
{
	bool shown = false;

	for (size_t i = 0; i < RECORD_ENDS; i++)
		shown |= symbols_of_end(v, end_order[i]);
	if (shown)
		say_what_the_clock_hides(v);
	else
		show_unmeasured(v, "profile", "Symbols");
}

/* Where code ran, in the order of the columns; idle is no cost. */
#define CONTEXTS CONTEXT_IDLE

/* The mean of a figure of the ledgers of all runs that have it. */
static double mean_of(const struct ledger *ledgers, size_t count, enum record_end end,
		      enum ledger_sum which)
{
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < count; i++) {
		double figure = ledgers[i].sum[which][end];

		if (isnan(figure))
			continue;
		sum += figure;
		runs++;
	}
	return runs ? sum / runs : NAN;
}

/* A component's cost at one end, ns per KB, by where its code ran. */
struct component_cost {
	const char *name;
	double in[CONTEXTS];
	double all;
	double samples; /* of all runs */
};

struct component_costs {
	struct component_cost *at;
	size_t count;
};

static int dearest_first(const void *a, const void *b)
{
	double x = ((const struct component_cost *)a)->all;
	double y = ((const struct component_cost *)b)->all;

	return (x < y) - (x > y);
}

static struct component_cost *component_of(struct component_costs *costs, const char *name)
{
	for (size_t i = 0; i < costs->count; i++)
		if (!strcmp(costs->at[i].name, name))
			return &costs->at[i];
	ARRAY_ADD(costs->at, costs->count) = (struct component_cost){.name = name};
	return &costs->at[costs->count - 1];
}

/* The mean over the runs that sampled this end; the dearest component first. */
static struct component_costs costs_of(const struct ledger *ledgers, size_t count,
				       enum record_end end)
{
	struct component_costs costs = {NULL, 0};
	size_t runs = 0;

	for (size_t i = 0; i < count; i++)
		runs += !isnan(ledgers[i].sum[LEDGER_TOTAL][end]);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < ledgers[i].count; j++) {
			const struct cost *cost = &ledgers[i].at[j];
			size_t len = cost_context_len(cost->key);
			struct component_cost *c;

			if (cost->end != end)
				continue;
			c = component_of(&costs, cost_component(cost->key));
			c->all += cost->ns_per_kb / runs;
			c->samples += cost->ns_per_kb / cost->quantum;
			for (int context = 0; context < CONTEXTS; context++)
				if (len == strlen(context_name(context)) &&
				    !memcmp(cost->key, context_name(context), len))
					c->in[context] += cost->ns_per_kb / runs;
		}
	}
	ARRAY_SORT(costs.at, costs.count, dearest_first);
	return costs;
}

static void component_row(struct table *t, const struct component_cost *c, const bool *occurs,
			  double total)
{
	cell_text(t, "%s", c->name);
	for (int context = 0; context < CONTEXTS; context++)
		if (occurs[context])
			cell_number(t, c->in[context]);
	cell_number(t, c->all);
	show_margin(t, show_margin_of(c->samples));
	cell_number(t, 100 * c->all / total);
}

static void component_columns(struct table *t, const bool *occurs)
{
	table_column(t, "component", "component", "", COLUMN_TEXT, 0);
	for (int context = 0; context < CONTEXTS; context++) {
		char name[32];

		snprintf(name, sizeof(name), "%s_ns_per_kb", context_name(context));
		if (occurs[context])
			table_column(t, name, context_name(context), "ns/KB", COLUMN_NUMBER, 2);
	}
	table_column(t, "ns_per_kb", "cost", "ns/KB", COLUMN_NUMBER, 2);
	show_margin_column(t, "margin_percent");
	table_column(t, "share_percent", "share", "%", COLUMN_NUMBER, 1);
}

static bool components_of_end(const struct view *v, const struct ledger *ledgers,
			      enum record_end end)
{
	size_t runs = v->configuration->count;
	struct component_costs costs = costs_of(ledgers, runs, end);
	struct component_cost total = {.name = MEASURE_COST_TOTAL};
	double unmapped = mean_of(ledgers, runs, end, LEDGER_UNMAPPED);
	bool occurs[CONTEXTS] = {false};
	struct table *t;

	if (!costs.count)
		return false;
	for (size_t i = 0; i < costs.count; i++) {
		total.all += costs.at[i].all;
		total.samples += costs.at[i].samples;
		for (int context = 0; context < CONTEXTS; context++) {
			total.in[context] += costs.at[i].in[context];
			occurs[context] |= costs.at[i].in[context] > 0;
		}
	}
	t = show_table(v, record_end_name[end], end, "CPU time per KB of payload");
	component_columns(t, occurs);
	for (size_t i = 0; i < costs.count; i++)
		component_row(t, &costs.at[i], occurs, total.all);
	component_row(t, &total, occurs, total.all);
	if (total.all > 0)
		page_note(v->page,
			  "%s: %.1f %% of the samples are in functions that no component claims.",
			  record_end_name[end], 100 * unmapped / total.all);
	if (end_is_machine(end))
		page_note(v->page,
			  "%s: tasks of neither end, and softirq work for neither, or on CPUs that both ends share.",
			  record_end_name[end]);
	free(costs.at);
	return true;
}

/* Samples and the kernel's tick accounting are independent: their sums should agree. */
static void hold_against_accounting(const struct view *v, const struct ledger *ledgers)
{
	size_t runs = v->configuration->count;
	double sampled = 0, accounted = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		double s = mean_of(ledgers, runs, end, LEDGER_TOTAL);
		double a = mean_of(ledgers, runs, end, LEDGER_ACCOUNTED);

		sampled += isnan(s) ? 0 : s;
		accounted += isnan(a) ? 0 : a;
	}
	if (accounted > 0)
		page_note(v->page,
			  "All ends: %.1f ns/KB by samples, %.1f ns/KB (C) by the kernel's own accounting: %.0f %%.",
			  sampled, accounted, 100 * sampled / accounted);
}

/* Of a profile of an event that is no time. */
static bool shares_of_end(const struct view *v, enum record_end end)
{
	struct averages shares = averages_of(v->configuration, METRIC_profile_share, end, MEAN);
	struct averages all = averages_of(v->configuration, METRIC_profile_samples, end, MEAN);
	double samples = averages_sum(&all) * (double)v->configuration->count;
	struct table *t;

	averages_free(&all);

	if (!shares.count) {
		averages_free(&shares);
		return false;
	}
	t = show_table(v, record_end_name[end], end, "Parts of the samples");
	table_column(t, "context", "context", "", COLUMN_TEXT, 0);
	table_column(t, "component", "component", "", COLUMN_TEXT, 0);
	table_column(t, "share_percent", "share", "%", COLUMN_NUMBER, 1);
	show_margin_column(t, "margin_percent");
	ARRAY_SORT(shares.at, shares.count, by_value);
	for (size_t i = 0; i < shares.count; i++) {
		cell_text(t, "%.*s", cost_context_len(shares.at[i].key), shares.at[i].key);
		cell_text(t, "%s", cost_component(shares.at[i].key));
		cell_number(t, 100 * shares.at[i].value);
		show_margin(t, show_margin_of(shares.at[i].value * samples));
	}
	averages_free(&shares);
	return true;
}

void show_components(const struct view *v)
{
	const struct configuration *c = v->configuration;
	struct ledger *ledgers = must_calloc(c->count, sizeof(*ledgers));
	bool shown = false, shares = false;

	for (size_t i = 0; i < c->count; i++)
		ledgers[i] = ledger_of(c->runs[i]);
	for (size_t i = 0; i < RECORD_ENDS; i++)
		shown |= components_of_end(v, ledgers, end_order[i]);
	for (size_t i = 0; i < RECORD_ENDS && !shown; i++)
		shares |= shares_of_end(v, end_order[i]);
	if (shares) {
		page_note(v->page,
			  "What a sample stands for is not known: parts of the samples, and not CPU time per KB.");
	} else if (shown) {
		hold_against_accounting(v, ledgers);
		say_what_the_clock_hides(v);
	} else {
		show_unmeasured(v, "profile", "Components");
	}
	for (size_t i = 0; i < c->count; i++)
		ledger_free(&ledgers[i]);
	free(ledgers);
}
