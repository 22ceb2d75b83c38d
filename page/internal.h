/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page from inside: what page.c collects and the printers of the four formats walk through. */
#ifndef PAGE_INTERNAL_H
#define PAGE_INTERNAL_H

#include <stdio.h>

#include "page/page.h"

enum cell_kind { CELL_MISSING, CELL_TEXT, CELL_NUMBER, CELL_INTERVAL, CELL_ESTIMATE };

struct cell {
	enum cell_kind kind;
	const char *text;
	double value; /* of an interval: its low end */
	double high;
	double low;	 /* of an estimate */
	const char *why; /* in full; NULL: text says it */
};

struct column {
	const char *name;
	const char *heading;
	const char *unit;
	enum column_kind kind;
	int decimals;
	double scale; /* what a person reads is so many times smaller, and of that unit; 1: as programs read it */
};

struct table {
	struct page *page;
	const char *name;
	const char *title;
	struct column *columns;
	size_t column_count;
	struct cell *cells; /* row by row */
	size_t cell_count;
};

struct page {
	struct arena texts;
	unsigned int level;
	const char *heading; /* NULL: it needs none */
	struct table **tables;
	size_t table_count;
	const char **leads;
	size_t lead_count;
	const char **commands; /* those of the leads that stay on one line */
	size_t command_count;
	const char **notes;
	size_t note_count;
};

static inline size_t table_rows(const struct table *t)
{
	return t->column_count ? t->cell_count / t->column_count : 0;
}

static inline const struct cell *cell_at(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->column_count + column];
}

void print_text(const struct page *page, FILE *out);
void print_markdown(const struct page *page, FILE *out);
void print_csv(const struct page *page, FILE *out);
void print_json(const struct page *page, FILE *out);

/* A cell of that column as a person reads it; decimals as column_decimals() says. text is "" for nothing. */
void cell_words(const struct column *column, const struct cell *cell, int decimals, char *text,
		size_t size);
int column_decimals(const struct table *t, size_t column);

#endif
