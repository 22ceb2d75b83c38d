// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/embed.h"

#include <math.h>
#include <string.h>

#include "base/visible.h"
#include "page/internal.h"

void html_text(FILE *out, const char *text)
{
	size_t len = strlen(text);
	char byte[VISIBLE_BYTE];

	while (len) {
		size_t n = visible_character(text, len);

		switch (n ? *text : '\0') {
		case '\0':
			if (n)
				fwrite(text, 1, n, out);
			else
				fputs(visible_byte(*text, byte), out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fwrite(text, 1, n, out);
		}
		text += n ? n : 1;
		len -= n ? n : 1;
	}
}

static void html_cell(FILE *out, const struct table *t, size_t row, size_t column)
{
	const struct cell *cell = cell_at(t, row, column);
	bool number = t->columns[column].kind != COLUMN_TEXT;
	char text[4096];

	cell_words(&t->columns[column], cell, column_decimals(t, column), text, sizeof(text));
	if (!column)
		fputs("<th scope=\"row\">", out);
	else if (cell->kind == CELL_MISSING)
		fputs(number ? "<td class=\"n why\">" : "<td class=\"why\">", out);
	else
		fputs(number ? "<td class=\"n\">" : "<td>", out);
	html_text(out, text);
	fputs(column ? "</td>" : "</th>", out);
}

static void html_table(FILE *out, const struct table *t)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	html_text(out, t->title ? t->title : t->name ? t->name : "table");
	fputs("\"><table>", out);
	if (t->title) {
		fputs("<caption>", out);
		html_text(out, t->title);
		fputs("</caption>", out);
	}
	fputs("<thead><tr>", out);
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];

		fputs(c->kind == COLUMN_TEXT ? "<th scope=\"col\">"
					     : "<th scope=\"col\" class=\"n\">",
		      out);
		html_text(out, c->heading);
		if (*c->unit) {
			fputs(" <span class=\"unit\">", out);
			html_text(out, c->unit);
			fputs("</span>", out);
		}
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t row = 0; row < table_rows(t); row++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < t->column_count; i++)
			html_cell(out, t, row, i);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void html_tables(FILE *out, const struct page *page)
{
	for (size_t i = 0; i < page->table_count; i++)
		html_table(out, page->tables[i]);
}

static void html_each(FILE *out, const char *const *sentences, size_t count, const char *element)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "<%s>", element);
		html_text(out, sentences[i]);
		fprintf(out, "</%s>\n", element);
	}
}

void html_verdict(FILE *out, const struct page *page)
{
	html_each(out, page->leads, page->lead_count, "p");
	html_each(out, page->notes, page->note_count, "p");
}

size_t page_notes(const struct page *page)
{
	return page->note_count;
}

void html_notes(FILE *out, const struct page *page)
{
	if (!page->note_count)
		return;
	fputs("<ul>\n", out);
	html_each(out, page->notes, page->note_count, "li");
	fputs("</ul>\n", out);
}

json_t *script_text(const char *text)
{
	size_t len = strlen(text), size = len * (VISIBLE_BYTE - 1) + 1;
	json_t *made;
	char *safe;

	if (visible(text, len))
		return json_string(text);
	safe = must_malloc(size);
	made = json_stringn(safe, visible_copy(safe, size, text, len));
	free(safe);
	return made;
}

json_t *script_number(double value)
{
	if (!isfinite(value))
		return json_null();
	if (value == rint(value) && fabs(value) < 0x1p53)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static json_t *script_cell(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		return json_string(cell->text);
	case CELL_NUMBER:
		return script_number(cell->value);
	case CELL_INTERVAL:
		return json_pack("[o, o]", script_number(cell->value), script_number(cell->high));
	case CELL_ESTIMATE:
		return json_pack("[o, o, o]", script_number(cell->value), script_number(cell->low),
				 script_number(cell->high));
	case CELL_MISSING:
		break;
	}
	return json_pack("{s: s}", "why", cell->why ? cell->why : cell->text);
}

static json_t *script_table(const struct table *t)
{
	json_t *columns = json_array(), *rows = json_array();

	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];

		json_array_append_new(columns,
				      json_pack("[s, s, s, s#, i]", c->name, c->heading, c->unit,
						&"tnie"[c->kind], 1, column_decimals(t, i)));
	}
	for (size_t row = 0; row < table_rows(t); row++) {
		json_t *cells = json_array();

		for (size_t i = 0; i < t->column_count; i++)
			json_array_append_new(cells, script_cell(cell_at(t, row, i)));
		json_array_append_new(rows, cells);
	}
	return json_pack("{s: s, s: s, s: o, s: o}", "name", t->name ? t->name : "", "title",
			 t->title ? t->title : "", "columns", columns, "rows", rows);
}

static json_t *script_sentences(const char *const *sentences, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(sentences[i]));
	return array;
}

json_t *script_page(const struct page *page)
{
	json_t *tables = json_array();

	for (size_t i = 0; i < page->table_count; i++)
		json_array_append_new(tables, script_table(page->tables[i]));
	return json_pack("{s: o, s: o, s: o}", "tables", tables, "leads",
			 script_sentences(page->leads, page->lead_count), "notes",
			 script_sentences(page->notes, page->note_count));
}

/* A '<' stands in texts only, and there its escape means the same; without it no tag can begin. */
static int put_piece(const char *piece, size_t size, void *data)
{
	FILE *out = data;

	while (size) {
		const char *at = memchr(piece, '<', size);
		size_t n = at ? (size_t)(at - piece) : size;

		fwrite(piece, 1, n, out);
		if (at) {
			fputs("\\u003c", out);
			n++;
		}
		piece += n;
		size -= n;
	}
	return ferror(out) ? -1 : 0;
}

int script_json(FILE *out, json_t *value)
{
	int result = json_dump_callback(value, put_piece, out,
					JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));

	json_decref(value);
	return result;
}
