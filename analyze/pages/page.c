// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/page.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/pages/internal.h"
#include "base/say.h"

static const char *const format_words[] = {"text", "csv", "json", "md"};

int format_find(const char *word, enum format *format)
{
	for (int i = FORMAT_TEXT; i <= FORMAT_MD; i++) {
		if (!strcmp(word, format_words[i])) {
			*format = i;
			return 0;
		}
	}
	return -1;
}

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
	free(page->notes);
	arena_free(&page->texts);
	free(page);
}

static const char *keep(struct page *page, const char *text)
{
	return text ? arena_text(&page->texts, text, strlen(text)) : NULL;
}

void page_lead(struct page *page, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ARRAY_ADD(page->leads, page->lead_count) = arena_vprinted(&page->texts, format, args);
	va_end(args);
}

void page_note(struct page *page, const char *format, ...)
{
	const char *note;
	va_list args;

	va_start(args, format);
	note = arena_vprinted(&page->texts, format, args);
	va_end(args);
	for (size_t i = 0; i < page->note_count; i++)
		if (!strcmp(page->notes[i], note))
			return;
	ARRAY_ADD(page->notes, page->note_count) = note;
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

void table_column(struct table *t, const char *name, const char *heading, const char *unit,
		  enum column_kind kind, int decimals)
{
	ARRAY_ADD(t->columns, t->column_count) = (struct column){
		.name = keep(t->page, name),
		.heading = keep(t->page, heading),
		.unit = keep(t->page, unit),
		.kind = kind,
		.decimals = decimals,
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
	add_cell(t,
		 (struct cell){CELL_TEXT, arena_vprinted(&t->page->texts, format, args), NAN, NAN});
	va_end(args);
}

void cell_number(struct table *t, double value)
{
	if (isnan(value))
		cell_missing(t, "not measured");
	else
		add_cell(t, (struct cell){CELL_NUMBER, NULL, value, NAN});
}

void cell_interval(struct table *t, double low, double high)
{
	if (isnan(low) || isnan(high))
		cell_missing(t, "");
	else
		add_cell(t, (struct cell){CELL_INTERVAL, NULL, low, high});
}

void cell_missing(struct table *t, const char *why)
{
	add_cell(t, (struct cell){CELL_MISSING, keep(t->page, why), NAN, NAN});
}

static int four_digits(double largest)
{
	int decimals = 3;

	if (largest > 0 && isfinite(largest))
		decimals = 3 - (int)floor(log10(largest));
	return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

int column_decimals(const struct table *t, size_t column)
{
	double largest = 0;

	if (t->columns[column].decimals != DECIMALS_AUTO)
		return t->columns[column].decimals;
	for (size_t i = column; i < t->cell_count; i += t->column_count) {
		const struct cell *cell = &t->cells[i];

		if (cell->kind == CELL_NUMBER)
			largest = fmax(largest, fabs(cell->value));
		else if (cell->kind == CELL_INTERVAL)
			largest = fmax(largest, fabs(cell->high));
	}
	/* The ends of an interval are themselves uncertain: three digits will do. */
	if (t->columns[column].kind == COLUMN_INTERVAL)
		largest *= 10;
	return four_digits(largest);
}

/* Near one, three digits behind the point are enough: 0.997 beside 1.003. */
static int decimals_for(double value, int decimals)
{
	if (decimals != DECIMALS_EACH)
		return decimals;
	value = fabs(value);
	if (value == rint(value))
		return 0;
	return value >= 0.1 && value < 1 ? 3 : four_digits(value);
}

const char *figure_words(double value, char *text, size_t size)
{
	snprintf(text, size, "%.*f", decimals_for(value, DECIMALS_EACH), value);
	return text;
}

void cell_words(const struct cell *cell, int decimals, char *text, size_t size)
{
	switch (cell->kind) {
	case CELL_TEXT:
	case CELL_MISSING:
		snprintf(text, size, "%s", cell->text);
		break;
	case CELL_NUMBER:
		snprintf(text, size, "%.*f", decimals_for(cell->value, decimals), cell->value);
		break;
	case CELL_INTERVAL:
		snprintf(text, size, "%.*f..%.*f", decimals_for(cell->value, decimals), cell->value,
			 decimals_for(cell->high, decimals), cell->high);
		break;
	}
}

int page_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	say_error("cannot write the answer to standard output: %s", strerror(errno));
	return -1;
}

int page_print(struct page *page, enum format format)
{
	switch (format) {
	case FORMAT_TEXT:
		print_text(page, stdout);
		break;
	case FORMAT_CSV:
		print_csv(page, stdout);
		break;
	case FORMAT_JSON:
		print_json(page, stdout);
		break;
	case FORMAT_MD:
		print_markdown(page, stdout);
		break;
	}
	return page_flush();
}
