/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of perf: names of columns, and below them dots that say where each begins.
 *
 *   dotted_names()   the line of names
 *   dotted_dots()    the line of dots; which column is which
 *   dotted_fits()    does a row's text begin where the columns do? One that somebody set anew does not.
 *   dotted_cut()     a row in place: cell[column], of columns that are not there NULL
 */
#ifndef ANALYZE_IMPORT_DOTTED_H
#define ANALYZE_IMPORT_DOTTED_H

#include <stdbool.h>
#include <stddef.h>

#define DOTTED_COLUMNS 24

struct dotted_name {
	const char *name;
	int column;
};

struct dotted {
	char head[1024];
	int columns[DOTTED_COLUMNS]; /* -1: unknown */
	size_t from[DOTTED_COLUMNS + 1];
	size_t count; /* 0: no dots yet */
};

void dotted_names(struct dotted *d, const char *line);
void dotted_dots(struct dotted *d, const char *dots, const struct dotted_name *names, size_t count);
bool dotted_fits(const struct dotted *d, const char *line);
void dotted_cut(const struct dotted *d, char *line, char **cell);

/* In place. */
char *dotted_trim(char *text);

#endif
