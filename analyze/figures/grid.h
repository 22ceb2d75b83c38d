/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where each configuration of an experiment stands in a pivot. What varies beside its rows and columns is
 * the rest, for each of whose values there is a table, so that no cell mixes configurations.
 *
 *   grid_make()  what --where leaves, and their rows and columns in order
 *   grid_same()  whether two places are one
 *   grid_free()
 */
#ifndef ANALYZE_FIGURES_GRID_H
#define ANALYZE_FIGURES_GRID_H

#include "analyze/figures/pivot.h"
#include "analyze/load/arrangement.h"

/* A configuration, or one that was not run. */
struct item {
	const struct configuration *configuration; /* NULL: not run */
	const struct run *run;			   /* its first, or its refusal */
	const char *row[PIVOT_MAX], *col[PIVOT_MAX];
	const char *rest; /* what of its name is in neither, and not the same in all */
};

/* A row or a column: as many values as the pivot has dimensions there. */
struct place {
	const char *const *values;
};

struct grid {
	const struct pivot *p;
	struct item *items;
	size_t item_count;
	struct place *rows, *cols; /* each once, in order */
	size_t row_count, col_count;
	const char **rests;
	size_t rest_count;
	struct arena texts;
};

void grid_make(struct grid *g, const struct pivot *p, const struct experiment *e,
	       const struct arrangement *arrangement);
bool grid_same(const char *const *a, const char *const *b, size_t count);
void grid_free(struct grid *g);

#endif
