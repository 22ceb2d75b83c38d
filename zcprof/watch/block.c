// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form {
	FORM_FIGURE, /* what it is by its unit */
	FORM_SHARE,  /* of all keys of its end */
};

enum naming {
	NAME_KEY,
	NAME_BEHIND, /* the key's part behind its first '/': task and softirq are one */
	NAME_LAST,   /* behind its last ';', and the part before the first one */
	NAME_METRIC, /* of all keys together */
};

/* What is shown of these though it is none: that is what one wants to know. */
static const enum metric_id drops[] = {
	METRIC_nic_dropped,
	METRIC_softnet_dropped,
	METRIC_softnet_squeezed,
	METRIC_tcp_retransmits,
	METRIC_path_enobufs,
	METRIC_iouring_cq_overflow,
	METRIC_NONE,
};

/*
 * One of: the keys of a metric; all metrics of a source; some metrics. of: a share is part of that, and not of the
 * keys that are shown.
 */
static const struct kind {
	const char *title;
	enum metric_id by, also;
	const char *source;
	const enum metric_id *some;
	enum form form;
	enum naming naming;
	enum metric_id of;
	const char *heads[2]; /* of by, and of also, which stands before it */
} kinds[] = {
#define KEYS(metric, beside) .by = METRIC_##metric, .also = METRIC_##beside, .of = METRIC_NONE
#define OTHER		     .by = METRIC_NONE, .also = METRIC_NONE, .of = METRIC_NONE, .naming = NAME_METRIC
	{"components", KEYS(profile_component, NONE), .form = FORM_SHARE, .naming = NAME_BEHIND},
	{"system calls", KEYS(syscalls_total, syscalls_calls), .heads = {"time", "calls"}},
	{"threads", KEYS(cpu_thread, cpu_wait), .heads = {"ran", "waited"}},
	{"drops", OTHER, .some = drops},
	{"kernel functions", .by = METRIC_profile_symbol, .also = METRIC_NONE, .form = FORM_SHARE,
	 .naming = NAME_LAST, .of = METRIC_profile_samples},
	{"locks", KEYS(locks_wait, locks_contentions), .naming = NAME_BEHIND,
	 .heads = {"waited", "waits"}},
	{"page_pool", OTHER, .source = "pagepool"},
	{"power", KEYS(power_part, NONE)},
	{"io_uring", OTHER, .source = "iouring"},
	{"copies", OTHER, .source = "copy"},
	{"packets", OTHER, .source = "skb"},
};

size_t block_count(void)
{
	return sizeof(kinds) / sizeof(*kinds);
}

static bool is_one_of(const enum metric_id *some, enum metric_id id)
{
	while (*some != METRIC_NONE && *some != id)
		some++;
	return *some == id;
}

static bool is_shown(const struct kind *k, const struct figure *f, const struct view *view)
{
	if (!view_shows(view, f->end))
		return false;
	if (k->source)
		return !strcmp(metric_info(f->id)->source, k->source);
	if (k->some)
		return is_one_of(k->some, f->id);
	/* An idle CPU costs nothing; of what has ended all that it took comes at once. */
	return (f->id == k->by || (f->id == k->also && k->also != METRIC_NONE)) &&
	       strncmp(f->key, "idle/", 5) != 0 && strncmp(f->key, "idle;", 5) != 0 &&
	       strcmp(f->key, "(ended)") != 0;
}

static void name_line(const struct kind *k, const struct figure *f, char *name, size_t size)
{
	const char *slash = strchr(f->key, '/'), *last = strrchr(f->key, ';');

	if (k->naming == NAME_METRIC)
		snprintf(name, size, "%s%s%s", k->some ? metric_info(f->id)->source : "",
			 k->some ? " " : "", metric_info(f->id)->name);
	else if (k->naming == NAME_BEHIND && slash)
		snprintf(name, size, "%s", slash + 1);
	else if (k->naming == NAME_LAST && last)
		snprintf(name, size, strncmp(f->key, "task;", 5) ? "%s (%.*s)" : "%s", last + 1,
			 (int)strcspn(f->key, ";"), f->key);
	else
		snprintf(name, size, "%s", f->key);
}

static void add(struct block *b, const struct kind *k, const struct figure *f)
{
	struct block_line *l = &b->lines[b->count++];

	*l = (struct block_line){.end = f->end, .id = f->id};
	name_line(k, f, l->name, sizeof(l->name));
	if (f->id == k->also) {
		l->also = f->step;
		l->has_also = true;
		return;
	}
	l->now = f->step;
	l->total = f->total;
}

static int by_now(const void *a, const void *b)
{
	const struct block_line *x = a, *y = b;

	return (x->now < y->now) - (x->now > y->now);
}

static int by_total(const void *a, const void *b)
{
	const struct block_line *x = a, *y = b;

	return (x->total < y->total) - (x->total > y->total);
}

static int by_name(const void *a, const void *b)
{
	const struct block_line *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (int)x->end - (int)y->end;
}

/* Lines of one name are one. */
static void merge(struct block *b)
{
	size_t kept = 0;

	qsort(b->lines, b->count, sizeof(*b->lines), by_name);
	for (size_t i = 0; i < b->count; i++) {
		struct block_line *l = &b->lines[kept ? kept - 1 : 0];
		const struct block_line *more = &b->lines[i];

		if (!kept || by_name(l, more)) {
			b->lines[kept++] = *more;
			continue;
		}
		l->id = more->has_also ? l->id : more->id;
		l->now += more->now;
		l->total += more->total;
		l->also += more->also;
		l->has_also = l->has_also || more->has_also;
	}
	b->count = kept;
}

/* An idle CPU's samples are those of nobody. */
static double whole_of(const struct kind *k, const struct block *b, const struct sight *sight,
		       enum record_end end)
{
	const struct figure *idle;
	double sum = 0;

	for (size_t i = 0; i < b->count && k->of == METRIC_NONE; i++)
		sum += b->lines[i].end == end ? b->lines[i].now : 0;
	if (k->of == METRIC_NONE)
		return sum;
	idle = sight_find(sight, k->of, end, "idle");
	return sight_sum(sight, k->of, end, NULL) - (idle ? idle->step : 0);
}

static void put_texts(const struct kind *k, const struct block *b, const struct sight *sight)
{
	double sum[RECORD_ENDS];

	for (int end = 0; end < RECORD_ENDS && k->form == FORM_SHARE; end++)
		sum[end] = whole_of(k, b, sight, end);
	for (size_t i = 0; i < b->count; i++) {
		struct block_line *l = &b->lines[i];
		double now = l->now > 0 ? l->now : 0;

		if (k->form == FORM_SHARE)
			snprintf(l->text[0], UNITS_TEXT, "%.1f %%",
				 sum[l->end] > 0 ? 100 * now / sum[l->end] : 0);
		else
			units_figure(l->id, now, sight->step_s, l->text[0]);
		if (l->has_also)
			units_figure(k->also, l->also > 0 ? l->also : 0, sight->step_s, l->text[1]);
	}
}

/* What never came is no line, where many could. */
static void drop_empty(struct block *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++)
		if (b->lines[i].now > 0 || b->lines[i].total > 0)
			b->lines[kept++] = b->lines[i];
	b->count = kept;
}

/* Where all lines are of one end it is not said. */
static void set_ends(struct block *b)
{
	size_t longest = 0;
	bool differ = false;

	for (size_t i = 0; i < b->count; i++) {
		size_t len = strlen(record_end_name[b->lines[i].end]);

		longest = len > longest ? len : longest;
		differ = differ || b->lines[i].end != b->lines[0].end;
	}
	b->end_columns = differ ? (int)longest : 0;
}

bool block_fill(struct block *b, size_t which, const struct sight *sight, const struct view *view)
{
	static int (*const order[ORDER_COUNT])(const void *, const void *) = {by_now, by_total,
									      by_name};
	const struct kind *k = &kinds[which];
	size_t room = 0;

	*b = (struct block){.title = k->title, .heads = {k->heads[0], k->heads[1]}};
	for (size_t i = 0; i < sight->count; i++)
		room += is_shown(k, &sight->figures[i], view);
	b->lines = room ? calloc(room, sizeof(*b->lines)) : NULL;
	if (!b->lines)
		return false;
	for (size_t i = 0; i < sight->count; i++)
		if (is_shown(k, &sight->figures[i], view))
			add(b, k, &sight->figures[i]);
	merge(b);
	b->measured = b->count > 0;
	if (!k->some)
		drop_empty(b);
	set_ends(b);
	qsort(b->lines, b->count, sizeof(*b->lines), order[view->order]);
	put_texts(k, b, sight);
	return b->count;
}

#define NUMBER_COLUMNS 11

void block_draw(const struct block *b, struct canvas *c, int row, int column, int rows, int columns)
{
	int end = column + columns;

	canvas_put(c, row, column, columns, STYLE_HEAD, "%s", b->title);
	for (int i = 0; i < 2; i++)
		if (b->heads[i])
			canvas_right(c, row, end - i * NUMBER_COLUMNS, NUMBER_COLUMNS + 3,
				     STYLE_DIM, "%s", b->heads[i]);
	for (size_t i = 0; i < b->count && (int)i + 1 < rows; i++) {
		const struct block_line *l = &b->lines[i];
		int at = row + 1 + (int)i, name = column, left = end;

		left -= canvas_right(c, at, end, NUMBER_COLUMNS, STYLE_PLAIN, "%s", l->text[0]);
		if (*l->text[1]) {
			left = end - NUMBER_COLUMNS;
			left -= canvas_right(c, at, left, NUMBER_COLUMNS, STYLE_PLAIN, "%s",
					     l->text[1]);
		}
		if (b->end_columns) {
			canvas_put(c, at, column, b->end_columns, STYLE_DIM, "%s",
				   record_end_name[l->end]);
			name += b->end_columns + 1;
		}
		canvas_put(c, at, name, left - 1 - name, STYLE_PLAIN, "%s", l->name);
	}
}

void block_free(struct block *b)
{
	free(b->lines);
	*b = (struct block){0};
}
