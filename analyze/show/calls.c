// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls and receives. */
#include <math.h>
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/figures/distribution.h"
#include "analyze/show/show.h"
#include "record/histogram.h"

#define MS 1e6
#define US 1e3

/* Every figure of the calls of one end. */
struct calls {
	struct averages calls, errors, total, min, mean, max, stddev;
};

static struct calls calls_of(const struct configuration *c, enum record_end end)
{
	return (struct calls){
		.calls = averages_of(c, METRIC_syscalls_calls, end, MEAN),
		.errors = averages_of(c, METRIC_syscalls_errors, end, MEAN),
		.total = averages_of(c, METRIC_syscalls_total, end, MEAN),
		.min = averages_of(c, METRIC_syscalls_min, end, LEAST),
		.mean = averages_of(c, METRIC_syscalls_mean, end, MEAN),
		.max = averages_of(c, METRIC_syscalls_max, end, MOST),
		.stddev = averages_of(c, METRIC_syscalls_stddev, end, MEAN),
	};
}

static void calls_free(struct calls *calls)
{
	averages_free(&calls->calls);
	averages_free(&calls->errors);
	averages_free(&calls->total);
	averages_free(&calls->min);
	averages_free(&calls->mean);
	averages_free(&calls->max);
	averages_free(&calls->stddev);
}

static int by_value(const void *a, const void *b)
{
	double x = ((const struct average *)a)->value;
	double y = ((const struct average *)b)->value;

	return (x < y) - (x > y);
}

/* Of a call that never returned there is no time to tell. */
static void number_or_dash(struct table *t, double value)
{
	if (isnan(value))
		cell_missing(t, "-");
	else
		cell_number(t, value);
}

static void syscall_columns(struct table *t)
{
	table_column(t, "syscall", "syscall", "", COLUMN_TEXT, 0);
	table_column(t, "calls", "calls", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "errors", "errors", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "total_ms", "total", "(msec)", COLUMN_NUMBER, 3);
	table_column(t, "min_ms", "min", "(msec)", COLUMN_NUMBER, 4);
	table_column(t, "avg_ms", "avg", "(msec)", COLUMN_NUMBER, 4);
	table_column(t, "max_ms", "max", "(msec)", COLUMN_NUMBER, 3);
	table_column(t, "stddev_percent", "stddev", "(%)", COLUMN_NUMBER, 2);
}

static void syscalls_of_end(const struct view *v, enum record_end end)
{
	struct calls calls = calls_of(v->configuration, end);
	/* By total time; the other figures are found by key. */
	struct averages order = averages_of(v->configuration, METRIC_syscalls_total, end, MEAN);
	struct table *t = show_table(v, record_end_name[end], end, "System calls");

	syscall_columns(t);
	/* Where times were not measured: by their number. */
	if (!order.count) {
		averages_free(&order);
		order = averages_of(v->configuration, METRIC_syscalls_calls, end, MEAN);
	}
	ARRAY_SORT(order.at, order.count, by_value);
	for (size_t i = 0; i < order.count; i++) {
		const char *key = order.at[i].key;
		double count = averages_get(&calls.calls, key);
		double mean = averages_get(&calls.mean, key);
		/* As perf prints it: the standard error of the mean. */
		double error = averages_get(&calls.stddev, key) / sqrt(count);

		cell_text(t, "%s", key);
		cell_number(t, count);
		number_or_dash(t, averages_get(&calls.errors, key));
		number_or_dash(t, averages_get(&calls.total, key) / MS);
		number_or_dash(t, averages_get(&calls.min, key) / MS);
		number_or_dash(t, mean / MS);
		number_or_dash(t, averages_get(&calls.max, key) / MS);
		number_or_dash(t, 100 * error / mean);
	}
	calls_free(&calls);
	averages_free(&order);
}

static bool any(const struct view *v, enum metric_id id, enum record_end end)
{
	for (size_t i = 0; i < v->configuration->count; i++)
		if (run_measured(v->configuration->runs[i], end, id, NULL))
			return true;
	return false;
}

void show_syscalls(const struct view *v)
{
	bool shown = false;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages in_flight, lost;

		if (!any(v, METRIC_syscalls_calls, end))
			continue;
		shown = true;
		syscalls_of_end(v, end);
		in_flight = averages_of(v->configuration, METRIC_syscalls_in_flight, end, MEAN);
		lost = averages_of(v->configuration, METRIC_syscalls_lost, end, MEAN);
		if (averages_sum(&in_flight) > 0)
			page_note(v->page,
				  "%s: calls in flight when the window closed: %.4g; their time inside it is in the total.",
				  record_end_name[end], averages_sum(&in_flight));
		if (averages_sum(&lost) > 0)
			page_note(v->page, "%s: %.4g calls could not be counted.",
				  record_end_name[end], averages_sum(&lost));
		averages_free(&in_flight);
		averages_free(&lost);
	}
	if (!shown)
		show_unmeasured(v, "syscalls", "System calls");
}

/* The mean over runs of a quantile of each. */
static double quantile(const struct configuration *c, enum metric_id id, enum record_end end,
		       const char *prefix, double share)
{
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value =
			distribution_quantile(distribution_of(c->runs[i], id, end, prefix), share);

		if (isnan(value))
			continue;
		sum += value;
		runs++;
	}
	return runs ? sum / runs : NAN;
}

static const struct {
	const char *name;
	const char *heading;
	double share;
} quantiles[] = {{"p50_us", "50 %", 0.5}, {"p90_us", "90 %", 0.9}, {"p99_us", "99 %", 0.99}};

void show_latency(const struct view *v)
{
	const struct configuration *c = v->configuration;
	const struct view kernel = {v->page, c, v->lines, "latency"};
	struct table *t = NULL;

	show_requests(v);
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages calls = averages_of(c, METRIC_syscalls_calls, end, MEAN);
		struct averages max = averages_of(c, METRIC_syscalls_max, end, MOST);

		if (calls.count && !t) {
			t = page_table(v->page, "latency",
				       "Time of system calls: so many took less, to within 6 %");
			table_column(t, "end", "end", "", COLUMN_TEXT, 0);
			table_column(t, "syscall", "syscall", "", COLUMN_TEXT, 0);
			table_column(t, "calls", "calls", "", COLUMN_NUMBER, DECIMALS_EACH);
			for (size_t i = 0; i < 3; i++)
				table_column(t, quantiles[i].name, quantiles[i].heading, "us",
					     COLUMN_NUMBER, 2);
			table_column(t, "max_us", "max", "us", COLUMN_NUMBER, 2);
		}
		ARRAY_SORT(calls.at, calls.count, by_value);
		for (size_t i = 0; i < calls.count; i++) {
			cell_text(t, "%s", record_end_name[end]);
			cell_text(t, "%s", calls.at[i].key);
			cell_number(t, calls.at[i].value);
			for (size_t j = 0; j < 3; j++)
				number_or_dash(t, quantile(c, METRIC_syscalls_latency, end,
							   calls.at[i].key, quantiles[j].share) /
							  US);
			number_or_dash(t, averages_get(&max, calls.at[i].key) / US);
		}
		averages_free(&calls);
		averages_free(&max);
	}
	if (!t)
		show_unmeasured(v, "syscalls", "System calls");
	show_source(&kernel); /* from NAPI to the copy */
}

void show_receive(const struct view *v)
{
	struct averages sizes =
		averages_of(v->configuration, METRIC_path_receive_size, END_RX, MEAN);
	double total = averages_sum(&sizes);
	double below = 0;
	struct table *t;

	if (!sizes.count) {
		show_unmeasured(v, "path", "Bytes per receive");
		return;
	}
	t = show_table(v, "receive", END_RX, "Bytes per receive");
	table_column(t, "from_bytes", "from", "bytes", COLUMN_NUMBER, 0);
	table_column(t, "below_bytes", "below", "bytes", COLUMN_NUMBER, 0);
	table_column(t, "receives", "receives", "", COLUMN_NUMBER, 0);
	table_column(t, "share_percent", "share", "%", COLUMN_NUMBER, 2);
	table_column(t, "up_to_here_percent", "up to here", "%", COLUMN_NUMBER, 2);
	for (size_t i = 0; i < sizes.count; i++) {
		const char *key = sizes.at[i].key;
		uint64_t edge;
		size_t len;

		if (bucket_edge(key, strlen(key), &edge, &len))
			continue;
		below += sizes.at[i].value;
		cell_number(t, edge);
		cell_number(t, bucket_end(METRIC_path_receive_size, edge));
		cell_number(t, sizes.at[i].value);
		cell_number(t, 100 * sizes.at[i].value / total);
		cell_number(t, 100 * below / total);
	}
	averages_free(&sizes);
}
