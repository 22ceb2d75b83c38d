// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/published_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/published.h"
#include "analyze/pages/reasons.h"
#include "analyze/pages/remarks.h"

/* Those of one who; without a title of nobody: then there are remarks alone, on how to read the tables. */
struct block {
	const char *title;
	struct published *at;
	size_t count;
	const char **remarks;
	size_t remark_count;
};

struct sheet {
	struct page *page;
	const struct experiment *e;
	const struct arrangement *arrangement;
	const struct exponents *exponents;
	struct reasons *reasons;
	struct arena texts;
};

static bool is_figure(const char *line)
{
	return !strncmp(line, "value=", strlen("value="));
}

static bool has_condition(const struct published *p, const struct where *where)
{
	for (size_t i = 0; i < p->of.where_count; i++)
		if (!strcmp(p->of.where[i].dimension.name, where->dimension.name) &&
		    !strcmp(p->of.where[i].list, where->list))
			return true;
	return false;
}

/* What all of a block say stands above it, and not in each line. */
static bool is_shared(const struct block *b, const struct where *where)
{
	for (size_t i = 0; i < b->count; i++) {
		for (size_t k = 0; k < b->at[i].per.where_count; k++)
			if (!strcmp(b->at[i].per.where[k].dimension.name, where->dimension.name))
				return false;
		if (!has_condition(&b->at[i], where))
			return false;
	}
	return b->count > 1;
}

/* "tx=send_zc,udp=4000", of those that are shared, or of the others. */
static const char *conditions(struct sheet *s, const struct block *b, const struct pivot *p,
			      bool shared)
{
	const char *text = "";

	for (size_t i = 0; i < p->where_count; i++)
		if (is_shared(b, &p->where[i]) == shared)
			text = arena_printed(&s->texts, "%s%s%s=%s", text, *text ? "," : "",
					     p->where[i].dimension.name, p->where[i].list);
	return text;
}

static const char *place_of(struct sheet *s, const struct block *b, const struct published *p)
{
	bool above = p->of.where_count && b->count > 1;
	const char *of = conditions(s, b, &p->of, false);

	if (!p->per.where_count)
		return *of ? of : above ? "as above" : "all";
	return arena_printed(&s->texts, "%s by %s", of, conditions(s, b, &p->per, false));
}

/* "rx=xdp_drop, udp=18", for what the plan skips. */
static const char *known_of(struct sheet *s, const struct published *p)
{
	const char *known = "";

	for (size_t i = 0; i < p->of.where_count; i++)
		known = arena_printed(&s->texts, "%s%s%s=%s", known, *known ? ", " : "",
				      p->of.where[i].dimension.name, p->of.where[i].list);
	return known;
}

static void cell_without(struct sheet *s, struct table *t, const struct published *p,
			 const struct here *here)
{
	struct wanted w = p->of.values[0];
	const char *absent = NULL, *skip;

	if (here->count > 1) {
		reasons_cell(s->reasons, t, "several",
			     "more than one configuration of the experiment is meant: what was published is of one");
	} else if (here->refused) {
		const struct fact *refusal = run_refusal(here->refused);

		reasons_cell(s->reasons, t, refused_word(refusal),
			     refusal->end == END_HOST ? refusal->value
						      : arena_printed(&s->texts, "%s: %s",
								      record_end_name[refusal->end],
								      refusal->value));
	} else if (!here->configuration) {
		skip = arrangement_skip(s->arrangement, known_of(s, p));
		reasons_cell(s->reasons, t, skip ? "skipped" : "not run",
			     skip ? arena_printed(&s->texts, "the plan says skip %s", skip)
				  : "the experiment has no such configuration: give its values by --set, or as options");
	} else {
		wanted_look(&w, s->e);
		absent = wanted_absent(&w, here->configuration->runs[0]);
		reasons_cell(s->reasons, t, "not measured",
			     absent ? absent : "the records have no such figure");
	}
}

static void cell_elsewhere(struct sheet *s, struct table *t, const struct published *p,
			   const struct here *here)
{
	const char *over = *here->over ? here->over : "what is not known";

	reasons_cell(s->reasons, t, "over another",
		     arena_printed(&s->texts,
				   "published over %s, measured over %s here: not compared%s",
				   strcmp(p->over, "nic") ? p->over : "a NIC",
				   strcmp(over, "nic") ? over : "a NIC",
				   *here->over ? "" : ", for the records do not say"));
}

static void put_line(struct sheet *s, struct table *t, const struct block *b,
		     const struct published *p)
{
	const struct wanted *w = &p->of.values[0];
	struct here here = published_here(p, s->e, s->exponents);
	char heading[128];

	wanted_heading(w, s->exponents, heading, sizeof(heading));
	cell_text(t, "%s", heading);
	cell_text(t, "%s", place_of(s, b, p));
	cell_text(t, "%s", p->per.where_count ? "x" : w->unit);
	cell_number(t, p->is);
	if (isnan(here.estimate.middle))
		cell_without(s, t, p, &here);
	else
		cell_estimate(t, here.estimate.middle, here.estimate.interval.low,
			      here.estimate.interval.high);
	if (isnan(here.estimate.middle))
		cell_missing(t, "");
	else
		cell_number(t, here.estimate.middle / p->is);
	if (published_elsewhere(p, &here))
		cell_elsewhere(s, t, p, &here);
	else
		cell_text(t, "%s", published_says(p, &here));
}

static void put_block(struct sheet *s, const struct block *b, size_t number)
{
	const char *shared = conditions(s, b, &b->at[0].of, true);
	char name[32] = "published";
	struct table *t;

	if (number > 1)
		snprintf(name, sizeof(name), "published-%zu", number);
	t = page_table(s->page, name,
		       arena_printed(&s->texts, "Published: %s%s%s", b->title,
				     *shared ? ", of " : "", shared));
	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	table_column(t, "configuration", "of", "", COLUMN_TEXT, 0);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "published", "published", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "here", "here", "", COLUMN_ESTIMATE, DECIMALS_EACH);
	table_column(t, "here_by_published", "here/published", "x", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "says", "compared", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < b->count; i++)
		put_line(s, t, b, &b->at[i]);
}

static void put_blocks(struct sheet *s, const struct block *blocks, size_t count)
{
	size_t number = 0, ratios = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < blocks[i].count; k++)
			ratios += blocks[i].at[k].per.where_count > 0;
		if (blocks[i].count)
			put_block(s, &blocks[i], ++number);
		else if (*blocks[i].title)
			page_note(s->page,
				  "Published: %s: no figure that those here could be compared with.",
				  blocks[i].title);
		for (size_t k = 0; k < blocks[i].remark_count; k++)
			page_note(s->page, "%s%s", *blocks[i].title ? "Published: " : "",
				  blocks[i].remarks[k]);
	}
	if (number)
		page_note(s->page,
			  "What was published is of other hardware and another kernel, and no goal. Only how two configurations differ can be compared, %s.",
			  ratios ? "in the lines \"A by B\""
				 : "and of that no figure was published");
}

int published_print(struct page *page, const struct experiment *e,
		    const struct arrangement *arrangement, const struct exponents *exponents,
		    struct reasons *reasons, char *why, size_t why_size)
{
	struct sheet s = {
		.page = page,
		.e = e,
		.arrangement = arrangement,
		.exponents = exponents,
		.reasons = reasons,
	};
	struct block *blocks = NULL;
	char wrong[300];
	size_t count = 0;
	int result = 0;

	for (size_t i = 0; i < arrangement->published_count && !result; i++) {
		const char *line = arrangement->published[i];
		struct block *last;

		if (!count || (!is_figure(line) && !strncmp(line, "by ", strlen("by "))))
			ARRAY_ADD(blocks, count) = (struct block){.title = "", .count = 0};
		last = &blocks[count - 1];
		if (is_figure(line))
			result = published_line(&ARRAY_ADD(last->at, last->count), line, wrong,
						sizeof(wrong));
		else if (!strncmp(line, "by ", strlen("by ")))
			last->title = line + strlen("by ");
		else
			ARRAY_ADD(last->remarks, last->remark_count) = line;
		if (result)
			snprintf(why, why_size, "\"published %.200s\": %s", line, wrong);
	}
	if (!result)
		put_blocks(&s, blocks, count);
	for (size_t i = 0; i < count; i++) {
		free(blocks[i].at);
		free(blocks[i].remarks);
	}
	free(blocks);
	arena_free(&s.texts);
	return result;
}
