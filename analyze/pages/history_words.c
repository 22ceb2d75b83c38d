// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/history_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/causes/causes.h"
#include "analyze/pages/diff_words.h"
#include "analyze/pages/explain_words.h"
#include "analyze/pages/remarks.h"
#include "base/shell.h"

/* So many experiments on either side of a change say what it was; further ones may differ in more. */
#define NEAR 5
/* Settings that a reader is told. */
#define SETTINGS_SHOWN 4

/* ---- why ---- */

/* The runs of the nearest experiments on one side of a change, as if of one configuration. */
static struct configuration near_by(const struct history *h, size_t first, size_t count,
				    bool backwards)
{
	struct configuration near = *h->line->points[first];
	size_t taken = 0;

	near.runs = NULL;
	near.count = 0;
	for (size_t i = 0; i < count && taken < NEAR; i++) {
		size_t at = backwards ? first - i : first + i;
		const struct configuration *point = h->line->points[at];

		if (h->lonely[at])
			continue;
		for (size_t j = 0; j < point->count; j++)
			ARRAY_ADD(near.runs, near.count) = point->runs[j];
		taken++;
	}
	return near;
}

static const struct moved *moved_of(const struct event *event, enum quantity q)
{
	for (size_t i = 0; i < event->count; i++)
		if (event->moved[i].quantity == q)
			return &event->moved[i];
	return NULL;
}

static bool is_worse(const struct moved *moved)
{
	bool more = moved->change.to > moved->change.from;

	return more == (quantity_info(moved->quantity)->better == BETTER_LESS);
}

/* What the whole of the history has shown stands in place of what the nearest experiments alone show. */
static void take_over(struct comparison *k, const struct change *change)
{
	k->a = change->from;
	k->b = change->to;
	k->ratio = change->ratio;
}

/* An event between two sets: what comes of it has to be freed, and the sets' arrays of runs too. */
static struct causes why(const struct history *h, const struct event *event,
			 struct configuration sets[2], const struct common *common)
{
	const struct change *at = &event->moved[event->surest].change;
	const struct moved *throughput = moved_of(event, THROUGHPUT);
	const struct moved *cost = moved_of(event, ROI_CPU_TOTAL);
	const struct moved *leading = throughput ? throughput
				      : cost	 ? cost
						 : &event->moved[event->surest];
	const struct proof proof = {throughput ? PROVEN_THROUGHPUT : PROVEN_COST, is_worse(leading)};
	struct causes c;

	sets[0] = near_by(h, at->before, at->n_before, true);
	sets[1] = near_by(h, at->after, at->n_after, false);
	causes_of(&c, &sets[0], &sets[1], common, &proof);
	take_over(throughput ? &c.throughput : &c.cost, &leading->change);
	if (!throughput) {
		bool less = quantity_info(leading->quantity)->better == BETTER_LESS;

		c.cost_more = less ? "more in what it takes" : "better in its return";
		c.cost_less = less ? "less in what it takes" : "worse in its return";
	}
	return c;
}

/* ---- in words ---- */

static void day_of(const struct configuration *point, char *text, size_t size)
{
	const char *started = timeline_started(point);

	snprintf(text, size, "%s%.16s%s", started ? " (" : "", started ? started : "",
		 started ? ")" : "");
}

static void lead_moved(struct page *page, const struct moved *moved)
{
	const struct quantity_info *info = quantity_info(moved->quantity);
	const struct change *change = &moved->change;
	char from[32], to[32], ratio[96] = "";

	if (!change->linear)
		snprintf(ratio, sizeof(ratio), ", x %.3g (95 %%: %.3g..%.3g)", change->ratio.center,
			 change->ratio.low, change->ratio.high);
	page_lead(page, "%s: %s to %s%s%s%s, %s; %zu experiments before, %zu since", info->words,
		  figure_words(change->from, from, sizeof(from)),
		  figure_words(change->to, to, sizeof(to)), *info->unit ? " " : "", info->unit,
		  ratio, is_worse(moved) ? "worse" : "better", change->n_before, change->n_after);
}

static void lead_why(struct page *page, const struct causes *c)
{
	size_t shown = c->setting_count < SETTINGS_SHOWN ? c->setting_count : SETTINGS_SHOWN;
	char text[1024];

	for (size_t i = 0; i < shown; i++) {
		const struct setting *s = &c->settings[i];
		char name[128];

		setting_name(s, name, sizeof(name));
		page_lead(page, "differs    %s %s: %s before, %s since", record_end_name[s->end],
			  name, setting_value(s, c->reversed ? s->b : s->a),
			  setting_value(s, c->reversed ? s->a : s->b));
	}
	if (c->setting_count > shown)
		page_lead(page, "differs    and %zu more", c->setting_count - shown);
	if (!c->setting_count)
		page_lead(page, "differs    nothing that is recorded");
	if (!c->count) {
		page_lead(page, "cause      no known cause");
		return;
	}
	explain_because(c, &c->at[0], text, sizeof(text));
	page_lead(page, "cause      %s (%s): %s", c->at[0].mechanism->id, cause_sure(c, &c->at[0]),
		  text);
}

static void lead_event(struct page *page, const struct history *h, size_t which,
		       const struct causes *c)
{
	const struct event *event = &h->events[which];
	const struct change *at = &event->moved[event->surest].change;
	const struct configuration *before = h->line->points[at->before];
	const struct configuration *after = h->line->points[at->after];
	char *word[2] = {shell_quoted(before->directory), shell_quoted(after->directory)};
	char place[2][512], day[2][32];

	day_of(before, day[0], sizeof(day[0]));
	day_of(after, day[1], sizeof(day[1]));
	page_lead(page, "%zu. between %s%s and %s%s", which + 1,
		  timeline_place(before, place[0], sizeof(place[0])), day[0],
		  timeline_place(after, place[1], sizeof(place[1])), day[1]);
	for (size_t i = 0; i < event->count; i++)
		lead_moved(page, &event->moved[i]);
	lead_why(page, c);
	page_lead(page, "more       zcroi explain %s %s", word[0], word[1]);
	free(word[0]);
	free(word[1]);
}

static void lead_history(struct page *page, const struct history *h)
{
	static const char *const times[] = {"did not change", "changed once", "changed twice"};
	const struct timeline *line = h->line;
	char place[2][512], words[32];

	snprintf(words, sizeof(words), "changed %zu times", h->event_count);
	page_lead(page, "%s %s in %zu experiments, %s to %s%s.", line->name,
		  h->event_count < 3 ? times[h->event_count] : words, line->count,
		  timeline_place(line->points[0], place[0], sizeof(place[0])),
		  timeline_place(line->points[line->count - 1], place[1], sizeof(place[1])),
		  line->dated ? ""
			      : ", in the order of their names, for their records have no time");
}

/* ---- tables ---- */

static void changes_columns(struct table *t)
{
	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "change", "change", "", COLUMN_NUMBER, 0);
	table_column(t, "last_before", "last before", "", COLUMN_TEXT, 0);
	table_column(t, "first_after", "first after", "", COLUMN_TEXT, 0);
	table_column(t, "started", "started", "", COLUMN_TEXT, 0);
	table_column(t, "cause", "cause", "", COLUMN_TEXT, 0);
	table_column(t, "confidence", "confidence", "", COLUMN_TEXT, 0);
	table_column(t, "sentence", "sentence", "", COLUMN_TEXT, 0);
}

static void changes_row(struct table *t, const struct history *h, size_t which,
			const struct causes *c)
{
	const struct event *event = &h->events[which];
	const struct change *at = &event->moved[event->surest].change;
	const struct configuration *after = h->line->points[at->after];
	const char *started = timeline_started(after);
	char place[512], sentence[1024];

	cell_text(t, "%s", h->line->name);
	cell_number(t, which + 1);
	cell_text(t, "%s", timeline_place(h->line->points[at->before], place, sizeof(place)));
	cell_text(t, "%s", timeline_place(after, place, sizeof(place)));
	cell_text(t, "%s", started ? started : "");
	cell_text(t, "%s", c->count ? c->at[0].mechanism->id : "");
	cell_text(t, "%s", c->count ? cause_sure(c, &c->at[0]) : "");
	explain_sentence(c, sentence, sizeof(sentence));
	cell_text(t, "%s", sentence);
}

static void moved_columns(struct table *t)
{
	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "change", "change", "", COLUMN_NUMBER, 0);
	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "first_after", "first after", "", COLUMN_TEXT, 0);
	table_column(t, "before", "before", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "since", "since", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "ratio", "since/before", "", COLUMN_NUMBER, 3);
	table_column(t, "ratio", "95 %", "", COLUMN_INTERVAL, 3);
	table_column(t, "experiments_before", "experiments", "before", COLUMN_NUMBER, 0);
	table_column(t, "experiments_since", "experiments", "since", COLUMN_NUMBER, 0);
	table_column(t, "p", "p", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "verdict", "verdict", "", COLUMN_TEXT, 0);
}

static void moved_row(struct table *t, const struct history *h, size_t which,
		      const struct moved *moved)
{
	const struct change *change = &moved->change;
	char place[512];

	cell_text(t, "%s", h->line->name);
	cell_number(t, which + 1);
	cell_text(t, "%s", quantity_info(moved->quantity)->name);
	cell_text(t, "%s", quantity_info(moved->quantity)->unit);
	cell_text(t, "%s", timeline_place(h->line->points[change->after], place, sizeof(place)));
	cell_number(t, change->from);
	cell_number(t, change->to);
	cell_number(t, change->ratio.center);
	cell_interval(t, change->ratio.low, change->ratio.high);
	cell_number(t, change->n_before);
	cell_number(t, change->n_after);
	cell_number(t, change->p);
	cell_text(t, "%s", is_worse(moved) ? "worse" : "better");
}

static void points_table(struct page *page, const struct history *histories, size_t count)
{
	struct table *t = page_table(page, "experiments", "Every experiment");
	bool any[QUANTITIES] = {false};
	char text[512];

	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "experiment", "experiment", "", COLUMN_TEXT, 0);
	table_column(t, "started", "started", "", COLUMN_TEXT, 0);
	table_column(t, "runs", "runs", "", COLUMN_NUMBER, 0);
	table_column(t, "unlike", "unlike", "", COLUMN_TEXT, 0);
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		for (size_t i = 0; i < count; i++)
			any[q] |= histories[i].measured[q] > 0;
		if (any[q])
			table_column(t, quantity_info(q)->name, quantity_info(q)->words,
				     quantity_info(q)->unit, COLUMN_NUMBER, DECIMALS_AUTO);
	}
	for (size_t i = 0; i < count; i++) {
		const struct history *h = &histories[i];

		for (size_t at = 0; at < h->line->count; at++) {
			const struct configuration *point = h->line->points[at];
			const char *started = timeline_started(point);

			cell_text(t, "%s", h->line->name);
			cell_text(t, "%s", timeline_place(point, text, sizeof(text)));
			cell_text(t, "%.16s", started ? started : "");
			cell_number(t, point->count);
			cell_text(t, "%s", h->lonely[at] ? "yes" : "");
			for (enum quantity q = 0; q < QUANTITIES; q++)
				if (any[q])
					cell_number(t, h->series[q][at]);
		}
	}
}

static void note_lonely(struct page *page, const struct history *h)
{
	size_t lonely = 0, latest = 0;
	char place[512];

	for (size_t i = 0; i < h->line->count; i++) {
		if (!h->lonely[i])
			continue;
		lonely++;
		latest = i;
	}
	if (lonely)
		page_note(page,
			  "%s: %zu experiment%s unlike those before and behind, and left out; the latest is %s. zcroi explain says why.",
			  h->line->name, lonely, lonely == 1 ? " is" : "s are",
			  timeline_place(h->line->points[latest], place, sizeof(place)));
}

int history_page(const struct experiment *e, const struct history *histories, size_t count,
		 const struct common *common, bool all)
{
	bool data = common->format == FORMAT_CSV || common->format == FORMAT_JSON;
	struct page *page = page_new();
	size_t events = 0;
	struct table *changes = data ? page_table(page, "changes", NULL) : NULL;
	struct table *figures = data ? page_table(page, "figures", NULL) : NULL;
	int result;

	if (data) {
		changes_columns(changes);
		moved_columns(figures);
	}
	for (size_t i = 0; i < count; i++) {
		const struct history *h = &histories[i];

		lead_history(page, h);
		events += h->event_count;
		for (size_t j = 0; j < h->event_count; j++) {
			struct configuration sets[2];
			struct causes c = why(h, &h->events[j], sets, common);

			lead_event(page, h, j, &c);
			if (data)
				changes_row(changes, h, j, &c);
			for (size_t k = 0; data && k < h->events[j].count; k++)
				moved_row(figures, h, j, &h->events[j].moved[k]);
			causes_free(&c);
			free(sets[0].runs);
			free(sets[1].runs);
		}
		note_lonely(page, h);
	}
	if (data || all)
		points_table(page, histories, count);
	if (events)
		page_note(page, "In a cause A is before the change, and B since.");
	page_note(page,
		  "Candidates by E-divisive means; what is said holds by Student's t between the experiments since the change before and until the next, after Bonferroni over all places and figures: a history without a change, of normal noise, has one in at most one of twenty. Each experiment is one point, the geometric mean of its runs. A change needs three experiments behind it.");
	remark_left_out(page, e);
	result = page_print(page, common->format);
	page_free(page);
	return result;
}
