// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/pivot_tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/design.h"
#include "analyze/pages/reasons.h"
#include "analyze/pages/remarks.h"

/* What is being printed. */
struct sheet {
	struct page *page;
	const struct pivot *p;
	const struct exponents *exponents;
	const char *prefix;
	const struct arrangement *arrangement;
	struct grid grid;
	struct reasons *reasons;
};

static void cell_refused(struct sheet *s, struct table *t, const struct item *item)
{
	const struct fact *refusal = run_refusal(item->run);

	reasons_cell(s->reasons, t, refused_word(refusal),
		     refusal->end == END_HOST
			     ? refusal->value
			     : arena_printed(&s->grid.texts, "%s: %s",
					     record_end_name[refusal->end], refusal->value));
}

/* What no record says the reason of. */
static void cell_without(struct sheet *s, struct table *t, const char *word)
{
	if (strcmp(word, "not measured") != 0)
		cell_missing(t, word); /* a note says what that is */
	else
		reasons_cell(s->reasons, t, word, "the records have no such figure");
}

static void cell_measured(struct sheet *s, struct table *t, const struct configuration *c,
			  const struct wanted *w)
{
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));
	const char *absent;
	struct estimate e;

	configuration_strangers(c, apart);
	e = wanted_estimate(w, c, apart, s->exponents);
	free(apart);
	if (!isnan(e.middle)) {
		cell_estimate(t, e.middle, e.interval.low, e.interval.high);
		return;
	}
	absent = wanted_absent(w, c->runs[0]);
	if (absent)
		reasons_cell(s->reasons, t, "not measured", absent);
	else
		cell_without(s, t, missing_word(c, w->quantity));
}

/* "rx=zcrx, read=64K": a path of both ends says what each has. */
static const char *say_place(struct sheet *s, const char *known, const struct dimension *by,
			     const char *const *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool path = by[i].kind == DIMENSION_OPTION && by[i].option == OPTION_path &&
			    by[i].ends == ENDS_BOTH;
		const char *tx = path ? strchrnul(values[i], '/') : "";
		int len = path ? (int)(tx - values[i]) : (int)strlen(values[i]);

		known = arena_printed(&s->grid.texts, "%s%s%s=%.*s", known, *known ? ", " : "",
				      path ? "rx" : by[i].name, len, values[i]);
		if (path)
			known = arena_printed(&s->grid.texts, "%s, tx=%s", known,
					      *tx ? tx + 1 : values[i]);
	}
	return known;
}

/* What there is no configuration for, the plan may have left out. */
static void cell_empty(struct sheet *s, struct table *t, const struct place *row,
		       const struct place *col, const char *rest)
{
	const char *known = say_place(s, rest, s->p->rows, row->values, s->p->row_count);
	const char *skip;

	known = say_place(s, known, s->p->cols, col->values, s->p->col_count);
	skip = arrangement_skip(s->arrangement, known);
	if (skip)
		reasons_cell(s->reasons, t, "skipped",
			     arena_printed(&s->grid.texts, "the plan says skip %s", skip));
	else
		reasons_cell(s->reasons, t, "-", "the experiment has no such configuration");
}

static void put_figure(struct sheet *s, struct table *t, const struct place *row,
		       const struct place *col, const char *rest, const struct wanted *w)
{
	const struct item *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < s->grid.item_count; i++) {
		const struct item *item = &s->grid.items[i];

		if (strcmp(item->rest, rest) != 0 ||
		    !grid_same(item->row, row->values, s->p->row_count) ||
		    !grid_same(item->col, col->values, s->p->col_count))
			continue;
		found = item;
		count++;
	}
	if (!count)
		cell_empty(s, t, row, col, rest);
	else if (count > 1)
		reasons_cell(s->reasons, t, "several",
			     "more than one configuration has these values: name what tells them apart, which may be configuration, among the rows or columns");
	else if (found->configuration)
		cell_measured(s, t, found->configuration, w);
	else
		cell_refused(s, t, found);
}

static const char *heading_of(struct sheet *s, const struct place *col)
{
	const char *text = "";

	for (size_t i = 0; i < s->p->col_count; i++)
		text = arena_printed(&s->grid.texts, "%s%s%s=%s", text, *text ? "," : "",
				     s->p->cols[i].name, *col->values[i] ? col->values[i] : "-");
	return text;
}

static bool has_row(const struct sheet *s, const struct place *row, const char *rest)
{
	for (size_t i = 0; i < s->grid.item_count; i++)
		if (!strcmp(s->grid.items[i].rest, rest) &&
		    grid_same(s->grid.items[i].row, row->values, s->p->row_count))
			return true;
	return false;
}

static bool has_col(const struct sheet *s, const struct place *col, const char *rest)
{
	for (size_t i = 0; i < s->grid.item_count; i++)
		if (!strcmp(s->grid.items[i].rest, rest) &&
		    grid_same(s->grid.items[i].col, col->values, s->p->col_count))
			return true;
	return false;
}

static void put_column(struct table *t, const char *name, const char *heading,
		       const struct wanted *w)
{
	table_column(t, name, heading, w->unit, COLUMN_ESTIMATE,
		     strcmp(w->unit, "%") ? DECIMALS_AUTO : 1);
}

/* Columns of one figure are compared, and so have one unit. */
static void fit(const struct sheet *s, struct table *t, size_t value_count)
{
	for (size_t i = 0; i < value_count; i++)
		table_fit(t, s->p->row_count + i, s->p->row_count + i + 1);
	if (!value_count)
		table_fit(t, s->p->row_count, s->p->row_count + s->grid.col_count);
}

/* values: those that are columns where there are no others; else the one that the table is of. */
static void put_table(struct sheet *s, const char *name, const char *title, const char *rest,
		      const struct wanted *values, size_t value_count)
{
	struct table *t = page_table(s->page, name, title);
	bool by_value = !s->p->col_count;
	char heading[128];

	for (size_t i = 0; i < s->p->row_count; i++)
		table_column(t, s->p->rows[i].name, s->p->rows[i].name, "", COLUMN_TEXT, 0);
	for (size_t i = 0; by_value && i < value_count; i++) {
		wanted_heading(&values[i], s->exponents, heading, sizeof(heading));
		put_column(t, values[i].name, heading, &values[i]);
	}
	for (size_t i = 0; !by_value && i < s->grid.col_count; i++)
		if (has_col(s, &s->grid.cols[i], rest))
			put_column(t, heading_of(s, &s->grid.cols[i]),
				   heading_of(s, &s->grid.cols[i]), values);
	for (size_t r = 0; r < s->grid.row_count; r++) {
		const struct place *row = &s->grid.rows[r];

		if (!has_row(s, row, rest))
			continue;
		for (size_t i = 0; i < s->p->row_count; i++)
			cell_text(t, "%s", *row->values[i] ? row->values[i] : "-");
		for (size_t i = 0; by_value && i < value_count; i++)
			put_figure(s, t, row, &s->grid.cols[0], rest, &values[i]);
		for (size_t i = 0; !by_value && i < s->grid.col_count; i++)
			if (has_col(s, &s->grid.cols[i], rest))
				put_figure(s, t, row, &s->grid.cols[i], rest, values);
	}
	fit(s, t, by_value ? value_count : 0);
}

/* "1: read=64K: throughput_gbit_s": what of it tells this page's tables apart. */
static const char *name_of(struct sheet *s, const char *rest, const char *value)
{
	const char *name = s->prefix;

	if (s->grid.rest_count > 1)
		name = arena_printed(&s->grid.texts, "%s%s%s", name, *name ? ": " : "",
				     *rest ? rest : "without");
	if (*value)
		name = arena_printed(&s->grid.texts, "%s%s%s", name, *name ? ": " : "", value);
	return *name ? name : "pivot";
}

/* Why a figure that no configuration has is not there: as the first record says that does. */
static const char *absent_reason(const struct sheet *s, const struct wanted *w)
{
	const char *reason = NULL;

	for (size_t i = 0; i < s->grid.item_count && !reason; i++) {
		const struct configuration *c = s->grid.items[i].configuration;

		for (size_t r = 0; c && r < c->count && !reason; r++)
			reason = wanted_absent(w, c->runs[r]);
	}
	return reason ? reason : "no record has such rows";
}

static bool is_measured(const struct sheet *s, const struct wanted *w)
{
	for (size_t i = 0; i < s->grid.item_count; i++) {
		const struct configuration *c = s->grid.items[i].configuration;

		for (size_t r = 0; c && r < c->count; r++)
			if (!isnan(wanted_value(w, c->runs[r], s->exponents)))
				return true;
	}
	return false;
}

static void note_absent(const struct sheet *s, const struct wanted *w)
{
	char heading[128];

	wanted_heading(w, s->exponents, heading, sizeof(heading));
	page_note(s->page, "No configuration has the figures for %s, so there is no %s of it: %s",
		  heading, s->p->col_count ? "table" : "column", absent_reason(s, w));
}

/* Columns of nothing would only make lines long. */
static void put_values(struct sheet *s, const char *rest, const char *title,
		       const struct wanted *values, size_t value_count)
{
	struct wanted *measured = must_calloc(value_count + 1, sizeof(*measured));
	size_t count = 0;

	for (size_t i = 0; i < value_count; i++)
		if (is_measured(s, &values[i]))
			measured[count++] = values[i];
	for (size_t i = 0; count && i < value_count; i++)
		if (!is_measured(s, &values[i]))
			note_absent(s, &values[i]);
	put_table(s, name_of(s, rest, ""), title, rest, count ? measured : values,
		  count ? count : value_count);
	free(measured);
}

static void put_tables(struct sheet *s, const struct wanted *values, size_t value_count)
{
	for (size_t r = 0; r < s->grid.rest_count; r++) {
		const char *rest = s->grid.rests[r];
		const char *title = s->grid.rest_count == 1 ? ""
				    : *rest		    ? rest
							    : "without the others' options";

		if (!s->p->col_count) {
			put_values(s, rest, *title ? title : NULL, values, value_count);
			continue;
		}
		for (size_t i = 0; i < value_count; i++) {
			char heading[128];

			wanted_heading(&values[i], s->exponents, heading, sizeof(heading));
			if (value_count > 1 && !is_measured(s, &values[i])) {
				note_absent(s, &values[i]);
				continue;
			}
			put_table(s, name_of(s, rest, values[i].name),
				  arena_printed(&s->grid.texts, "%s%s%s", heading,
						*title ? ", " : "", title),
				  rest, &values[i], 1);
		}
	}
}

void pivot_print(struct page *page, const struct pivot *p, const struct experiment *e,
		 const struct arrangement *arrangement, const struct exponents *exponents,
		 const char *prefix, struct reasons *reasons)
{
	const struct wanted preset[] = {wanted_quantity(THROUGHPUT), wanted_quantity(CPU_TOTAL),
					wanted_quantity(ROI_CPU_TOTAL)};
	struct wanted values[sizeof(p->values) / sizeof(*p->values)];
	struct sheet s = {.page = page,
			  .p = p,
			  .arrangement = arrangement,
			  .exponents = exponents,
			  .prefix = prefix,
			  .reasons = reasons};

	for (size_t i = 0; i < p->value_count; i++) {
		values[i] = p->values[i];
		wanted_look(&values[i], e);
	}
	grid_make(&s.grid, p, e, arrangement);
	if (!s.grid.item_count)
		page_note(page, "No configuration is what where= asks for.");
	else if (p->value_count)
		put_tables(&s, values, p->value_count);
	else
		put_tables(&s, preset, sizeof(preset) / sizeof(*preset));
	grid_free(&s.grid);
}
