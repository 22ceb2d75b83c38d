// SPDX-License-Identifier: GPL-2.0-or-later
/* What moved between two sets of runs, and by how much. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/figures/compare.h"
#include "analyze/pages/diff_words.h"
#include "analyze/pages/remarks.h"
#include "base/say.h"

/* Lines of a table that no one asked to see in full. */
#define SHOWN 10

struct diff_options {
	struct common common;
	bool all;
	char **paths[2];
	size_t path_count[2];
};

static const struct {
	const char *name;
	const char *title;
} sections[SECTIONS] = {
	[SECTION_RESULT] = {"result", "Throughput, CPU and return on investment"},
	[SECTION_COST] = {"cost", "Where the CPU time goes: ns per KB of payload"},
	[SECTION_SYMBOLS] = {"symbols", "Functions, by their samples: ns per KB of payload"},
	[SECTION_SYSCALLS] = {"syscalls", "System calls: how many per GB, and the time of one"},
	[SECTION_RECEIVE] = {"receive", "Bytes that one receive brought"},
	[SECTION_TCP] = {"tcp", "TCP connections"},
	[SECTION_MECHANISM] = {"mechanism", "What the paths and the kernel counted"},
	[SECTION_CPU] = {"cpu", "Modes of CPU time: ns per KB of payload"},
	[SECTION_DEVICE] = {"device", "Device and backlog"},
};

static bool has_change(enum section section)
{
	return section == SECTION_COST || section == SECTION_SYMBOLS || section == SECTION_SYSCALLS;
}

static void add_columns(struct table *t, enum section section, bool data)
{
	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	if (section != SECTION_RESULT)
		table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	if ((section != SECTION_COST && section != SECTION_SYMBOLS) || data)
		table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "a", "A", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "b", "B", "", COLUMN_NUMBER, DECIMALS_EACH);
	if (has_change(section))
		table_column(t, "change_ns_per_kb", "change", "ns/KB", COLUMN_NUMBER, 2);
	if (section == SECTION_COST)
		table_column(t, "share_percent", "share", "%", COLUMN_NUMBER, 0);
	table_column(t, "ratio", "B/A", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "ratio", "95 %", "", COLUMN_INTERVAL, DECIMALS_EACH);
	if (section == SECTION_RESULT || data)
		table_column(t, "p_permutation", "p", "", COLUMN_NUMBER, 3);
	if (data)
		table_column(t, "p_holm", "p Holm", "", COLUMN_NUMBER, 3);
	table_column(t, "verdict", "verdict", "", COLUMN_TEXT, 0);
}

static void number_or_dash(struct table *t, double value)
{
	if (isnan(value))
		cell_missing(t, "-");
	else
		cell_number(t, value);
}

/* A call that was not made took no time, and that is no gap in the record. */
static void side_cell(struct table *t, const struct item *item, double value)
{
	if (item->what.section == SECTION_SYSCALLS)
		number_or_dash(t, value);
	else
		cell_number(t, value);
}

static void add_item(struct table *t, const struct item *item, const struct comparing *c,
		     double margin, bool data)
{
	const struct comparison *k = &item->comparison;
	enum section section = item->what.section;

	cell_text(t, "%s", item->what.name);
	if (section != SECTION_RESULT)
		cell_text(t, "%s", record_end_name[item->what.end]);
	if ((section != SECTION_COST && section != SECTION_SYMBOLS) || data)
		cell_text(t, "%s", item->what.unit);
	side_cell(t, item, k->a);
	side_cell(t, item, k->b);
	if (has_change(section))
		number_or_dash(t, item->change);
	if (section == SECTION_COST)
		number_or_dash(t, item_share(item, c, margin));
	number_or_dash(t, k->ratio.center);
	cell_interval(t, k->ratio.low, k->ratio.high);
	if (section == SECTION_RESULT || data)
		number_or_dash(t, item->p_permutation);
	if (data)
		number_or_dash(t, item->p);
	cell_text(t, "%s", verdict_word(item->verdict, item->what.better));
}

/*
 * Costs and calls are ordered by what they add to the change, so the first lines tell. Elsewhere
 * only what moved is worth a line.
 */
static bool worth_showing(const struct item *item, size_t shown, bool all)
{
	if (all || item->what.section == SECTION_RESULT)
		return true;
	if (isnan(item->comparison.a) && isnan(item->comparison.b))
		return false;
	if (item->comparison.a == 0 && item->comparison.b == 0)
		return false;
	return shown < SHOWN &&
	       (has_change(item->what.section) || item_claimed(item) ||
		item->what.section == SECTION_RECEIVE || item->what.section == SECTION_TCP);
}

/* Returns how many figures of the section are not shown. */
static size_t add_section(struct page *page, const struct comparing *c, enum section section,
			  const struct diff_options *o)
{
	bool data = o->common.format == FORMAT_CSV || o->common.format == FORMAT_JSON;
	struct table *t = NULL;
	size_t shown = 0, there = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];

		if (item->what.section != section)
			continue;
		there++;
		if (!worth_showing(item, shown, o->all || data))
			continue;
		if (!t) {
			t = page_table(page, sections[section].name, sections[section].title);
			add_columns(t, section, data);
		}
		add_item(t, item, c, o->common.margin, data);
		shown++;
	}
	return data ? 0 : there - shown;
}

static void add_settings(struct page *page, const struct setting *settings, size_t count)
{
	struct table *t;

	if (!count)
		return;
	t = page_table(page, "settings", "Settings that differ");
	table_column(t, "figure", "setting", "", COLUMN_TEXT, 0);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "a", "A", "", COLUMN_TEXT, 0);
	table_column(t, "b", "B", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < count; i++) {
		char name[128];

		setting_name(&settings[i], name, sizeof(name));
		cell_text(t, "%s", name);
		cell_text(t, "%s", record_end_name[settings[i].end]);
		cell_text(t, "%s", setting_value(&settings[i], settings[i].a));
		cell_text(t, "%s", setting_value(&settings[i], settings[i].b));
	}
}

/* Do functions that a run does not name have samples all the same? */
static bool is_cut_off(const struct configuration *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (enum record_end end = 0; end < RECORD_ENDS; end++)
			if (!isnan(run_figure(c->runs[i], METRIC_profile_floor, end, NULL)))
				return true;
	return false;
}

static void diff_pair(struct page *page, const struct configuration *a,
		      const struct configuration *b, const struct diff_options *o)
{
	struct setting *settings;
	size_t setting_count = settings_of(a, b, &settings);
	size_t hidden = 0;
	struct comparing c;

	compare_runs(&c, a, b, &o->common);
	words_sets(page, a, b);
	words_settings(page, settings, setting_count);
	words_result(page, &c, o->common.margin);
	words_seen(page, &c, a->count, b->count);
	words_cause(page, &c);
	words_layout(page, &c, setting_count);
	add_settings(page, settings, setting_count);
	for (enum section section = 0; section < SECTIONS; section++)
		hidden += add_section(page, &c, section, o);
	if (hidden)
		page_note(page, "%zu more figures moved little or not for sure; --all shows them.",
			  hidden);
	if (is_cut_off(a) || is_cut_off(b))
		page_note(page,
			  "A table of functions was cut off: one that is not in it is compared as if it had as many samples as the last that is, so that it moved by more than is said.");
	words_found(page, &c, o->common.margin);
	words_method(page, &c, a->count, b->count, o->common.margin);
	compare_free(&c);
	free(settings);
}

static const struct configuration *partner(const struct configuration *of,
					   const struct experiment *in)
{
	const struct configuration *found = experiment_find(in, of->name);

	return found && found->count ? found : NULL;
}

/* Several configurations on each side: one line for each that both have. */
static int diff_experiments(struct page *page, const struct experiment *a,
			    const struct experiment *b, const struct diff_options *o)
{
	struct table *t = page_table(page, "pairs", "Configurations that A and B both have");
	const struct configuration *most = NULL;
	double most_moved = -1;
	size_t pairs = 0;

	words_pair_columns(t);
	for (size_t i = 0; i < a->count; i++) {
		const struct configuration *one = &a->configurations[i];
		const struct configuration *other = partner(one, b);
		double moved;

		if (!one->count || !other)
			continue;
		moved = words_pair(t, one, other, &o->common);
		if (!most || moved > most_moved) {
			most_moved = moved;
			most = one;
		}
		pairs++;
	}
	if (!most) {
		say_error("A and B have no configuration in common; name two directories of one configuration each, such as DIR/CONFIGURATION");
		return -1;
	}
	diff_pair(page, most, partner(most, b), o);
	page_note(page,
		  "Of %zu pairs, the first lines and the tables below the pairs are about the one that moved most: %s. Name two directories of one configuration each for another.",
		  pairs, most->name);
	return 0;
}

static int diff(struct page *page, const struct experiment *a, const struct experiment *b,
		const struct diff_options *o)
{
	remark_contradictions(page, a);
	remark_contradictions(page, b);
	remark_doubts(page, a);
	remark_doubts(page, b);
	remark_across_unlike(page, a, b);
	if (a->count > 1 || b->count > 1)
		return diff_experiments(page, a, b, o);
	if (!a->configurations[0].count || !b->configurations[0].count) {
		say_error("%s has only control repeats; compare runs with collectors",
			  a->configurations[0].count ? "B" : "A");
		return -1;
	}
	diff_pair(page, &a->configurations[0], &b->configurations[0], o);
	return 0;
}

/* Two paths; or files, a colon, and files. */
static void take_paths(struct diff_options *o, char **paths, size_t count, struct argp_state *state)
{
	size_t colon = 0;

	while (colon < count && strcmp(paths[colon], ":"))
		colon++;
	if (colon == count && count == 2) {
		o->paths[0] = paths;
		o->paths[1] = paths + 1;
		o->path_count[0] = o->path_count[1] = 1;
		return;
	}
	if (colon == 0 || colon + 1 >= count)
		argp_error(state,
			   "expected two directories or files, A and B, or several of each with a ':' between them");
	o->paths[0] = paths;
	o->path_count[0] = colon;
	o->paths[1] = paths + colon + 1;
	o->path_count[1] = count - colon - 1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'a':
		o->all = true;
		return 0;
	case ARGP_KEY_ARGS:
		take_paths(o, state->argv + state->next, state->argc - state->next, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no runs given: name two directories or files, A and B");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "every figure, also those that did not move", 0},
	{0},
};

static const char doc[] =
	"What moved from A to B: settings that differ first, then what came of it, then the "
	"component and the system call that moved most. A and B are sets of repeats: a "
	"configuration's directory, an experiment's, or files.\v"
	"A figure is called better or worse only where its whole interval lies beyond the margin "
	"and the test holds after Holm's correction over all that was asked with it; equivalent "
	"where its whole interval lies within the margin. Inconclusive means that these runs cannot "
	"tell. Questions have an order: throughput, CPU, return on investment and power first; then "
	"what each end cost; then the components of an end that moved; then calls and counters under "
	"a component that moved. What follows from nothing that moved is not asked.\n"
	"\n"
	"Examples:\n"
	"  zcroi diff out/rx=copy,tx=copy out/rx=copy,tx=send_zc\n"
	"  zcroi diff before after              two experiments, alike but for a change\n"
	"  zcroi diff --margin 5% old/*.csv : new/*.csv";

int command_diff(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "A B\nA… : B…", doc, children, NULL, NULL};
	struct diff_options o = {.common = COMMON_DEFAULTS};
	struct experiment a, b;
	struct page *page;
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&a, o.paths[0], o.path_count[0], KEEP_WINDOW))
		return EXIT_FAILED;
	if (experiment_load(&b, o.paths[1], o.path_count[1], KEEP_WINDOW)) {
		experiment_free(&a);
		return EXIT_FAILED;
	}
	experiment_warn_shared(&a, &b);
	page = page_new();
	result = diff(page, &a, &b, &o);
	if (!result)
		result = page_print(page, o.common.format);
	page_free(page);
	experiment_free(&a);
	experiment_free(&b);
	return result ? EXIT_FAILED : EXIT_DONE;
}
