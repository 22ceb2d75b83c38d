/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pivot as it is asked for: figures laid out by what was chosen.
 *
 *   pivot_take()   one word of it: rows, cols, value or where (NAME=VALUE[,VALUE...]), and its list
 *   pivot_line()   all of it, as a line of a plan: "rows=path cols=cpus value=T,C"
 *   pivot_next()   the next "WORD=VALUE" of such a line
 *   pivot_asked()  was anything but where, which leaves out of any table?
 *   where_holds()  is a value one of those that are asked for?
 */
#ifndef ANALYZE_FIGURES_PIVOT_H
#define ANALYZE_FIGURES_PIVOT_H

#include "analyze/figures/wanted.h"
#include "analyze/load/dimension.h"

#define PIVOT_MAX      8
#define PIVOT_WORD_MAX 512

struct pivot {
	struct dimension rows[PIVOT_MAX], cols[PIVOT_MAX];
	size_t row_count, col_count;
	struct wanted values[2 * PIVOT_MAX];
	size_t value_count; /* 0: T, C and ROI */
	struct where {
		struct dimension dimension;
		char list[256];
	} where[PIVOT_MAX];
	size_t where_count;
};

/* 0, or -1 with why: a sentence's part that fits behind "LIST: ". */
int pivot_take(struct pivot *p, const char *word, const char *list, char *why, size_t why_size);
int pivot_line(struct pivot *p, const char *line, char *why, size_t why_size);

/* 1, 0 at the line's end, or -1 with why. value: in word; "" where there is none. */
int pivot_next(const char **line, char word[PIVOT_WORD_MAX], const char **value, char *why,
	       size_t why_size);

bool where_holds(const struct where *where, const char *value);

static inline bool pivot_asked(const struct pivot *p)
{
	return p->row_count || p->col_count || p->value_count;
}

#endif
