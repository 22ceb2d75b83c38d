// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/then_now.h"

#include <math.h>
#include <stdio.h>

#include "analyze/pages/diff_words.h"
#include "analyze/pages/explain_words.h"

/* Facts that a reader is told in text. */
#define FACTS_SHOWN 8

/* One step: from A then to A now, or from A now to B now. */
struct step {
	const char *mover; /* "the machine" */
	struct comparing comparing;
	struct causes causes;
	const struct item *throughput;
};

static void step_of(struct step *s, const char *mover, const struct configuration *from,
		    const struct configuration *to, const struct common *common)
{
	s->mover = mover;
	compare_runs(&s->comparing, from, to, common);
	causes_of(&s->causes, from, to, common, NULL);
	s->throughput = compare_result(&s->comparing, THROUGHPUT);
}

static void step_free(struct step *s)
{
	compare_free(&s->comparing);
	causes_free(&s->causes);
}

static bool moved(const struct step *s)
{
	return s->throughput && item_claimed(s->throughput);
}

static void ratio_words(const struct step *s, char *text, size_t size)
{
	const struct interval *r = s->throughput ? &s->throughput->comparison.ratio : NULL;

	if (!r || isnan(r->center))
		snprintf(text, size, "by what is not known");
	else if (isnan(r->low))
		snprintf(text, size, "x %.3g", r->center);
	else
		snprintf(text, size, "x %.3g (95 %%: %.3g..%.3g)", r->center, r->low, r->high);
}

static void lead_verdict(struct page *page, const struct step *machine, const struct step *choice)
{
	char by_machine[64], by_choice[64];

	ratio_words(machine, by_machine, sizeof(by_machine));
	ratio_words(choice, by_choice, sizeof(by_choice));
	if (moved(machine) && moved(choice))
		page_lead(page,
			  "Both moved it: what is around A moved its throughput %s since then, and B's configuration %s beside A now.",
			  by_machine, by_choice);
	else if (moved(choice))
		page_lead(page,
			  "The configuration moved it: B's throughput is %s beside A now; that A's own has moved since then (%s) is not proven.",
			  by_choice, by_machine);
	else if (moved(machine))
		page_lead(page,
			  "The machine moved it, or what is beside it: A's own throughput moved %s since then; that B differs from A now (%s) is not proven.",
			  by_machine, by_choice);
	else
		page_lead(page,
			  "Neither is proven to have moved it: A's own throughput %s since then, B's %s beside A now.",
			  by_machine, by_choice);
}

static void lead_facts(struct page *page, const struct step *s, const char *head, const char *from,
		       const char *to)
{
	const struct causes *c = &s->causes;
	size_t shown = c->setting_count < FACTS_SHOWN ? c->setting_count : FACTS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const struct setting *one = &c->settings[i];
		char name[128];

		setting_name(one, name, sizeof(name));
		page_lead(page, "%-10s %s %s: %s %s, %s %s", head, record_end_name[one->end], name,
			  setting_value(one, c->reversed ? one->b : one->a), from,
			  setting_value(one, c->reversed ? one->a : one->b), to);
	}
	if (!shown)
		page_lead(page, "%-10s nothing that is recorded differs", head);
	else if (c->setting_count > shown)
		page_lead(page, "%-10s and %zu more", head, c->setting_count - shown);
}

static void lead_cause(struct page *page, const struct step *s)
{
	char text[1024];

	if (!moved(s))
		return;
	if (!s->causes.count) {
		page_lead(page, "cause      of %s: no known cause", s->mover);
		return;
	}
	explain_because(&s->causes, &s->causes.at[0], text, sizeof(text));
	page_lead(page, "cause      of %s: %s (%s): %s", s->mover, s->causes.at[0].mechanism->id,
		  cause_sure(&s->causes, &s->causes.at[0]), text);
}

static void figures_table(struct page *page, const struct step *machine, const struct step *choice)
{
	struct table *t = page_table(page, "figures", NULL);

	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "a_then", "A then", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "a_now", "A now", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "b_now", "B now", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "machine_ratio", "machine", "now/then", COLUMN_NUMBER, 3);
	table_column(t, "machine_ratio", "95 %", "", COLUMN_INTERVAL, 3);
	table_column(t, "configuration_ratio", "configuration", "B/A", COLUMN_NUMBER, 3);
	table_column(t, "configuration_ratio", "95 %", "", COLUMN_INTERVAL, 3);
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		const struct item *then = compare_result(&machine->comparing, q);
		const struct item *now = compare_result(&choice->comparing, q);

		if (!then || !now)
			continue;
		cell_text(t, "%s", quantity_info(q)->words);
		cell_text(t, "%s", quantity_info(q)->unit);
		cell_number(t, then->comparison.a);
		cell_number(t, now->comparison.a);
		cell_number(t, now->comparison.b);
		cell_number(t, then->comparison.ratio.center);
		cell_interval(t, then->comparison.ratio.low, then->comparison.ratio.high);
		cell_number(t, now->comparison.ratio.center);
		cell_interval(t, now->comparison.ratio.low, now->comparison.ratio.high);
	}
}

static void causes_table(struct page *page, const struct step *steps[2])
{
	struct table *t = page_table(page, "causes", NULL);
	char sentence[1024];

	table_column(t, "mover", "mover", "", COLUMN_TEXT, 0);
	table_column(t, "proven", "proven", "", COLUMN_TEXT, 0);
	table_column(t, "id", "cause", "", COLUMN_TEXT, 0);
	table_column(t, "confidence", "confidence", "", COLUMN_TEXT, 0);
	table_column(t, "sentence", "sentence", "", COLUMN_TEXT, 0);
	for (int i = 0; i < 2; i++) {
		const struct causes *c = &steps[i]->causes;

		cell_text(t, "%s", steps[i]->mover);
		cell_text(t, "%s", moved(steps[i]) ? "yes" : "no");
		cell_text(t, "%s", c->count ? c->at[0].mechanism->id : "");
		cell_text(t, "%s", c->count ? cause_sure(c, &c->at[0]) : "");
		explain_sentence(c, sentence, sizeof(sentence));
		cell_text(t, "%s", sentence);
	}
}

int then_now_page(const struct configuration *then, const struct configuration *a_now,
		  const struct configuration *b_now, const struct common *common)
{
	struct step machine, choice;
	const struct step *steps[2] = {&machine, &choice};
	struct page *page = page_new();
	int result;

	step_of(&machine, "the machine", then, a_now, common);
	step_of(&choice, "the configuration", a_now, b_now, common);
	lead_verdict(page, &machine, &choice);
	lead_facts(page, &machine, "since then", "then", "now");
	lead_facts(page, &choice, "setting", "in A", "in B");
	page_lead(page, "A then     %s, %zu runs in %s", then->name, then->count, then->directory);
	page_lead(page, "A now      %s, %zu runs in %s", a_now->name, a_now->count,
		  a_now->directory);
	page_lead(page, "B now      %s, %zu runs in %s", b_now->name, b_now->count,
		  b_now->directory);
	lead_cause(page, &machine);
	lead_cause(page, &choice);
	figures_table(page, &machine, &choice);
	if (common->format == FORMAT_JSON || common->format == FORMAT_CSV)
		causes_table(page, steps);
	page_note(page,
		  "A now and B now ran in the same rounds; what is between A then and A now is widened by the machine's drift. zcroi explain of two of them says more.");
	step_free(&machine);
	step_free(&choice);
	result = page_print(page, common->format);
	page_free(page);
	return result;
}
