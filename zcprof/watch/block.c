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

/* by: METRIC_NONE where it is all metrics of a source. */
static const struct kind {
	const char *title;
	const char *source;
	enum metric_id by, also;
	enum form form;
	enum naming naming;
} kinds[] = {
	{"components", NULL, METRIC_profile_component, METRIC_NONE, FORM_SHARE, NAME_BEHIND},
	{"system calls", NULL, METRIC_syscalls_total, METRIC_syscalls_calls, FORM_FIGURE, NAME_KEY},
	{"symbols", NULL, METRIC_profile_symbol, METRIC_NONE, FORM_SHARE, NAME_LAST},
	{"threads", NULL, METRIC_cpu_thread, METRIC_cpu_wait, FORM_FIGURE, NAME_KEY},
	{"locks", NULL, METRIC_locks_wait, METRIC_locks_contentions, FORM_FIGURE, NAME_BEHIND},
	{"page_pool", "pagepool", METRIC_NONE, METRIC_NONE, FORM_FIGURE, NAME_METRIC},
	{"copies", "copy", METRIC_NONE, METRIC_NONE, FORM_FIGURE, NAME_METRIC},
	{"io_uring", "iouring", METRIC_NONE, METRIC_NONE, FORM_FIGURE, NAME_METRIC},
	{"packets", "skb", METRIC_NONE, METRIC_NONE, FORM_FIGURE, NAME_METRIC},
	{"power", NULL, METRIC_power_part, METRIC_NONE, FORM_FIGURE, NAME_KEY},
};

size_t block_count(void)
{
	return sizeof(kinds) / sizeof(*kinds);
}

static bool is_shown(const struct kind *k, const struct figure *f, const struct view *view)
{
	const struct metric_info *info = metric_info(f->id);

	if (view->end != END_COUNT && f->end != (enum record_end)view->end)
		return false;
	if (k->source)
		return !strcmp(info->source, k->source);
	/* An idle CPU costs nothing. */
	return f->id == k->by && strncmp(f->key, "idle/", 5) != 0 &&
	       strncmp(f->key, "idle;", 5) != 0;
}

static void name_line(const struct kind *k, const struct figure *f, char *name, size_t size)
{
	const char *slash = strchr(f->key, '/'), *last = strrchr(f->key, ';');

	if (k->naming == NAME_METRIC)
		snprintf(name, size, "%s", metric_info(f->id)->name);
	else if (k->naming == NAME_BEHIND && slash)
		snprintf(name, size, "%s", slash + 1);
	else if (k->naming == NAME_LAST && last)
		snprintf(name, size, "%s (%.*s)", last + 1, (int)strcspn(f->key, ";"), f->key);
	else
		snprintf(name, size, "%s", f->key);
}

/* Lines of one name are one. */
static void add(struct block *b, const struct kind *k, const struct figure *f)
{
	struct block_line line = {.end = f->end, .id = f->id};
	size_t i = 0;

	name_line(k, f, line.name, sizeof(line.name));
	/* Where the whole key is the name, no two are alike. */
	if (k->naming == NAME_KEY || k->naming == NAME_LAST)
		i = b->count;
	while (i < b->count &&
	       (b->lines[i].end != f->end || strcmp(b->lines[i].name, line.name) != 0))
		i++;
	if (i == b->count)
		b->lines[b->count++] = line;
	b->lines[i].now += f->step;
	b->lines[i].total += f->total;
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

static void put_texts(const struct kind *k, const struct block *b, const struct sight *sight)
{
	double sum[END_COUNT] = {0};

	for (size_t i = 0; i < b->count; i++)
		sum[b->lines[i].end] += b->lines[i].now;
	for (size_t i = 0; i < b->count; i++) {
		struct block_line *l = &b->lines[i];
		const struct figure *also =
			k->also == METRIC_NONE ? NULL : sight_find(sight, k->also, l->end, l->name);

		if (k->form == FORM_SHARE)
			snprintf(l->text[0], UNITS_TEXT, "%.1f %%",
				 sum[l->end] > 0 ? 100 * l->now / sum[l->end] : 0);
		else
			units_figure(l->id, l->now, sight->step_s, l->text[0]);
		if (also)
			units_figure(k->also, also->step, sight->step_s, l->text[1]);
	}
}

bool block_fill(struct block *b, size_t which, const struct sight *sight, const struct view *view)
{
	static int (*const order[ORDER_COUNT])(const void *, const void *) = {by_now, by_total,
									      by_name};
	const struct kind *k = &kinds[which];
	size_t room = 0;

	*b = (struct block){.title = k->title};
	for (size_t i = 0; i < sight->count; i++)
		room += is_shown(k, &sight->figures[i], view);
	b->lines = room ? calloc(room, sizeof(*b->lines)) : NULL;
	for (size_t i = 0; b->lines && i < sight->count; i++)
		if (is_shown(k, &sight->figures[i], view))
			add(b, k, &sight->figures[i]);
	for (size_t i = 1; i < b->count; i++)
		b->ends = b->ends || b->lines[i].end != b->lines[0].end;
	if (b->count)
		qsort(b->lines, b->count, sizeof(*b->lines), order[view->order]);
	put_texts(k, b, sight);
	return b->count;
}

#define NUMBER_COLUMNS 11

void block_draw(const struct block *b, struct canvas *c, int row, int column, int rows, int columns)
{
	int end = column + columns;

	canvas_put(c, row, column, columns, STYLE_HEAD, "%s", b->title);
	for (size_t i = 0; i < b->count && (int)i + 1 < rows; i++) {
		const struct block_line *l = &b->lines[i];
		int at = row + 1 + (int)i, name = column, left = end;

		left -= canvas_right(c, at, end, NUMBER_COLUMNS, STYLE_PLAIN, "%s", l->text[0]);
		if (*l->text[1]) {
			left = end - NUMBER_COLUMNS;
			left -= canvas_right(c, at, left, NUMBER_COLUMNS, STYLE_PLAIN, "%s",
					     l->text[1]);
		}
		if (b->ends)
			name += 1 + canvas_put(c, at, column, 4, STYLE_DIM, "%-4s",
					       record_end_name[l->end]);
		canvas_put(c, at, name, left - 1 - name, STYLE_PLAIN, "%s", l->name);
	}
}

void block_free(struct block *b)
{
	free(b->lines);
	*b = (struct block){0};
}
