// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "zcprof/watch/units.h"

#define TOP	       4
#define KEYS	       96
#define LINE_MAX_BYTES 1024

/* The largest few of one metric at one end. */
struct best {
	char key[KEYS];
	double step;
};

struct top {
	enum metric_id id;
	enum record_end end;
	bool behind; /* the key's part behind its first '/' counts, as of task/data copy */
	struct best best[64];
	size_t count;
	double sum;
};

static void gather(void *data, const struct figure *f)
{
	struct top *t = data;
	const char *key = f->key;
	size_t i = 0;

	if (f->id != t->id || f->end != t->end)
		return;
	if (t->behind && strchr(key, '/')) {
		/* An idle CPU costs nothing. */
		if (!strncmp(key, "idle/", 5))
			return;
		key = strchr(key, '/') + 1;
	}
	t->sum += f->step;
	while (i < t->count && strncmp(t->best[i].key, key, KEYS - 1) != 0)
		i++;
	if (i == sizeof(t->best) / sizeof(*t->best))
		return;
	if (i == t->count) {
		snprintf(t->best[i].key, KEYS, "%s", key);
		t->best[t->count++].step = 0;
	}
	t->best[i].step += f->step;
}

static int by_step(const void *a, const void *b)
{
	const struct best *x = a, *y = b;

	return (x->step < y->step) - (x->step > y->step);
}

static void find_top(struct top *t, const struct series *s)
{
	series_each(s, gather, t);
	qsort(t->best, t->count, sizeof(*t->best), by_step);
}

struct line {
	char text[LINE_MAX_BYTES];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->used, sizeof(l->text) - l->used, format, args);
	va_end(args);
	if (n > 0)
		l->used += n;
	if (l->used >= sizeof(l->text))
		l->used = sizeof(l->text) - 1;
}

/* Names in it may be anybody's. */
static void put(const struct series *s, const char *name, const struct line *line)
{
	char text[LINE_MAX_BYTES];

	if (!line->used)
		return;
	visible_copy(text, sizeof(text), line->text, line->used);
	printf("%.1f s %s: %s\n", series_at_s(s), name, text);
}

static double sum_of(const struct series *s, enum metric_id id, enum record_end end)
{
	struct top t = {.id = id, .end = end};

	series_each(s, gather, &t);
	return t.sum;
}

/* Over both ends and what belongs to none. */
static double sum_of_all(const struct series *s, enum metric_id id)
{
	return sum_of(s, id, END_HOST) + sum_of(s, id, END_RX) + sum_of(s, id, END_TX);
}

static void add_throughput(struct line *line, const struct series *s, enum record_end end)
{
	const struct figure *bytes = series_find(s, METRIC_path_bytes, end, "");
	const struct figure *busy = series_find(s, METRIC_cpu_busy, end, "");
	char text[UNITS_TEXT];

	if (bytes)
		add(line, "%sbit/s", units_number(8 * bytes->step / series_step_s(s), text));
	if (busy)
		add(line, "%sCPU %.0f %%", line->used ? ", " : "", busy->step);
}

static void add_components(struct line *line, const struct series *s, enum record_end end)
{
	struct top t = {.id = METRIC_profile_component, .end = end, .behind = true};

	find_top(&t, s);
	for (size_t i = 0; i < t.count && i < TOP && t.best[i].step > 0; i++)
		add(line, "%s%s %.0f %%", i ? ", " : "", t.best[i].key,
		    100 * t.best[i].step / t.sum);
}

static void add_syscalls(struct line *line, const struct series *s, enum record_end end)
{
	struct top t = {.id = METRIC_syscalls_total, .end = end};
	char text[UNITS_TEXT];

	find_top(&t, s);
	for (size_t i = 0; i < t.count && i < TOP && t.best[i].step > 0; i++) {
		const struct figure *calls =
			series_find(s, METRIC_syscalls_calls, end, t.best[i].key);

		add(line, "%s%s %s/s %.0f ms/s", i ? ", " : "", t.best[i].key,
		    units_number(calls ? calls->step / series_step_s(s) : 0, text),
		    1e-6 * t.best[i].step / series_step_s(s));
	}
}

static void add_pools(struct line *line, const struct series *s)
{
	double seconds = series_step_s(s);
	double allocs = sum_of_all(s, METRIC_pagepool_allocs);
	double inflight = sum_of_all(s, METRIC_pagepool_pool_inflight);
	char a[UNITS_TEXT], b[UNITS_TEXT];

	if (allocs > 0)
		add(line, "%s allocs/s, %.1f %% slow, %s puts/s", units_number(allocs / seconds, a),
		    100 * sum_of_all(s, METRIC_pagepool_slow) / allocs,
		    units_number(sum_of_all(s, METRIC_pagepool_puts) / seconds, b));
	if (inflight > 0)
		add(line, "%s%s pages in flight", line->used ? ", " : "", units_number(inflight, a));
	if (!line->used)
		add(line, "no use");
}

static void add_locks(struct line *line, const struct series *s)
{
	double seconds = series_step_s(s), most = 0;
	char where[KEYS] = "";
	char text[UNITS_TEXT];

	for (enum record_end end = END_HOST; end < END_COUNT; end++) {
		struct top t = {.id = METRIC_locks_wait, .end = end};

		find_top(&t, s);
		if (!t.count || t.best[0].step <= most)
			continue;
		most = t.best[0].step;
		memcpy(where, t.best[0].key, sizeof(where));
	}
	add(line, "%s waits/s",
	    units_number(sum_of_all(s, METRIC_locks_contentions) / seconds, text));
	if (most > 0)
		add(line, ", %.2f ms/s, most for %s",
		    1e-6 * sum_of_all(s, METRIC_locks_wait) / seconds, where);
}

static bool has_source(const struct series *s, enum metric_id id)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		if (series_find(s, id, end, ""))
			return true;
	return false;
}

static void show_end(const struct series *s, enum record_end end)
{
	static void (*const parts[])(struct line *, const struct series *, enum record_end) = {
		add_throughput, add_components, add_syscalls};
	static const char *const names[] = {"", "components", "syscalls"};

	for (int i = 0; i < 3; i++) {
		struct line line = {.used = 0};
		char name[32];

		parts[i](&line, s, end);
		snprintf(name, sizeof(name), "%s%s%s", record_end_name[end], i ? " " : "", names[i]);
		put(s, name, &line);
	}
}

void lines_show(const struct series *s, const bool end[END_COUNT])
{
	struct line machine = {.used = 0}, pools = {.used = 0}, locks = {.used = 0};

	for (int i = END_RX; i < END_COUNT; i++)
		if (end[i])
			show_end(s, i);
	/* Of an end that was placed on CPUs it stands with that end. */
	add_throughput(&machine, s, END_HOST);
	put(s, "machine", &machine);
	if (has_source(s, METRIC_pagepool_lost)) {
		add_pools(&pools, s);
		put(s, "page_pool", &pools);
	}
	if (has_source(s, METRIC_locks_lost)) {
		add_locks(&locks, s);
		put(s, "locks", &locks);
	}
	fflush(stdout);
}
