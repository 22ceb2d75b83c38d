// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/page.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/visible.h"
#include "page/internal.h"

struct page *page_new(void)
{
	struct page *page = must_calloc(1, sizeof(*page));

	return page;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	for (size_t i = 0; i < page->table_count; i++) {
		free(page->tables[i]->columns);
		free(page->tables[i]->cells);
		free(page->tables[i]);
	}
	free(page->tables);
	free(page->leads);
	free(page->commands);
	free(page->notes);
	arena_free(&page->texts);
	free(page);
}

/* Whatever a record holds is on a page as it can be shown: the formats escape what is left to them. */
static const char *shown(struct page *page, const char *text)
{
	size_t len = strlen(text);
	const char *copy;
	char *safe;

	if (visible(text, len))
		return text;
	safe = must_malloc(len * (VISIBLE_BYTE - 1) + 1);
	copy = arena_text(&page->texts, safe,
			  visible_copy(safe, len * (VISIBLE_BYTE - 1) + 1, text, len));
	free(safe);
	return copy;
}

static const char *keep(struct page *page, const char *text)
{
	return text ? shown(page, arena_text(&page->texts, text, strlen(text))) : NULL;
}

static const char *printed(struct page *page, const char *format, va_list args)
{
	return shown(page, arena_vprinted(&page->texts, format, args));
}

void page_heading(struct page *page, unsigned int level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	page->level = level;
	page->heading = printed(page, format, args);
	va_end(args);
}

void page_lead(struct page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ARRAY_ADD(page->leads, page->lead_count) = printed(page, format, args);
	va_end(args);
}

void page_command(struct page *page, const char *format, ...)
{
	const char *lead;
	va_list args;

	va_start(args, format);
	lead = printed(page, format, args);
	va_end(args);
	ARRAY_ADD(page->leads, page->lead_count) = lead;
	ARRAY_ADD(page->commands, page->command_count) = lead;
}

void page_note(struct page *page, const char *format, ...)
{
	const char *note;
	va_list args;

	va_start(args, format);
	note = printed(page, format, args);
	va_end(args);
	for (size_t i = 0; i < page->note_count; i++)
		if (!strcmp(page->notes[i], note))
			return;
	ARRAY_ADD(page->notes, page->note_count) = note;
}

bool page_empty(const struct page *page)
{
	return !page->table_count;
}

struct table *page_table(struct page *page, const char *name, const char *title)
{
	struct table *t = must_calloc(1, sizeof(*t));

	t->page = page;
	t->name = keep(page, name);
	t->title = keep(page, title);
	ARRAY_ADD(page->tables, page->table_count) = t;
	return t;
}

/* A figure and its interval have one name; no other two columns of a table have. */
static const char *unique_name(const struct table *t, const char *name, bool interval)
{
	const char *unique = name;

	for (size_t i = 0, n = 1; i < t->column_count; i++)
		if ((t->columns[i].kind == COLUMN_INTERVAL) == interval &&
		    !strcmp(t->columns[i].name, unique)) {
			unique = arena_printed(&t->page->texts, "%s#%zu", name, ++n);
			i = -1;
		}
	return unique;
}

void table_column(struct table *t, const char *name, const char *heading, const char *unit,
		  enum column_kind kind, int decimals)
{
	name = unique_name(t, keep(t->page, name), kind == COLUMN_INTERVAL);
	ARRAY_ADD(t->columns, t->column_count) = (struct column){
		.name = name,
		.heading = keep(t->page, heading),
		.unit = keep(t->page, unit),
		.kind = kind,
		.decimals = decimals,
		.scale = 1,
	};
}

static void add_cell(struct table *t, struct cell cell)
{
	ARRAY_ADD(t->cells, t->cell_count) = cell;
}

void cell_text(struct table *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_cell(t, (struct cell){CELL_TEXT, printed(t->page, format, args), .value = NAN});
	va_end(args);
}

void cell_number(struct table *t, double value)
{
	if (isnan(value))
		cell_missing(t, "not measured");
	else
		add_cell(t, (struct cell){CELL_NUMBER, .value = value});
}

/* So wide, as of two runs that differ much, an interval is no knowledge, and its figures mislead. */
static bool says_nothing(double low, double high)
{
	return low > 0 && high / low > 1e6;
}

void cell_interval(struct table *t, double low, double high)
{
	if (isnan(low) || isnan(high))
		cell_missing(t, "");
	else if (says_nothing(low, high))
		cell_missing(t, "too wide");
	else
		add_cell(t, (struct cell){CELL_INTERVAL, .value = low, .high = high});
}

void cell_estimate(struct table *t, double value, double low, double high)
{
	if (isnan(value))
		cell_missing(t, "not measured");
	else
		add_cell(t, (struct cell){CELL_ESTIMATE, .value = value, .low = low, .high = high});
}

void cell_missing(struct table *t, const char *why)
{
	cell_unknown(t, why, NULL);
}

void cell_unknown(struct table *t, const char *word, const char *why)
{
	add_cell(t, (struct cell){CELL_MISSING, keep(t->page, word), .why = keep(t->page, why)});
}
