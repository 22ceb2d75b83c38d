/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command prints: tables, the sentences before them and the notes after them, in one of four
 * formats.
 *
 *   page_new()        an empty page
 *   page_heading()    above it in Markdown, where it is a part of a longer text
 *   page_lead()       one more sentence before the tables
 *   page_note()       one more note after them; what was noted already is not noted again
 *   page_table()      one more table, without columns yet
 *   table_column()    one more column
 *   table_fit()       columns whose cells are all there, in a unit that a person can read
 *   cell_text() …     the next cell of a table; after the last column comes the next row
 *   page_empty()      has it no table?
 *   page_print()      all of it to standard output
 *   page_free()
 *
 * In text and markdown numbers are rounded for reading, an interval is one cell, and a cell without
 * a figure says why in words. In CSV and JSON numbers are as exact as they were computed, an
 * interval is two columns, <name>_low and <name>_high, and a cell without a figure is empty or
 * null. An estimate is a figure and its interval in one cell: <name>, <name>_low, <name>_high, and
 * <name>_why, which says why there is no figure. CSV has room for tables only: sentences and notes go to standard error.
 *
 * A text may be anything that a record holds: it is on the page as it can be shown (base/visible.h),
 * and each format quotes what means something in it. In CSV a text that a spreadsheet would compute
 * has its first character as \xNN. Columns of one name become name and name#2.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdbool.h>

#include "base/memory.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_MD };

/* 0, or -1 where the word names no format. */
int format_find(const char *word, enum format *format);

/* An estimate is a figure, its interval and why there is none: four columns of CSV and JSON, one of text. */
enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_INTERVAL, COLUMN_ESTIMATE };

/* So many digits behind the point that the largest figure of the column shows four digits. */
#define DECIMALS_AUTO (-1)
/* The same for every cell by itself, where a column mixes units. */
#define DECIMALS_EACH (-2)

struct page;
struct table;

struct page *page_new(void);
void page_free(struct page *page);
bool page_empty(const struct page *page);
/* level: 1 to 6, of which 1 is the whole text's. */
void page_heading(struct page *page, unsigned int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void page_lead(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A lead that is not broken into lines, so that it can be pasted. */
void page_command(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void page_note(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * name: of the table in JSON and CSV; NULL for one that is all of the page: then JSON is its rows alone.
 * title: above it, or NULL. All texts are copied.
 */
struct table *page_table(struct page *page, const char *name, const char *title);
void table_column(struct table *t, const char *name, const char *heading, const char *unit,
		  enum column_kind kind, int decimals);
/*
 * The columns from begin to before end, or the last, all of the first one's unit: of many ns text and Markdown have us, ms or s, of bytes
 * KB and so on (of 1000); CSV and JSON keep the unit that their names are known by.
 */
void table_fit(struct table *t, size_t begin, size_t end);

void cell_text(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NAN prints as missing. */
void cell_number(struct table *t, double value);
void cell_interval(struct table *t, double low, double high);
void cell_estimate(struct table *t, double value, double low, double high);
/* why: in place of the figure, in text and markdown. */
void cell_missing(struct table *t, const char *why);
/* Of an estimate: word in its place, and the whole of why where programs read. */
void cell_unknown(struct table *t, const char *word, const char *why);

/* A figure as a cell of DECIMALS_EACH shows it. Returns text. */
const char *figure_words(double value, char *text, size_t size);

/* 0, or -1 after saying that standard output refused it. */
int page_print(struct page *page, enum format format);
/*
 * For what a command prints by itself to standard output, of which so many columns are written: words and a line's end, on
 * lines of a terminal's width, later ones indented; in one line where it is none.
 */
void page_words(const char *text, int column, int indent);

#endif
