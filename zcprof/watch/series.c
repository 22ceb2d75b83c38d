// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/series.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	struct figure figure;
	size_t key_len;
	double whole; /* of a total: as it was said last; of a mean: it times the time so far */
};

struct series {
	void *of[METRIC_COUNT]; /* a tree of entries, by end and key (tsearch(3)) */
	size_t count;
	size_t count_of[METRIC_COUNT];
	size_t most;
	size_t left_out;
	double at_s, before_s;
	bool last;
	bool more; /* windows one behind the other */
	struct writer *writer;
};

static int in_order(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	size_t shared = x->key_len < y->key_len ? x->key_len : y->key_len;
	int order;

	if (x->figure.end != y->figure.end)
		return x->figure.end < y->figure.end ? -1 : 1;
	order = memcmp(x->figure.key, y->figure.key, shared);
	return order ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

static struct kept *look_up(const struct series *s, enum metric_id id, enum record_end end,
			    struct text key)
{
	const struct kept wanted = {.figure = {.end = end, .key = key.at}, .key_len = key.len};
	struct kept *const *found = tfind(&wanted, &s->of[id], in_order);

	return found ? *found : NULL;
}

/* NULL where there is no room: then it goes on with those that it has. */
static struct kept *add(struct series *s, const struct row *row)
{
	struct kept *e = NULL;

	if (s->count < s->most)
		e = calloc(1, sizeof(*e) + row->key.len + 1);
	if (e) {
		memcpy(e + 1, row->key.at, row->key.len);
		e->key_len = row->key.len;
		e->figure = (struct figure){.id = row->id,
					    .end = row->end,
					    .key = (char *)(e + 1),
					    .nth = s->count_of[row->id]};
		if (tsearch(e, &s->of[row->id], in_order)) {
			s->count++;
			s->count_of[row->id]++;
			return e;
		}
	}
	free(e);
	s->left_out++;
	return NULL;
}

/* Whether a total is an estimate, and how far off it may be. */
static bool is_of_estimates(enum metric_id id)
{
	return id == METRIC_collector_error || id == METRIC_collector_share ||
	       id == METRIC_collector_blind;
}

static void take(void *data, const struct row *row)
{
	struct series *s = data;
	enum metric_kind kind = metric_info(row->id)->kind;
	struct figure *f;
	struct kept *e;
	double whole;

	if (kind == KIND_FACT || (kind == KIND_GAUGE && !is_of_estimates(row->id)) ||
	    (s->last && !s->of[row->id]))
		return;
	e = look_up(s, row->id, row->end, row->key);
	if (!e)
		e = add(s, row);
	if (!e)
		return;
	f = &e->figure;
	f->seen = true;
	if (s->more) {
		f->step = row->number;
		f->total =
			row->number + (kind == KIND_TOTAL || kind == KIND_HISTOGRAM ? f->total : 0);
		return;
	}
	switch (kind) {
	case KIND_TOTAL:
	case KIND_HISTOGRAM:
		f->step = row->number - e->whole;
		e->whole = row->number;
		f->total = row->number > f->total ? row->number : f->total;
		break;
	case KIND_MEAN:
		whole = row->number * s->at_s;
		f->step = s->at_s > s->before_s ? (whole - e->whole) / (s->at_s - s->before_s) : 0;
		f->step = f->step > 0 ? f->step : 0;
		f->total = f->step;
		e->whole = whole;
		break;
	default:
		f->total = f->step = row->number;
	}
}

struct series *series_new(void)
{
	struct series *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->most = SERIES_MAX;
	s->writer = writer_capture(take, s);
	if (!s->writer) {
		series_free(s);
		return NULL;
	}
	return s;
}

void series_bound(struct series *s, size_t most)
{
	s->most = most;
}

/* ---- looks ---- */

/* A total over several windows stays what it is where the last of them adds nothing. */

static void forget(const void *node, VISIT visit, void *data)
{
	struct figure *f = &(*(struct kept *const *)node)->figure;
	const struct series *s = data;

	if (visit != postorder && visit != leaf)
		return;
	f->seen = s->more && metric_info(f->id)->kind == KIND_TOTAL;
	f->step = 0;
}

struct writer *series_look(struct series *s, double at_s)
{
	s->before_s = s->at_s;
	s->at_s = at_s;
	for (int id = 0; id < METRIC_COUNT; id++)
		twalk_r(s->of[id], forget, s);
	return s->writer;
}

struct writer *series_last(struct series *s, double at_s)
{
	s->last = true;
	return series_look(s, at_s);
}

struct writer *series_more(struct series *s, double seconds)
{
	s->more = true;
	return series_look(s, s->at_s + seconds);
}

double series_step_s(const struct series *s)
{
	return s->at_s - s->before_s;
}

double series_at_s(const struct series *s)
{
	return s->at_s;
}

size_t series_left_out(const struct series *s)
{
	return s->left_out;
}

/* ---- figures ---- */

struct giving {
	series_fn on_figure;
	void *data;
	bool gone_too;
};

static void give(const void *node, VISIT visit, void *data)
{
	const struct figure *f = &(*(struct kept *const *)node)->figure;
	const struct giving *to = data;

	if ((visit == postorder || visit == leaf) && (f->seen || to->gone_too))
		to->on_figure(to->data, f);
}

static void give_all(const struct series *s, struct giving to)
{
	for (int id = 0; id < METRIC_COUNT; id++)
		twalk_r(s->of[id], give, &to);
}

void series_ever_of(const struct series *s, enum metric_id id, series_fn on_figure, void *data)
{
	struct giving to = {on_figure, data, true};

	twalk_r(s->of[id], give, &to);
}

void series_each(const struct series *s, series_fn on_figure, void *data)
{
	give_all(s, (struct giving){on_figure, data, false});
}

void series_ever(const struct series *s, series_fn on_figure, void *data)
{
	give_all(s, (struct giving){on_figure, data, true});
}

const struct figure *series_find(const struct series *s, enum metric_id id, enum record_end end,
				 const char *key)
{
	const struct kept *e = look_up(s, id, end, (struct text){key, strlen(key)});

	return e && e->figure.seen ? &e->figure : NULL;
}

void series_free(struct series *s)
{
	if (!s)
		return;
	for (int id = 0; id < METRIC_COUNT; id++)
		tdestroy(s->of[id], free);
	if (s->writer)
		writer_abandon(s->writer);
	free(s);
}
