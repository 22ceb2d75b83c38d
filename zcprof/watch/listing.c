// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/listing.h"

#include <stdlib.h>
#include <string.h>

#include "zcprof/watch/units.h"

#define FIGURE_COLUMNS 14
/* Of most metrics; of all of them where there is room. */
#define METRIC_COLUMNS	    20
#define METRIC_COLUMNS_WIDE 28
#define END_COLUMNS	    7

static int by_now(const void *a, const void *b)
{
	const struct figure *const *x = a, *const *y = b;

	return ((*x)->step < (*y)->step) - ((*x)->step > (*y)->step);
}

static int by_total(const void *a, const void *b)
{
	const struct figure *const *x = a, *const *y = b;

	return ((*x)->total < (*y)->total) - ((*x)->total > (*y)->total);
}

/* Of another unit nothing is larger or smaller: each metric by itself, in the order of the registry. */
static void sort(const struct figure **figures, size_t count, enum view_order order)
{
	size_t from = 0;

	if (order == ORDER_NAME)
		return;
	for (size_t i = 1; i <= count; i++) {
		if (i < count && figures[i]->id == figures[from]->id)
			continue;
		qsort(figures + from, i - from, sizeof(*figures),
		      order == ORDER_NOW ? by_now : by_total);
		from = i;
	}
}

static void put_line(struct canvas *c, int row, const struct figure *f, double seconds)
{
	char text[UNITS_TEXT];
	int end = c->columns, left = end - 2 * FIGURE_COLUMNS - 1;
	int metrics = c->columns >= 100 ? METRIC_COLUMNS_WIDE : METRIC_COLUMNS;
	int metric = END_COLUMNS + 1, key = metric + metrics + 1;
	bool total = metric_info(f->id)->kind == KIND_TOTAL;

	canvas_put(c, row, 0, END_COLUMNS, STYLE_DIM, "%s", record_end_name[f->end]);
	canvas_put(c, row, metric, metrics, STYLE_PLAIN, "%s", metric_info(f->id)->name);
	canvas_put(c, row, key, left - key, STYLE_PLAIN, "%s", f->key);
	canvas_right(c, row, end - FIGURE_COLUMNS, FIGURE_COLUMNS - 1, STYLE_PLAIN, "%s",
		     units_figure(f->id, f->step, seconds, text));
	if (total)
		canvas_right(c, row, end, FIGURE_COLUMNS - 1, STYLE_DIM, "%s",
			     units_total(f->id, f->total, text));
}

void listing_put(struct canvas *c, const struct sight *sight, const struct view *view, int row,
		 int rows)
{
	const struct figure **figures = calloc(sight->count + 1, sizeof(*figures));
	size_t count = 0, from = view->from > 0 ? (size_t)view->from : 0;

	for (size_t i = 0; figures && i < sight->count; i++) {
		const struct figure *f = &sight->figures[i];

		if (!strcmp(metric_info(f->id)->source, view->source) && view_shows(view, f->end))
			figures[count++] = f;
	}
	sort(figures, count, view->order);
	from = from < count ? from : count;
	canvas_put(c, row, 0, c->columns, STYLE_HEAD, "%s: %zu figures%s", view->source, count,
		   from ? ", from further down" : "");
	canvas_right(c, row, c->columns - FIGURE_COLUMNS, FIGURE_COLUMNS, STYLE_DIM, "now");
	canvas_right(c, row, c->columns, FIGURE_COLUMNS, STYLE_DIM, "in all");
	for (int i = 0; i + 1 < rows && from + (size_t)i < count; i++)
		put_line(c, row + 1 + i, figures[from + (size_t)i], sight->step_s);
	free(figures);
}

const char *listing_source(const struct sight *sight, const char *source, bool before)
{
	const char *last = NULL;

	for (size_t i = 0; i < sight->count; i++) {
		const char *at = metric_info(sight->figures[i].id)->source;

		if (last && !strcmp(at, last))
			continue;
		/* The one before is the last that came until then. */
		if (before && source && !strcmp(at, source))
			return last;
		if (!before && (!source || (last && !strcmp(last, source))))
			return at;
		last = at;
	}
	return before ? last : NULL;
}
