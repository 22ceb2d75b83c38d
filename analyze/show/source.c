// SPDX-License-Identifier: GPL-2.0-or-later
/* Any source that has no part of its own: what it counted, per key and end, as the registry says. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/figures/distribution.h"
#include "analyze/show/show.h"

/* A key and its figures, by end. */
struct line {
	const char *key;
	double of[RECORD_ENDS];
};

static double weight(const struct line *line)
{
	double sum = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		sum += isnan(line->of[end]) ? 0 : fabs(line->of[end]);
	return sum;
}

static int by_weight(const void *a, const void *b)
{
	double x = weight(a), y = weight(b);

	return (x < y) - (x > y);
}

static struct line *line_of(struct line **lines, size_t *count, const char *key)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp((*lines)[i].key, key))
			return &(*lines)[i];
	ARRAY_ADD(*lines, *count) = (struct line){key, {NAN, NAN, NAN, NAN, NAN}};
	return &(*lines)[*count - 1];
}

/* Payload that was received, in GB: the mean of the runs. */
static double gigabytes(const struct view *v)
{
	struct averages bytes = averages_of(v->configuration, METRIC_path_bytes, END_RX, MEAN);
	double sum = bytes.count ? averages_sum(&bytes) : NAN;

	averages_free(&bytes);
	return sum / 1e9;
}

/* Machines of their own are there only where the ends were on two. */
static bool has_column(const struct view *v, enum record_end end)
{
	const struct configuration *c = v->configuration;

	for (size_t i = 0; i < c->count && end != END_HOST; i++)
		if (c->runs[i]->apart)
			return true;
	return end == END_HOST;
}

/* Of its largest figure. */
static double margin_of(const struct view *v, enum metric_id id, const struct line *line)
{
	enum record_end most = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		if (!isnan(line->of[end]) && !(line->of[most] >= line->of[end]))
			most = end;
	return line->of[most] > 0 ? averages_margin(v->configuration, id, most, line->key) : NAN;
}

/* Of a total of which slices met nothing at one end: how much there may have been all the same. NAN: they met some. */
static double unseen_of(const struct view *v, enum metric_id id, const struct line *line)
{
	double most = NAN;

	for (enum record_end end = 0; end < RECORD_ENDS && metric_scales(id); end++)
		if (line->of[end] == 0)
			most = fmax(isnan(most) ? 0 : most,
				    averages_unseen(v->configuration, id, end));
	return most;
}

static void cell_unseen(struct table *t, double unseen)
{
	if (unseen > 0)
		cell_number(t, unseen);
	else
		cell_missing(t, "-");
}

static void metric_lines(struct table *t, const struct view *v, enum metric_id id)
{
	const struct metric_info *info = metric_info(id);
	double gb = info->kind == KIND_TOTAL ? gigabytes(v) : NAN;
	struct line *lines = NULL;
	size_t count = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages one = averages_of(v->configuration, id, end, MEAN);

		for (size_t i = 0; i < one.count; i++)
			line_of(&lines, &count, one.at[i].key)->of[end] = one.at[i].value;
		averages_free(&one);
	}
	ARRAY_SORT(lines, count, by_weight);
	for (size_t i = 0; i < count && (!v->lines || i < v->lines); i++) {
		cell_text(t, "%s", info->name);
		cell_text(t, "%s", lines[i].key);
		cell_number(t, lines[i].of[END_RX]);
		cell_number(t, lines[i].of[END_TX]);
		for (enum record_end end = 0; end < RECORD_ENDS; end++)
			if (end_is_machine(end) && has_column(v, end))
				cell_number(t, lines[i].of[end]);
		cell_number(t, weight(&lines[i]) / gb);
		if (show_sampled(v, v->source)) {
			show_margin(t, margin_of(v, id, &lines[i]));
			cell_unseen(t, unseen_of(v, id, &lines[i]));
		}
		cell_text(t, "%s", info->unit);
	}
	if (v->lines && count > v->lines)
		page_note(v->page, "%s: %zu more keys; --lines 0 shows all.", info->name,
			  count - v->lines);
	free(lines);
}

static const struct {
	const char *name, *heading;
	double share;
} quantiles[] = {{"p50", "50 %", 0.5}, {"p90", "90 %", 0.9}, {"p99", "99 %", 0.99}};

/* Every word before a colon in the keys of a histogram; an empty one where there are edges alone. */
static void prefixes_of(const struct run *run, enum metric_id id, enum record_end end,
			struct arena *texts, const char ***found, size_t *count)
{
	struct figures range = run_range(run, id, end);

	for (size_t i = 0; i < range.count; i++) {
		const char *key = range.at[i].key, *prefix;
		size_t length, n = 0;
		uint64_t edge;

		if (bucket_edge(key, strlen(key), &edge, &length))
			continue;
		prefix = arena_text(texts, key, length);
		while (n < *count && strcmp((*found)[n], prefix))
			n++;
		if (n == *count)
			ARRAY_ADD(*found, *count) = prefix;
	}
}

/* The first run that has rows of it, or NULL. */
static const struct run *first_with(const struct view *v, enum metric_id id)
{
	const struct configuration *c = v->configuration;

	for (size_t i = 0; i < c->count; i++)
		for (enum record_end end = 0; end < RECORD_ENDS; end++)
			if (run_range(c->runs[i], id, end).count)
				return c->runs[i];
	return NULL;
}

static void histogram_lines(struct table *t, const struct view *v, enum metric_id id,
			    enum record_end end)
{
	const struct run *run = first_with(v, id);
	struct arena texts = {0};
	const char **prefix = NULL;
	size_t count = 0;

	prefixes_of(run, id, end, &texts, &prefix, &count);
	for (size_t i = 0; i < count; i++) {
		struct figures buckets =
			distribution_of(run, id, end, *prefix[i] ? prefix[i] : NULL);
		double sum = 0;

		for (size_t j = 0; j < buckets.count; j++)
			sum += buckets.at[j].value;
		cell_text(t, "%s", metric_info(id)->name);
		cell_text(t, "%s", prefix[i]);
		cell_text(t, "%s", record_end_name[end]);
		cell_number(t, sum);
		for (size_t j = 0; j < sizeof(quantiles) / sizeof(*quantiles); j++)
			cell_number(t, distribution_quantile(buckets, quantiles[j].share));
	}
	free(prefix);
	arena_free(&texts);
}

static struct table *totals_table(const struct view *v)
{
	char title[128];
	struct table *t;

	snprintf(title, sizeof(title), "%s over the window", v->source);
	t = page_table(v->page, v->source, title);
	table_column(t, "metric", "metric", "", COLUMN_TEXT, 0);
	table_column(t, "key", "key", "", COLUMN_TEXT, 0);
	table_column(t, "rx", "rx", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "tx", "tx", "", COLUMN_NUMBER, DECIMALS_EACH);
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		if (end_is_machine(end) && has_column(v, end))
			table_column(t, record_end_name[end], record_end_name[end], "",
				     COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "per_gb", "all/GB", "", COLUMN_NUMBER, DECIMALS_EACH);
	if (show_sampled(v, v->source)) {
		show_margin_column(t, "margin_percent");
		table_column(t, "zero_is_less_than", "0 is <", "", COLUMN_NUMBER, DECIMALS_EACH);
	}
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	return t;
}

static struct table *histogram_table(const struct view *v)
{
	struct table *t =
		page_table(v->page, "distribution",
			   "So many are less, to within 6 %; of the first run that has one");

	table_column(t, "metric", "metric", "", COLUMN_TEXT, 0);
	table_column(t, "key", "key", "", COLUMN_TEXT, 0);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "count", "count", "", COLUMN_NUMBER, DECIMALS_EACH);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		table_column(t, quantiles[i].name, quantiles[i].heading, "", COLUMN_NUMBER,
			     DECIMALS_EACH);
	return t;
}

static const struct run *first_sliced(const struct view *v)
{
	const struct configuration *c = v->configuration;

	for (size_t i = 0; i < c->count; i++)
		if (!isnan(run_figure(c->runs[i], METRIC_collector_share,
				      run_machine(c->runs[i], END_RX), v->source)))
			return c->runs[i];
	return c->runs[0];
}

/* How the figures came about that were scaled up. */
static void note_slices(const struct view *v)
{
	const struct run *run = first_sliced(v);
	enum record_end machine = run_machine(run, END_RX);
	double share = run_figure(run, METRIC_collector_share, machine, v->source);
	double slices = run_figure(run, METRIC_collector_slices, machine, v->source);
	double blind = run_figure(run, METRIC_collector_blind, machine, v->source);
	const char *follows = run_fact(run, METRIC_collector_follows, machine, v->source);

	if (isnan(share))
		return;
	if (isnan(slices) || !follows) { /* of an older record */
		page_note(v->page,
			  "Counted in %.1f %% of the window, in slices spread over it, and scaled up.",
			  100 * share);
		return;
	}
	page_note(v->page,
		  "Counted in %.0f slice%s spread over the window, in the first run that has any, and scaled up by %s: %.1f %% of it. ± is the 95 %% interval of a line's largest figure by how much slices differ.",
		  slices, slices == 1 ? "" : "s", follows, 100 * share);
	if (!isnan(blind))
		page_note(v->page,
			  "A zero is what no slice met: less than '0 is <' in 95 %%, if it came spread over the window as the rest did; what went on in less than %.0f %% of the window in one go may have been any number.",
			  100 * blind);
}

void show_source(const struct view *v)
{
	struct table *totals = NULL, *histograms = NULL;

	for (enum metric_id id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *info = metric_info(id);

		if (strcmp(info->source, v->source) != 0 || info->kind == KIND_FACT ||
		    !first_with(v, id))
			continue;
		page_note(v->page, "%s (%s): %s.", info->name, info->unit, info->meaning);
		if (info->kind == KIND_HISTOGRAM) {
			histograms = histograms ? histograms : histogram_table(v);
			for (enum record_end end = 0; end < RECORD_ENDS; end++)
				histogram_lines(histograms, v, id, end);
		} else {
			totals = totals ? totals : totals_table(v);
			metric_lines(totals, v, id);
		}
	}
	if (!totals && !histograms)
		show_unmeasured(v, v->source, v->source);
	else
		note_slices(v);
}
