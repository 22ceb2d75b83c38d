// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/diff_words.h"
#include "analyze/pages/hosts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/ledger.h"
#include "record/components.h"

void setting_name(const struct setting *setting, char *text, size_t size)
{
	if (setting->id == METRIC_fact_option) {
		snprintf(text, size, "--%s", setting->key);
		for (char *c = text; *c; c++)
			*c = *c == '_' ? '-' : *c;
	} else {
		snprintf(text, size, "%s%s%s", metric_info(setting->id)->name,
			 *setting->key ? " " : "", setting->key);
	}
}

/* An option that nobody gave leaves a device or a sysctl as it is, and is in no record. */
const char *setting_value(const struct setting *setting, const char *value)
{
	if (value && *value)
		return value;
	return value || setting->id == METRIC_fact_option ? "not set" : "not recorded";
}

static void words_set(struct page *page, const char *which, const struct configuration *c)
{
	page_lead(page, "%-9s  %s, %zu run%s in %s", which, c->name, c->count,
		  c->count == 1 ? "" : "s", c->directory);
}

void words_sets(struct page *page, const struct configuration *a, const struct configuration *b)
{
	words_set(page, "A", a);
	words_set(page, "B", b);
}

void words_settings(struct page *page, const struct setting *settings, size_t count)
{
	const size_t most = 4;

	if (!count)
		page_lead(page, "setting    none that is recorded differs");
	for (size_t i = 0; i < count && i < most; i++) {
		char name[128];

		setting_name(&settings[i], name, sizeof(name));
		page_lead(page, "setting    %s %s: %s in A, %s in B",
			  record_end_name[settings[i].end], name,
			  setting_value(&settings[i], settings[i].a),
			  setting_value(&settings[i], settings[i].b));
	}
	if (count > most)
		page_lead(page, "setting    and %zu more, see below", count - most);
}

static const struct item *item_named(const struct comparing *c, enum section section,
				     enum record_end end, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].what.section == section && c->items[i].what.end == end &&
		    !strcmp(c->items[i].what.name, name))
			return &c->items[i];
	return NULL;
}

/* "21.3 to 38.4 Gbit/s, x 1.80 (95 %: 1.75..1.86)" */
static void moved(const struct item *item, char *text, size_t size)
{
	const struct comparison *k = &item->comparison;
	char one[32], other[32];
	int used = snprintf(text, size, "%s to %s%s%s", figure_words(k->a, one, sizeof(one)),
			    figure_words(k->b, other, sizeof(other)), *item->what.unit ? " " : "",
			    item->what.unit);

	if (!isnan(k->ratio.center))
		used += snprintf(text + used, size - used, ", x %s",
				 figure_words(k->ratio.center, one, sizeof(one)));
	if (!isnan(k->ratio.low))
		used += snprintf(text + used, size - used, " (95 %%: %s..%s",
				 figure_words(k->ratio.low, one, sizeof(one)),
				 figure_words(k->ratio.high, other, sizeof(other)));
	if (!isnan(k->ratio.low) && k->drift > 0 && item->what.section == SECTION_RESULT)
		used += snprintf(text + used, size - used,
				 ", with this machine's drift of ±%.2g %%", 100 * expm1(k->drift));
	if (!isnan(k->ratio.low))
		snprintf(text + used, size - used, ")");
}

static void lead_item(struct page *page, const char *label, const struct item *item,
		      const char *more)
{
	bool of_end = item->what.section != SECTION_RESULT;
	char text[256];

	moved(item, text, sizeof(text));
	page_lead(page, "%-9s  %s%s%s: %s: %s%s", label,
		  of_end ? record_end_name[item->what.end] : "", of_end ? " " : "", item->what.name,
		  text, verdict_word(item->verdict, item->what.better), more);
}

/* What a sum of others, and what a table does not list, does not name anything. */
static bool is_a_name(const struct item *item)
{
	return item->what.section >= SECTION_SYMBOLS && !strstr(item->what.name, "(not listed)") &&
	       item->comparison.a > 0 && item->comparison.b > 0;
}

/* In parts of what the CPU did, or where that is not known, of what it was. */
static double moved_by(const struct item *item)
{
	return isnan(item->change) ? 0 : fabs(item->change);
}

/* That a call takes longer says half of it: of how many is the other. */
static const struct item *calls_of_time(const struct comparing *c, const struct item *time)
{
	char name[80];
	size_t len = strlen(time->what.name);

	if (time->what.section != SECTION_SYSCALLS || len < 5 || len >= sizeof(name) ||
	    strcmp(time->what.name + len - 5, " time") != 0)
		return NULL;
	snprintf(name, sizeof(name), "%.*s calls", (int)len - 5, time->what.name);
	return item_named(c, SECTION_SYSCALLS, time->what.end, name);
}

#define SEEN 6

static void see(const struct item *item, const struct item **shown, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		if (shown[i] == item)
			return;
	if (item && *count < SEEN)
		shown[(*count)++] = item;
}

void words_seen(struct page *page, const struct comparing *c, size_t n_a, size_t n_b)
{
	const struct item *shown[SEEN];
	size_t count = 0;
	double below = INFINITY;

	if (n_a > 1 && n_b > 1)
		return;
	while (count < SEEN) {
		const struct item *most = NULL;

		for (size_t i = 0; i < c->count; i++)
			if (is_a_name(&c->items[i]) && moved_by(&c->items[i]) > 0 &&
			    moved_by(&c->items[i]) < below &&
			    (!most || moved_by(&c->items[i]) > moved_by(most)))
				most = &c->items[i];
		if (!most)
			break;
		below = moved_by(most);
		see(most, shown, &count);
		see(calls_of_time(c, most), shown, &count);
	}
	for (size_t i = 0; i < count; i++)
		lead_item(page, "seen", shown[i],
			  i ? "" : " (most CPU time per byte; of single runs nothing is proven)");
}

void words_result(struct page *page, const struct comparing *c, double margin)
{
	static const enum quantity shown[] = {THROUGHPUT, CPU_TOTAL, ROI_CPU_TOTAL};
	size_t claimed = 0;

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		const struct item *item =
			item_named(c, SECTION_RESULT, END_HOST, quantity_info(shown[i])->words);

		if (item && !isnan(item->comparison.a) && !isnan(item->comparison.b))
			lead_item(page, "result", item, "");
	}
	for (size_t i = 0; i < c->count; i++)
		claimed += item_claimed(&c->items[i]);
	if (!claimed)
		page_lead(page,
			  "cause      nothing is claimed: no figure moved for sure beyond the margin of %g %%",
			  100 * margin);
}

/* "recv calls" and "recv time" of one end. */
static bool same_call(const struct item *a, const struct item *b)
{
	size_t len = strcspn(a->what.name, " ");

	return a->what.section == b->what.section && a->what.end == b->what.end &&
	       strcspn(b->what.name, " ") == len && !strncmp(a->what.name, b->what.name, len);
}

/* Samples in BPF programs and tracepoints: a cost of measuring, and so never the cause. */
static bool is_measuring(const struct item *item)
{
	return item->what.section == SECTION_COST && item_is_cost(item) &&
	       !strcmp(cost_component(item->what.name), component_name(COMPONENT_tracing));
}

static const struct item *first_claimed(const struct comparing *c, enum section section)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].what.section == section && item_claimed(&c->items[i]) &&
		    (section != SECTION_COST || item_is_cost(&c->items[i])) &&
		    !is_measuring(&c->items[i]))
			return &c->items[i];
	return NULL;
}

/* Where it is a good part of the change, whoever reads the change has to know. */
static void words_measuring(struct page *page, const struct comparing *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];

		if (is_measuring(item) && item_claimed(item) &&
		    fabs(item->change) > 0.1 * fabs(c->cost_change))
			page_lead(page,
				  "measuring  %s %s: %+.1f ns/KB of the change is what the collectors cost; 'zcprof run --no-collect syscalls' has least of it",
				  record_end_name[item->what.end], item->what.name, item->change);
	}
}

/* The calls that moved most: how often they came, and how long one took. */
static void words_call(struct page *page, const struct comparing *c)
{
	const struct item *first = NULL;

	for (size_t i = 0; i < c->count && !first; i++) {
		const struct item *item = &c->items[i];

		if (item->what.section == SECTION_SYSCALLS && item_claimed(item) &&
		    !isnan(item->change))
			first = item;
	}
	for (size_t i = 0; i < c->count && first; i++) {
		const struct item *item = &c->items[i];

		if (item_claimed(item) && !isnan(item->change) && same_call(item, first))
			lead_item(page, "call", item, "");
	}
}

void words_cause(struct page *page, const struct comparing *c)
{
	static const struct {
		enum section section;
		const char *label;
	} others[] = {
		{SECTION_SYMBOLS, "function"}, {SECTION_RECEIVE, "receive"},
		{SECTION_TCP, "tcp"},	       {SECTION_MECHANISM, "mechanism"},
		{SECTION_DEVICE, "device"},
	};
	const struct item *cost = first_claimed(c, SECTION_COST);
	char share[80];

	if (cost) {
		snprintf(share, sizeof(share), "; %+.1f of a change of %+.1f ns/KB in all",
			 cost->change, c->cost_change);
		lead_item(page, "cost", cost, share);
	}
	words_measuring(page, c);
	words_call(page, c);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct item *item = first_claimed(c, others[i].section);

		if (item)
			lead_item(page, others[i].label, item, "");
	}
}

static void words_strangers(struct page *page, const struct design *d)
{
	for (int side = 0; side < 2; side++) {
		const struct configuration *of = side ? d->b : d->a;

		for (size_t i = 0; i < of->count; i++)
			if (d->apart[side][i])
				page_lead(page,
					  "outlier    %s of %c is unlike its siblings: throughput x %.2f of theirs; it is compared in nothing here",
					  of->runs[i]->path, side ? 'B' : 'A',
					  design_unlike(of, d->apart[side], i));
	}
}

static double drift_percent(const struct comparison *k)
{
	return 100 * expm1(k->drift);
}

void words_layout(struct page *page, const struct comparing *c, size_t setting_count)
{
	const struct item *t =
		item_named(c, SECTION_RESULT, END_HOST, quantity_info(THROUGHPUT)->words);

	words_strangers(page, &c->design);
	words_hosts(page, c->design.a, c->design.b);
	words_starts(page, &c->design, false);
	if (c->design.layout == LAYOUT_ROUNDS)
		page_lead(page,
			  "order      both ran side by side in %zu rounds of one experiment, and are compared round by round",
			  c->design.round_count);
	if (c->design.layout != LAYOUT_APART)
		return;
	if (t && t->comparison.drift > 0)
		page_lead(page,
			  "order      A and B ran one after the other: every interval is widened by this machine's drift between them, of throughput about ±%.2g %%; one experiment with both interleaves them",
			  drift_percent(&t->comparison));
	else
		page_lead(page,
			  "order      A and B ran one after the other: every interval is widened by this machine's drift between them; one experiment with both interleaves them");
	if (c->design.calibrated_by)
		page_lead(page,
			  "drift      before the runs of B the machine itself was another than before those of A: %s had moved by %.2g %%",
			  c->design.calibrated_by, 100 * expm1(c->design.calibration));
	if (!setting_count)
		page_lead(page,
			  "order      nothing that is recorded differs: what moved was moved by something that no record holds, on this machine or beside it");
}

void words_found(struct page *page, const struct comparing *c, double margin)
{
	const struct item *t =
		item_named(c, SECTION_RESULT, END_HOST, quantity_info(THROUGHPUT)->words);
	double findable, seen;
	char more[160] = "";
	size_t needed;

	if (!t)
		return;
	findable = contrast_findable(&t->comparison, margin);
	if (isnan(findable))
		return;
	seen = fabs(log(t->comparison.ratio.center));
	if (!item_claimed(t) && seen > log1p(margin)) {
		needed = contrast_needed(&t->comparison, t->comparison.ratio.center, margin);
		if (needed < CONTRAST_NEEDED_MAX)
			snprintf(more, sizeof(more),
				 " The x %.3g that was seen would take %zu of each.",
				 t->comparison.ratio.center, needed);
		else
			snprintf(more, sizeof(more),
				 " No number of runs would make the x %.3g that was seen sure%s.",
				 t->comparison.ratio.center,
				 t->comparison.drift > 0 ? ", but interleaved runs of both" : "");
	}
	page_note(page,
		  "So many runs, spread as these are, find a throughput of x %.3g or less, or x %.3g or more, four times in five.%s",
		  1 / findable, findable, more);
}

void words_method(struct page *page, const struct comparing *c, size_t n_a, size_t n_b,
		  double margin)
{
	static const char *const how[] = {
		[LAYOUT_MIXED] = "by Welch on logarithms",
		[LAYOUT_ROUNDS] = "by Student's t on the logarithms of each round's ratio",
		[LAYOUT_APART] = "by Welch on logarithms, widened by the machine's drift",
	};
	char drawn[32] = "all";

	if (!stats_permutation_exact(n_a, n_b))
		snprintf(drawn, sizeof(drawn), "%zu drawn", stats_permutation_draws(n_a, n_b));

	page_note(page,
		  "Ratios of geometric means with a 95 %% interval %s; where a figure was zero, means are compared and the ratio has no interval. Counts have their Poisson error at least. Costs are arithmetic means, so that they add up. Verdicts against a margin of %g %%, after Holm over what was asked: %zu answers, %zu figures of ends, %zu of components and limits, %zu calls and counters, %zu functions. p is over %s splits of %zu and %zu runs%s.",
		  how[c->design.layout], 100 * margin, c->tests[LEVEL_ANSWER], c->tests[LEVEL_END],
		  c->tests[LEVEL_COMPONENT], c->tests[LEVEL_DETAIL], c->tests[LEVEL_SYMBOL], drawn,
		  n_a, n_b,
		  n_a < 2 || n_b < 2 ? "; one run has no interval, so nothing can be claimed" : "");
}

void words_pair_columns(struct table *t)
{
	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "runs_a", "runs", "A", COLUMN_NUMBER, 0);
	table_column(t, "runs_b", "runs", "B", COLUMN_NUMBER, 0);
	table_column(t, "throughput_ratio", "T", "B/A", COLUMN_NUMBER, 3);
	table_column(t, "throughput_ratio", "95 %", "", COLUMN_INTERVAL, 3);
	table_column(t, "throughput_verdict", "verdict", "", COLUMN_TEXT, 0);
	table_column(t, "roi_cpu_ratio", "ROI", "B/A", COLUMN_NUMBER, 3);
	table_column(t, "roi_cpu_ratio", "95 %", "", COLUMN_INTERVAL, 3);
	table_column(t, "roi_cpu_verdict", "verdict", "", COLUMN_TEXT, 0);
}

double words_pair(struct table *t, const struct configuration *a, const struct configuration *b,
		  const struct common *common)
{
	static const enum quantity shown[] = {THROUGHPUT, ROI_CPU_TOTAL};
	struct comparing c;
	double moved = 0;

	compare_runs(&c, a, b, common);
	cell_text(t, "%s", a->name);
	cell_number(t, a->count);
	cell_number(t, b->count);
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		const struct item *item =
			item_named(&c, SECTION_RESULT, END_HOST, quantity_info(shown[i])->words);

		if (!item) {
			cell_missing(t, "not measured");
			cell_missing(t, "");
			cell_missing(t, "");
			continue;
		}
		cell_number(t, item->comparison.ratio.center);
		cell_interval(t, item->comparison.ratio.low, item->comparison.ratio.high);
		cell_text(t, "%s", verdict_word(item->verdict, item->what.better));
		if (item_claimed(item))
			moved = fmax(moved, fabs(log(item->comparison.ratio.center)));
	}
	compare_free(&c);
	return moved;
}
