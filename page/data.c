// SPDX-License-Identifier: GPL-2.0-or-later
/* A page for programs: CSV and JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "page/internal.h"
#include "base/say.h"
#include "base/visible.h"

/* RFC 4180, and no formula, as the records themselves. */
static void put_field(FILE *out, const char *text, const char *behind)
{
	bool quoted = strpbrk(text, ",\"");
	char byte[VISIBLE_BYTE];

	if (quoted)
		fputc('"', out);
	if (visible_is_formula(text, strlen(text)))
		fputs(visible_byte(*text++, byte), out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputs(behind, out);
	if (quoted)
		fputc('"', out);
}

static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, "%.12g", value);
}

/* Tables of one page share one header: the columns of all, each once. */
struct header {
	const struct column **columns;
	size_t count;
};

/* A figure and its interval have one name. */
static bool same_column(const struct column *a, const struct column *b)
{
	return !strcmp(a->name, b->name) &&
	       (a->kind == COLUMN_INTERVAL) == (b->kind == COLUMN_INTERVAL);
}

static struct header header_of(const struct page *page)
{
	struct header h = {NULL, 0};

	for (size_t i = 0; i < page->table_count; i++) {
		const struct table *t = page->tables[i];

		for (size_t j = 0; j < t->column_count; j++) {
			bool known = false;

			for (size_t k = 0; k < h.count && !known; k++)
				known = same_column(h.columns[k], &t->columns[j]);
			if (!known)
				ARRAY_ADD(h.columns, h.count) = &t->columns[j];
		}
	}
	return h;
}

static bool has_interval(const struct column *column)
{
	return column->kind == COLUMN_INTERVAL || column->kind == COLUMN_ESTIMATE;
}

static const char *why_of(const struct cell *cell)
{
	return cell->kind != CELL_MISSING ? "" : cell->why ? cell->why : cell->text;
}

static void put_header(FILE *out, const struct header *h, bool tables)
{
	if (tables)
		fputs("table", out);
	for (size_t i = 0; i < h->count; i++) {
		const char *name = h->columns[i]->name;

		if (i || tables)
			fputc(',', out);
		if (h->columns[i]->kind != COLUMN_INTERVAL)
			put_field(out, name, "");
		if (h->columns[i]->kind == COLUMN_ESTIMATE)
			fputc(',', out);
		if (!has_interval(h->columns[i]))
			continue;
		put_field(out, name, "_low");
		fputc(',', out);
		put_field(out, name, "_high");
		if (h->columns[i]->kind == COLUMN_INTERVAL)
			continue;
		fputc(',', out);
		put_field(out, name, "_why");
	}
	fputc('\n', out);
}

static void put_estimate(FILE *out, const struct cell *cell)
{
	bool there = cell && cell->kind == CELL_ESTIMATE;

	put_number(out, there ? cell->value : NAN);
	fputc(',', out);
	put_number(out, there ? cell->low : NAN);
	fputc(',', out);
	put_number(out, there ? cell->high : NAN);
	fputc(',', out);
	if (cell)
		put_field(out, why_of(cell), "");
}

static void put_cell(FILE *out, const struct column *column, const struct cell *cell)
{
	if (column->kind == COLUMN_ESTIMATE) {
		put_estimate(out, cell);
	} else if (column->kind == COLUMN_INTERVAL) {
		if (cell && cell->kind == CELL_INTERVAL)
			put_number(out, cell->value);
		fputc(',', out);
		if (cell && cell->kind == CELL_INTERVAL)
			put_number(out, cell->high);
	} else if (cell && cell->kind == CELL_NUMBER) {
		put_number(out, cell->value);
	} else if (cell && cell->kind == CELL_TEXT) {
		put_field(out, cell->text, "");
	}
}

static const struct cell *cell_of(const struct table *t, size_t row, const struct column *column)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (same_column(&t->columns[i], column))
			return cell_at(t, row, i);
	return NULL;
}

void print_csv(const struct page *page, FILE *out)
{
	struct header h = header_of(page);
	bool tables = page->table_count > 1;

	put_header(out, &h, tables);
	for (size_t i = 0; i < page->table_count; i++) {
		const struct table *t = page->tables[i];

		for (size_t row = 0; row < table_rows(t); row++) {
			if (tables)
				put_field(out, t->name, "");
			for (size_t j = 0; j < h.count; j++) {
				if (j || tables)
					fputc(',', out);
				put_cell(out, h.columns[j], cell_of(t, row, h.columns[j]));
			}
			fputc('\n', out);
		}
	}
	free(h.columns);
	for (size_t i = 0; i < page->lead_count; i++)
		say_info("%s", page->leads[i]);
	for (size_t i = 0; i < page->note_count; i++)
		say_info("%s", page->notes[i]);
}

/* Counts are integers in JSON too, as far as a double holds them exactly. */
static json_t *json_number(double value)
{
	if (!isfinite(value))
		return json_null();
	if (value == rint(value) && fabs(value) < 0x1p53)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static void put_named(json_t *object, const char *column, const char *which, json_t *value)
{
	char name[strlen(column) + strlen(which) + 1];

	snprintf(name, sizeof(name), "%s%s", column, which);
	json_object_set_new(object, name, value);
}

static void put_member(json_t *object, const struct column *column, const struct cell *cell)
{
	if (column->kind == COLUMN_INTERVAL) {
		bool there = cell->kind == CELL_INTERVAL;

		put_named(object, column->name, "_low", json_number(there ? cell->value : NAN));
		put_named(object, column->name, "_high", json_number(there ? cell->high : NAN));
	} else if (column->kind == COLUMN_ESTIMATE) {
		bool there = cell->kind == CELL_ESTIMATE;
		const char *why = why_of(cell);

		put_named(object, column->name, "", json_number(there ? cell->value : NAN));
		put_named(object, column->name, "_low", json_number(there ? cell->low : NAN));
		put_named(object, column->name, "_high", json_number(there ? cell->high : NAN));
		put_named(object, column->name, "_why", *why ? json_string(why) : json_null());
	} else if (cell->kind == CELL_NUMBER) {
		json_object_set_new(object, column->name, json_number(cell->value));
	} else if (cell->kind == CELL_TEXT) {
		json_object_set_new(object, column->name, json_string(cell->text));
	} else {
		json_object_set_new(object, column->name, json_null());
	}
}

static json_t *json_sentences(const char *const *sentences, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(sentences[i]));
	return array;
}

static json_t *json_rows(const struct table *t)
{
	json_t *rows = json_array();

	for (size_t row = 0; row < table_rows(t); row++) {
		json_t *object = json_object();

		for (size_t i = 0; i < t->column_count; i++)
			put_member(object, &t->columns[i], cell_at(t, row, i));
		json_array_append_new(rows, object);
	}
	return rows;
}

/* One table that needs no name is all of the answer. */
static bool is_bare(const struct page *page)
{
	return page->table_count == 1 && !page->tables[0]->name;
}

void print_json(const struct page *page, FILE *out)
{
	json_t *root = is_bare(page) ? json_rows(page->tables[0]) : json_object();

	if (page->lead_count && json_is_object(root))
		json_object_set_new(root, "summary", json_sentences(page->leads, page->lead_count));
	for (size_t i = 0; i < page->table_count && json_is_object(root); i++)
		json_object_set_new(root, page->tables[i]->name, json_rows(page->tables[i]));
	if (json_is_object(root))
		json_object_set_new(root, "notes", json_sentences(page->notes, page->note_count));
	json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	fputc('\n', out);
	json_decref(root);
}
