// SPDX-License-Identifier: GPL-2.0-or-later
/* A page as text, and as markdown. */
#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "page/internal.h"

#define TEXT_WIDTH 100
#define CELL_SIZE  512

/* Narrower than this nothing can be read: a terminal that says so is not believed. */
#define WIDTH_LEAST 40

/* usual, or as wide as the terminal where that is narrower; what is no terminal is as wide as usual. */
static int width_for(FILE *out, int usual)
{
	struct winsize window;
	int fd = fileno(out);

	if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &window) ||
	    window.ws_col < WIDTH_LEAST || window.ws_col > usual)
		return usual;
	return window.ws_col;
}

/* Characters, not bytes: "Σ" is one of them. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void spaces(FILE *out, int count)
{
	fprintf(out, "%*s", count > 0 ? count : 0, "");
}

static void dashes(FILE *out, int count)
{
	while (count-- > 0)
		fputc('-', out);
}

/*
 * A line of a table as it grows. Blanks wait until something follows them, so that no line ends in
 * blanks.
 */
struct line {
	FILE *out;
	int waiting;
};

static void put(struct line *line, const char *text, int width, bool left)
{
	int room = width - width_of(text);

	if (*text) {
		spaces(line->out, line->waiting + (left ? 0 : room));
		fputs(text, line->out);
		line->waiting = left ? room : 0;
	} else {
		line->waiting += width;
	}
	line->waiting += 2;
}

static void end_line(struct line *line)
{
	fputc('\n', line->out);
	line->waiting = 0;
}

static const char *heading_of(const struct column *column)
{
	return column->heading;
}

static const char *unit_of(const struct column *column)
{
	return column->unit;
}

static bool measure(const struct table *t, int *widths)
{
	bool units = false;
	char text[CELL_SIZE];

	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *column = &t->columns[i];
		int decimals = column_decimals(t, i);
		int unit = width_of(column->unit);

		units |= unit > 0;
		widths[i] = width_of(column->heading);
		if (unit > widths[i])
			widths[i] = unit;
		for (size_t at = i; at < t->cell_count; at += t->column_count) {
			cell_words(column, &t->cells[at], decimals, text, sizeof(text));
			if (width_of(text) > widths[i])
				widths[i] = width_of(text);
		}
	}
	return units;
}

/* Words up to the width, later lines indented below the first, which begins at column. */
static void put_words(FILE *out, const char *text, int column, int indent, int most)
{
	bool begun = false;

	while (*text) {
		int len = strcspn(text, " \n");
		char word[CELL_SIZE];
		int width;

		snprintf(word, sizeof(word), "%.*s", len, text);
		width = width_of(word);
		if (begun && column > indent && column + 1 + width > most) {
			fputc('\n', out);
			spaces(out, indent);
			column = indent;
		} else if (begun) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", len, text);
		column += width;
		begun = begun || width;
		text += len;
		/* A sentence may lay out its own blanks: keep them. */
		if (*text == ' ')
			text++;
	}
	fputc('\n', out);
}

static void put_wrapped(FILE *out, const char *text, int indent)
{
	put_words(out, text, 0, indent, width_for(out, TEXT_WIDTH));
}

void page_words(const char *text, int column, int indent)
{
	int most = width_for(stdout, INT_MAX);

	/* What lays out lines of its own, such as what a verifier said, keeps them. */
	if (most == INT_MAX || strchr(text, '\n'))
		printf("%s\n", text);
	else
		put_words(stdout, text, column, indent, most);
}

/* Wider than a terminal is, a table is cut: the columns that say what a row is stand before each part. */
#define TABLE_WIDTH 120

struct part {
	const struct table *t;
	const int *widths;
	size_t lead;	   /* columns that are in each part */
	size_t begin, end; /* the others that are in this one */
	int most;	   /* characters in a line */
};

static bool is_in(const struct part *p, size_t column)
{
	return column < p->lead || (column >= p->begin && column < p->end);
}

/* As many columns as there is room for, and one at the least. */
static void lay_part(struct part *p)
{
	int width = -2;

	for (size_t i = 0; i < p->lead; i++)
		width += p->widths[i] + 2;
	for (p->end = p->begin; p->end < p->t->column_count; p->end++) {
		width += p->widths[p->end] + 2;
		if (width > p->most && p->end > p->begin)
			break;
	}
}

static void put_line(FILE *out, const struct part *p,
		     const char *(*text)(const struct column *column))
{
	struct line line = {out, 0};

	for (size_t i = 0; i < p->t->column_count; i++)
		if (is_in(p, i))
			put(&line, text(&p->t->columns[i]), p->widths[i],
			    p->t->columns[i].kind == COLUMN_TEXT);
	end_line(&line);
}

static void part_text(const struct part *p, bool units, FILE *out)
{
	const struct table *t = p->t;
	struct line line = {out, 0};
	char text[CELL_SIZE];

	put_line(out, p, heading_of);
	if (units)
		put_line(out, p, unit_of);
	for (size_t i = 0; i < t->column_count; i++) {
		if (!is_in(p, i))
			continue;
		spaces(out, i ? 2 : 0);
		dashes(out, p->widths[i]);
	}
	fputc('\n', out);
	for (size_t row = 0; row < table_rows(t); row++) {
		for (size_t i = 0; i < t->column_count; i++) {
			if (!is_in(p, i))
				continue;
			cell_words(&t->columns[i], cell_at(t, row, i), column_decimals(t, i), text,
				   sizeof(text));
			put(&line, text, p->widths[i], t->columns[i].kind == COLUMN_TEXT);
		}
		end_line(&line);
	}
}

static void table_text(const struct table *t, FILE *out)
{
	int *widths = must_calloc(t->column_count, sizeof(*widths));
	bool units = measure(t, widths);
	struct part part = {.t = t, .widths = widths, .most = width_for(out, TABLE_WIDTH)};

	if (t->title) {
		put_wrapped(out, t->title, 2);
		fputc('\n', out);
	}
	while (part.lead < t->column_count && t->columns[part.lead].kind == COLUMN_TEXT)
		part.lead++;
	part.end = part.lead;
	do {
		part.begin = part.end;
		lay_part(&part);
		part_text(&part, units, out);
		if (part.end < t->column_count)
			fputc('\n', out);
	} while (part.end < t->column_count);
	free(widths);
}

static bool is_command(const struct page *page, const char *lead)
{
	for (size_t i = 0; i < page->command_count; i++)
		if (page->commands[i] == lead)
			return true;
	return false;
}

void print_text(const struct page *page, FILE *out)
{
	bool first = true;

	for (size_t i = 0; i < page->lead_count; i++) {
		if (is_command(page, page->leads[i]))
			fprintf(out, "%s\n", page->leads[i]);
		else
			put_wrapped(out, page->leads[i], 11);
		first = false;
	}
	for (size_t i = 0; i < page->table_count; i++) {
		if (!first)
			fputc('\n', out);
		table_text(page->tables[i], out);
		first = false;
	}
	if (page->note_count && !first)
		fputc('\n', out);
	for (size_t i = 0; i < page->note_count; i++)
		put_wrapped(out, page->notes[i], 2);
}

/* Is the '_' at at within a word? There it means nothing. */
static bool is_within_word(const char *text, const char *at)
{
	return at > text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
}

/* CommonMark with tables: what a text says is what is seen, no link, no markup, no cell more. */
static void put_markdown(FILE *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at == '<')
			fputs("&lt;", out);
		else if (*at == '>')
			fputs("&gt;", out);
		else if (*at == '&')
			fputs("&amp;", out);
		else if (strchr("\\`|*[]~$", *at) || (at == text && strchr("#+-=", *at) && at[1]) ||
			 (*at == '_' && !is_within_word(text, at)))
			fprintf(out, "\\%c", *at);
		else
			fputc(*at, out);
	}
}

static void put_markdown_cell(FILE *out, const char *text)
{
	fputs("| ", out);
	put_markdown(out, text);
	fputc(' ', out);
}

static void put_markdown_line(FILE *out, const char *before, const char *text, const char *behind)
{
	fputs(before, out);
	put_markdown(out, text);
	fputs(behind, out);
}

static void table_markdown(const struct table *t, FILE *out)
{
	char text[CELL_SIZE];

	if (t->title)
		put_markdown_line(out, "### ", t->title, "\n\n");
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *column = &t->columns[i];

		put_markdown_line(out, "| ", column->heading, *column->unit ? ", " : "");
		put_markdown_line(out, "", column->unit, " ");
	}
	fputs("|\n", out);
	for (size_t i = 0; i < t->column_count; i++)
		fputs(t->columns[i].kind == COLUMN_TEXT ? "| :-- " : "| --: ", out);
	fputs("|\n", out);
	for (size_t row = 0; row < table_rows(t); row++) {
		for (size_t i = 0; i < t->column_count; i++) {
			cell_words(&t->columns[i], cell_at(t, row, i), column_decimals(t, i), text,
				   sizeof(text));
			put_markdown_cell(out, text);
		}
		fputs("|\n", out);
	}
}

void print_markdown(const struct page *page, FILE *out)
{
	if (page->heading) {
		fprintf(out, "%.*s ", (int)page->level, "######");
		put_markdown_line(out, "", page->heading, "\n\n");
	}
	for (size_t i = 0; i < page->lead_count; i++)
		put_markdown_line(out, "- ", page->leads[i], "\n");
	for (size_t i = 0; i < page->table_count; i++) {
		if (i || page->lead_count)
			fputc('\n', out);
		table_markdown(page->tables[i], out);
	}
	if (page->note_count && (page->lead_count || page->table_count))
		fputc('\n', out);
	for (size_t i = 0; i < page->note_count; i++)
		put_markdown_line(out, "- ", page->notes[i], "\n");
}
