// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/grid.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/figures/chosen.h"

bool grid_same(const char *const *a, const char *const *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static void add_item(struct grid *g, const struct configuration *c, const struct run *run)
{
	struct item item = {.configuration = c, .run = run};

	if (!chosen_is(g->p, c, run, &g->texts))
		return;
	for (size_t i = 0; i < g->p->row_count; i++)
		item.row[i] = chosen_value(&g->p->rows[i], c, run, &g->texts);
	for (size_t i = 0; i < g->p->col_count; i++)
		item.col[i] = chosen_value(&g->p->cols[i], c, run, &g->texts);
	ARRAY_ADD(g->items, g->item_count) = item;
}

static void add_items(struct grid *g, const struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->configurations[i].count)
			add_item(g, &e->configurations[i], e->configurations[i].runs[0]);
	for (size_t i = 0; i < e->refused_count; i++)
		add_item(g, NULL, e->refused[i]);
}

static bool is_covered(const struct pivot *p, const char *part, size_t len)
{
	for (size_t i = 0; i < p->row_count; i++)
		if (dimension_covers(&p->rows[i], part, len))
			return true;
	for (size_t i = 0; i < p->col_count; i++)
		if (dimension_covers(&p->cols[i], part, len))
			return true;
	return false;
}

/* Whether all have this part of their names: then it tells nothing apart. */
static bool is_shared(const struct grid *g, const char *part, size_t len)
{
	for (size_t i = 0; i < g->item_count; i++) {
		const char *at =
			run_fact(g->items[i].run, METRIC_fact_configuration, END_HOST, NULL);
		bool has = false;

		for (size_t n; at && *at && !has; at += n + (at[n] == ',')) {
			n = strcspn(at, ",");
			has = n == len && !strncmp(at, part, len);
		}
		if (!has)
			return false;
	}
	return true;
}

static const char *rest_of(struct grid *g, const struct item *item)
{
	const struct dimension experiment = {.kind = DIMENSION_EXPERIMENT};
	const char *at = run_fact(item->run, METRIC_fact_configuration, END_HOST, NULL);
	const char *rest = "", *first;

	for (size_t len; at && *at; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		if (!is_covered(g->p, at, strcspn(at, "=,")) && !is_shared(g, at, len))
			rest = arena_printed(&g->texts, "%s%s%.*s", rest, *rest ? ", " : "",
					     (int)len, at);
	}
	first = dimension_of(&experiment, g->items[0].run, &g->texts);
	for (size_t i = 1; i < g->item_count; i++)
		if (strcmp(first, dimension_of(&experiment, g->items[i].run, &g->texts)) != 0 &&
		    !is_covered(g->p, "experiment", strlen("experiment")))
			return arena_printed(&g->texts, "%s%s%s",
					     dimension_of(&experiment, item->run, &g->texts),
					     *rest ? ": " : "", rest);
	return rest;
}

static void add_place(struct place **places, size_t *count, const char *const *values, size_t depth)
{
	for (size_t i = 0; i < *count; i++)
		if (grid_same((*places)[i].values, values, depth))
			return;
	ARRAY_ADD(*places, *count) = (struct place){values};
}

struct sorting {
	const struct arrangement *arrangement;
	const struct dimension *by;
	size_t depth;
};

static int by_arrangement(const void *a, const void *b, void *sorting_of)
{
	const struct place *x = a, *y = b;
	const struct sorting *s = sorting_of;

	for (size_t i = 0; i < s->depth; i++) {
		int order = arrangement_order(s->arrangement, s->by[i].name, x->values[i],
					      y->values[i]);

		if (order)
			return order;
	}
	return 0;
}

static void order_places(struct place *places, size_t count, const struct dimension *by,
			 size_t depth, const struct arrangement *arrangement)
{
	struct sorting sorting = {arrangement, by, depth};

	if (count)
		qsort_r(places, count, sizeof(*places), by_arrangement, &sorting);
}

static void add_rest(struct grid *g, const char *rest)
{
	for (size_t i = 0; i < g->rest_count; i++)
		if (!strcmp(g->rests[i], rest))
			return;
	ARRAY_ADD(g->rests, g->rest_count) = rest;
}

static void arrange(struct grid *g, const struct arrangement *arrangement)
{
	const struct pivot *p = g->p;

	for (size_t i = 0; i < g->item_count; i++) {
		struct item *item = &g->items[i];

		item->rest = rest_of(g, item);
		add_rest(g, item->rest);
		add_place(&g->rows, &g->row_count, item->row, p->row_count);
		add_place(&g->cols, &g->col_count, item->col, p->col_count);
	}
	order_places(g->rows, g->row_count, p->rows, p->row_count, arrangement);
	order_places(g->cols, g->col_count, p->cols, p->col_count, arrangement);
}

void grid_make(struct grid *g, const struct pivot *p, const struct experiment *e,
	       const struct arrangement *arrangement)
{
	*g = (struct grid){.p = p};
	add_items(g, e);
	arrange(g, arrangement);
}

void grid_free(struct grid *g)
{
	free(g->items);
	free(g->rows);
	free(g->cols);
	free(g->rests);
	arena_free(&g->texts);
}
