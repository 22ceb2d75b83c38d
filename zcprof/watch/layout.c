// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/layout.h"

#include "zcprof/watch/bars.h"
#include "zcprof/watch/block.h"
#include "zcprof/watch/units.h"

static const char *const order_name[ORDER_COUNT] = {"now", "total", "name"};

/* A block is so wide that a name and two figures have room. */
#define BLOCK_COLUMNS 39
#define BLOCKS_MOST   16

static bool is_shown(const struct view *view, enum record_end end)
{
	return view->end == END_COUNT || view->end == (int)end;
}

/* ---- the head ---- */

/* Of what an end moved, the part that no copy was seen of; false: it is not known. */
static bool zero_copy(const struct sight *sight, enum record_end end, double *share)
{
	const struct figure *bytes = sight_find(sight, METRIC_path_bytes, end, "");
	enum metric_id id = end == END_RX ? METRIC_copy_to_user : METRIC_copy_from_user;
	bool any = false;
	double copied = sight_sum(sight, id, end, &any);

	if (end == END_TX)
		copied += sight_sum(sight, METRIC_copy_undone, end, &any);
	if (!any || !bytes || !(bytes->step > 0))
		return false;
	*share = copied < bytes->step ? 1 - copied / bytes->step : 0;
	return true;
}

static int put_end(struct canvas *c, int row, const struct sight *sight, enum record_end end)
{
	const struct figure *bytes = sight_find(sight, METRIC_path_bytes, end, "");
	const struct figure *busy = sight_find(sight, METRIC_cpu_busy, end, "");
	char number[UNITS_TEXT];
	double share;
	int at = 8;

	if (!bytes && !busy)
		return 0;
	canvas_put(c, row, 0, at - 1, STYLE_TITLE, "%s",
		   end == END_HOST ? "machine" : record_end_name[end]);
	if (bytes && sight->step_s > 0)
		at += canvas_put(c, row, at, 40, STYLE_TITLE, "%sbit/s   ",
				 units_number(8 * bytes->step / sight->step_s, number));
	if (busy)
		at += canvas_put(c, row, at, 40, STYLE_PLAIN, "CPU %.0f %%   ", busy->step);
	if (zero_copy(sight, end, &share))
		canvas_put(c, row, at, 40, STYLE_PLAIN, "zero copy %.0f %%", 100 * share);
	return 1;
}

static int put_head(struct canvas *c, const struct sight *sight, const struct view *view)
{
	int row = 0;

	canvas_put(c, row, 0, c->columns, STYLE_TITLE, "zcprof  %.0f s  %s%s", sight->at_s,
		   view->title ? view->title : "", view->paused ? "  (paused)" : "");
	row++;
	for (int end = END_RX; end < END_COUNT; end++)
		if (is_shown(view, end))
			row += put_end(c, row, sight, end);
	if (is_shown(view, END_HOST))
		row += put_end(c, row, sight, END_HOST);
	return row;
}

/* ---- the blocks ---- */

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Blocks of one column: each has an equal part of what is left, or as much as it needs. */
static void put_column(struct canvas *c, const struct block *blocks, size_t count, int row,
		       int rows, int column, int columns)
{
	for (size_t i = 0; i < count && rows >= 2; i++) {
		int part = rows / (int)(count - i);
		int wanted = (int)blocks[i].count + 2;
		int taken = least(wanted, part);

		block_draw(&blocks[i], c, row, column, taken - 1, columns);
		row += taken;
		rows -= taken;
	}
}

static void put_blocks(struct canvas *c, const struct sight *sight, const struct view *view,
		       int row, int rows)
{
	struct block blocks[BLOCKS_MOST] = {0};
	int columns = c->columns / BLOCK_COLUMNS > 0 ? c->columns / BLOCK_COLUMNS : 1;
	size_t count = 0, done = 0;

	for (size_t i = 0; i < block_count() && count < BLOCKS_MOST; i++) {
		if (block_fill(&blocks[count], i, sight, view))
			count++;
		else
			block_free(&blocks[count]);
	}
	for (int i = 0; i < columns; i++) {
		size_t some = (count - done + (size_t)(columns - i) - 1) / (size_t)(columns - i);
		int width = c->columns / columns;

		put_column(c, blocks + done, some, row, rows, i * width, width - 2);
		done += some;
	}
	for (size_t i = 0; i < count; i++)
		block_free(&blocks[i]);
}

void layout(struct canvas *c, const struct sight *sight, const struct view *view)
{
	int last = c->rows - 1;
	int row = put_head(c, sight, view);

	row += bars_put(c, row, least(c->rows / 4, last - row), sight, view);
	put_blocks(c, sight, view, row + 1, last - row - 1 - !!view->said);
	if (view->said)
		canvas_put(c, last - 1, 0, c->columns, STYLE_ALARM, "%s", view->said);
	canvas_put(c, last, 0, c->columns, STYLE_DIM,
		   "q quit  p pause  s sort: %s  e end: %s  h help", order_name[view->order],
		   view->end == END_COUNT ? "all" : record_end_name[view->end]);
}
