// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "zcprof/watch/bars.h"
#include "zcprof/watch/block.h"
#include "zcprof/watch/listing.h"
#include "zcprof/watch/units.h"

static const char *const order_name[ORDER_COUNT] = {"now", "total", "name"};

/* A block is so wide that a name and two figures have room. */
#define BLOCK_COLUMNS 39
/* On a wide screen so wide that long names have, too. */
#define BLOCK_COLUMNS_WIDE 48
#define WIDE_COLUMNS	   160
#define BLOCKS_MOST	   16
/* With so many rows each, blocks have an empty one between them. */
#define BLOCK_ROWS_WIDE 6

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* ---- the head ---- */

/* What the bytes are of and what the copies are of begin and end at most so far apart: one is read after the other. */
#define APART_S 0.2
/* Of an error by few slices. */
#define ERRORS 3

struct copied {
	double bytes, error; /* the standard error, in bytes */
	bool any, known;     /* was it counted, and is its error known? */
	double blind; /* of nothing that slices met: of how much of the window that says nothing; 0: it was counted whole */
};

static double blind_part(const struct sight *sight, enum record_end end, const char *source)
{
	const struct figure *blind = sight_find(sight, METRIC_collector_blind, END_HOST, source);

	if (!blind)
		blind = sight_find(sight, METRIC_collector_blind, end_machine(end), source);
	return blind ? blind->step : 1;
}

/* Copies of one kind, over all contexts; what was counted in the same slices is off the same way. */
static void add_copied(struct copied *c, const struct sight *sight, enum metric_id id,
		       enum record_end end)
{
	const struct metric_info *info = metric_info(id);
	bool estimated = sight_find(sight, METRIC_collector_share, END_HOST, info->source) ||
			 sight_find(sight, METRIC_collector_share, end_machine(end), info->source);

	if (estimated)
		c->blind = blind_part(sight, end, info->source);
	for (size_t i = 0; i < sight->count; i++) {
		const struct figure *f = &sight->figures[i], *error;
		char key[256];

		if (f->id != id || f->end != end)
			continue;
		c->any = true;
		c->bytes += f->total;
		if (!estimated || !(f->total > 0))
			continue;
		snprintf(key, sizeof(key), "%s/%s/%s", info->source, info->name, f->key);
		error = sight_find(sight, METRIC_collector_error, end, key);
		c->known = c->known && error;
		c->error += error ? error->step * f->total : 0;
	}
}

/*
 * Of what an end moved since the window opened, the part that no copy was seen of; at_least: it is that at the least, since
 * slices met no copy. False: it is not known, or no more than what the two figures may be off by; then nothing was found
 * to have gone without a copy.
 */
static bool zero_copy(const struct sight *sight, enum record_end end, double *share, bool *at_least)
{
	const struct figure *bytes = sight_find(sight, METRIC_path_bytes, end, "");
	enum metric_id id = end == END_RX ? METRIC_copy_to_user : METRIC_copy_from_user;
	struct copied copied = {.known = true};
	double doubt;

	add_copied(&copied, sight, id, end);
	if (!copied.any || !bytes || !(bytes->total > 0) || !(sight->at_s > 0))
		return false;
	if (end == END_TX)
		add_copied(&copied, sight, METRIC_copy_undone, end);
	doubt = ERRORS * copied.error / bytes->total + APART_S / sight->at_s;
	*share = 1 - copied.bytes / bytes->total;
	*at_least = !(copied.bytes > 0) && copied.blind > 0;
	if (*at_least)
		*share -= fmin(copied.blind, 1);
	return copied.known && *share > doubt;
}

static int put_end(struct canvas *c, int row, const struct sight *sight, const struct view *view,
		   enum record_end end)
{
	const struct figure *bytes = sight_find(sight, METRIC_path_bytes, end, "");
	const struct figure *busy = sight_find(sight, METRIC_cpu_busy, end, "");
	/* Of those that have ended all that they took comes at once. */
	const struct figure *ended = sight_find(sight, METRIC_cpu_thread, end, "(ended)");
	bool threads = false, at_least;
	double used = sight_sum(sight, METRIC_cpu_thread, end, &threads), share;
	char number[UNITS_TEXT];
	int at = 8;

	if (!bytes && !busy && end == END_HOST)
		return 0;
	canvas_put(c, row, 0, at - 1, STYLE_TITLE, "%s",
		   end == END_HOST ? "machine" : record_end_name[end]);
	if (bytes && sight->step_s > 0)
		at += canvas_put(c, row, at, 40, STYLE_TITLE, "%sbit/s   ",
				 units_number(8 * bytes->step / sight->step_s, number));
	if (busy)
		at += canvas_put(c, row, at, 40, STYLE_PLAIN, "CPU %.0f %%   ", busy->step);
	else if (threads && !ended && end != END_HOST && sight->step_s > 0)
		at += canvas_put(c, row, at, 40, STYLE_PLAIN, "threads %.0f %%   ",
				 used / sight->step_s / 1e7);
	/* The bytes of a device are those of others too, and have headers. */
	if (!view->of_device[end] && zero_copy(sight, end, &share, &at_least))
		canvas_put(c, row, at, 40, STYLE_PLAIN, "zero copy %s%.0f %%", at_least ? ">" : "~",
			   at_least ? floor(100 * share + 1e-9) : 100 * share);
	return 1;
}

/* Watts of the machines, and what measuring takes of them. */
static void put_price(struct canvas *c, int row, const struct sight *sight)
{
	bool cpu = false, programs = false, meters = false;
	double cpu_ns = 0, bpf_ns = 0, watts = 0;
	int at = c->columns;

	for (int end = 0; end < RECORD_ENDS; end++) {
		cpu_ns += sight_sum(sight, METRIC_selfcost_cpu, end, &cpu);
		/* By slices, of which one second has too few. */
		bpf_ns += sight_total(sight, METRIC_selfcost_bpf_run, end, &programs);
		watts += sight_sum(sight, METRIC_power_mean, end, &meters);
	}
	if (cpu && sight->step_s > 0) {
		double percent = cpu_ns / sight->step_s / 1e7;

		if (programs && sight->at_s > 0)
			percent += bpf_ns / sight->at_s / 1e7;
		at -= canvas_right(c, row, at, 50, STYLE_DIM, "  measuring takes %.1f %% of a CPU%s",
				   percent, programs ? "" : " and BPF's part");
	}
	if (meters)
		canvas_right(c, row, at, 20, STYLE_TITLE, "%.1f W", watts);
}

static int put_head(struct canvas *c, const struct sight *sight, const struct view *view)
{
	const char *state = view->over ? "  ended, q leaves" : view->paused ? "  paused" : "";
	bool prices = sight_has(sight, "selfcost") || sight_has(sight, "power");
	int row = 0, at;

	at = canvas_put(c, row, 0, c->columns, STYLE_TITLE, "zcprof  %.0f s  ", sight->at_s);
	at += canvas_put(c, row, at, c->columns - at - (int)strlen(state), STYLE_TITLE, "%s",
			 view->title ? view->title : "");
	canvas_put(c, row, at, c->columns, STYLE_ALARM, "%s", state);
	row++;
	if (!sight->count) {
		canvas_put(c, row, 0, c->columns, STYLE_DIM,
			   view->over ? "nothing was measured"
				      : "the first figures come in a moment");
		return row + 1;
	}
	for (int end = END_RX; end < END_COUNT; end++)
		if (view_shows(view, end) && (sight_find(sight, METRIC_path_bytes, end, "") ||
					      sight_find(sight, METRIC_cpu_busy, end, "")))
			row += put_end(c, row, sight, view, end);
	/* Beside the machine's own figures there is room. */
	row += view_shows(view, END_HOST) && put_end(c, row, sight, view, END_HOST)
		       ? 1
		       : row == 1 || prices;
	put_price(c, row - 1, sight);
	return row;
}

/* ---- the blocks ---- */

/* Blocks of one column: each has an equal part of what is left, or as much as it needs. */
static void put_column(struct canvas *c, const struct block *blocks, size_t count, int row,
		       int rows, int column, int columns)
{
	int gap = count && rows / (int)count >= BLOCK_ROWS_WIDE;

	for (size_t i = 0; i < count && rows >= 2; i++) {
		int taken = least((int)blocks[i].count + 1 + gap, rows / (int)(count - i));

		block_draw(&blocks[i], c, row, column, taken - gap, columns);
		row += taken;
		rows -= taken;
	}
}

static void put_blocks(struct canvas *c, const struct block *blocks, size_t count, int row, int rows)
{
	int each = c->columns < WIDE_COLUMNS ? BLOCK_COLUMNS : BLOCK_COLUMNS_WIDE;
	int columns = c->columns / each > 0 ? c->columns / each : 1;
	size_t done = 0;

	columns = least(columns, count > 0 ? (int)count : 1);
	for (int i = 0; i < columns; i++) {
		size_t some = (count - done + (size_t)(columns - i) - 1) / (size_t)(columns - i);
		int width = c->columns / columns;

		put_column(c, blocks + done, some, row, rows, i * width, width - 2);
		done += some;
	}
}

/* By a machine before: which of them is said by help. */
static bool is_named(const struct view *view, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (!strcmp(view->absent[i].source, view->absent[which].source))
			return true;
	return false;
}

#define REST_ROWS 2

/* What was measured and did not happen, and what was not measured. */
static void say_rest(char *text, size_t size, const struct block *blocks, size_t count,
		     const struct view *view)
{
	const char *begin = "nothing of ";
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		if (blocks[i].count || !blocks[i].measured)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", begin, blocks[i].title);
		begin = ", ";
	}
	begin = used ? "; not measured (h: why): " : "not measured (h: why): ";
	for (size_t i = 0; i < view->absent_count && used < size; i++) {
		if (is_named(view, i))
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", begin,
					 view->absent[i].source);
		begin = ", ";
	}
}

static void put_overview(struct canvas *c, const struct sight *sight, const struct view *view,
			 int row, int rows)
{
	struct block blocks[BLOCKS_MOST] = {0}, full[BLOCKS_MOST];
	size_t count = 0, some = 0;
	char rest[1024];
	int behind = row + rows, said;

	for (size_t i = 0; i < block_count() && count < BLOCKS_MOST; i++, count++)
		if (block_fill(&blocks[count], i, sight, view))
			full[some++] = blocks[count];
	say_rest(rest, sizeof(rest), blocks, count, view);
	said = least(canvas_wrap(c, 0, 0, 0, STYLE_DIM, rest), REST_ROWS);
	rows -= rows > said ? said : least(rows > 0 ? rows : 0, 1);
	put_blocks(c, full, some, row, rows);
	canvas_wrap(c, row + rows, row + rows, behind, STYLE_DIM, rest);
	for (size_t i = 0; i < count; i++)
		block_free(&blocks[i]);
}

/* ---- help, and what the keys do ---- */

/* Arrows move in it, too. */
static void put_help(struct canvas *c, const struct view *view, int row, int rows)
{
	static const char *const lines[] = {
		"q          leave; the record, if one was asked for, has all until then",
		"p, Space   the figures stay as they are; measuring goes on",
		"s          sort by what is now, by the total since the window opened, by name",
		"e          all ends, rx, tx, the machine",
		"Tab        all figures of one source after another",
		"arrows     move in these, and in this help",
		"w          write a record of the window until now, of all machines, into this",
		"           folder",
		"",
		"Figures are of the last second, or --interval. CPU: 100 % is one CPU. Bars:",
		"u user, s system, q softirq, i irq, n none of these. What slices counted is",
		"scaled up, and may be too high or low; a record has its standard error. Zero",
		"copy: the part of the bytes since the window opened that no copy was seen of,",
		"where that is more than the figures may be off by.",
		"",
	};
	int at = row - view->from, behind = row + rows;
	char text[sizeof(view->absent->why) + 64];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		at += canvas_wrap(c, at, row, behind, STYLE_PLAIN, lines[i]);
	for (size_t i = 0; i < view->absent_count; i++) {
		const struct view_absent *a = &view->absent[i];

		snprintf(text, sizeof(text), "not measured%s%s: %s: %s",
			 a->end == END_HOST ? "" : " by ",
			 a->end == END_HOST ? "" : record_end_name[a->end], a->source, a->why);
		at += canvas_wrap(c, at, row, behind, STYLE_DIM, text);
	}
	if (at > behind)
		canvas_right(c, row - 1, c->columns, 20, STYLE_DIM, "arrows: more");
}

/* The last messages, above the keys: how many rows they take. */
static int put_said(struct canvas *c, const struct view *view, int last)
{
	int rows = 0, at;

	for (size_t i = 0; i < view->said_count; i++)
		rows += canvas_wrap(c, 0, 0, 0, STYLE_ALARM, view->said[i]);
	at = last - rows;
	/* Of more than a third of the screen the end: the last came last. */
	rows = least(rows, last / 3);
	for (size_t i = 0; i < view->said_count; i++)
		at += canvas_wrap(c, at, last - rows, last, STYLE_ALARM, view->said[i]);
	return rows;
}

static void put_keys(struct canvas *c, int row, const struct view *view)
{
	canvas_put(c, row, 0, c->columns, STYLE_DIM,
		   "q quit  p pause  s sort: %s  e end: %s  Tab source: %s  w write  h help",
		   order_name[view->order],
		   view->end == END_COUNT ? "all" : record_end_name[view->end],
		   view->source ? view->source : "-");
}

void layout(struct canvas *c, const struct sight *sight, const struct view *view)
{
	int last = c->rows - 1, said, row, rows;

	put_keys(c, last, view);
	said = put_said(c, view, last);
	row = put_head(c, sight, view);

	if (!view->help && !view->source)
		row += bars_put(c, row, least(c->rows / 4, last - row - said), sight, view);
	rows = last - said - row;
	if (view->help)
		put_help(c, view, row + 1, rows - 1);
	else if (view->source)
		listing_put(c, sight, view, row, rows);
	else
		put_overview(c, sight, view, row + (rows > 20), rows - (rows > 20));
}
