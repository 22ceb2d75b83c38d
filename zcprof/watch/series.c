// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/series.h"

#include <stdlib.h>
#include <string.h>

#include "record/reader.h"

struct entry {
	struct figure figure;
	double whole; /* of a total: as it was said last; of a mean: it times the time so far */
	struct entry *next; /* of the same bucket */
};

struct series {
	struct entry **buckets;
	size_t bucket_count;	/* a power of two */
	struct entry **entries; /* sorted between looks */
	size_t count, room;
	size_t left_out;
	double at_s, before_s;
	bool last, known[METRIC_COUNT]; /* had a look */
	struct writer *writer;
};

/* FNV-1a. */
static size_t hash(enum metric_id id, enum record_end end, const char *key, size_t len)
{
	uint64_t h = 14695981039346656037ULL ^ ((uint64_t)id << 2 | end);

	h *= 1099511628211ULL;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * 1099511628211ULL;
	return h ^ h >> 32;
}

static struct entry *look_up(const struct series *s, enum metric_id id, enum record_end end,
			     const char *key, size_t len)
{
	struct entry *e = s->buckets[hash(id, end, key, len) & (s->bucket_count - 1)];

	while (e && (e->figure.id != id || e->figure.end != end ||
		     strncmp(e->figure.key, key, len) != 0 || e->figure.key[len]))
		e = e->next;
	return e;
}

static void file(struct series *s, struct entry *e)
{
	struct entry **bucket =
		&s->buckets[hash(e->figure.id, e->figure.end, e->figure.key, strlen(e->figure.key)) &
			    (s->bucket_count - 1)];

	e->next = *bucket;
	*bucket = e;
}

/* Twice the room; without memory for that it goes on as it is. */
static bool grow(struct series *s)
{
	size_t room = s->room ? 2 * s->room : 1024;
	struct entry **entries = reallocarray(s->entries, room, sizeof(struct entry *));
	struct entry **buckets;

	if (!entries)
		return false;
	s->entries = entries;
	buckets = calloc(2 * room, sizeof(struct entry *));
	if (!buckets)
		return false;
	free(s->buckets);
	s->buckets = buckets;
	s->bucket_count = 2 * room;
	s->room = room;
	for (size_t i = 0; i < s->count; i++)
		file(s, s->entries[i]);
	return true;
}

static struct entry *add(struct series *s, const struct row *row)
{
	struct entry *e = NULL;

	if (s->count < SERIES_MAX && (s->count < s->room || grow(s)))
		e = calloc(1, sizeof(*e) + row->key.len + 1);
	if (!e) {
		s->left_out++;
		return NULL;
	}
	memcpy(e + 1, row->key.at, row->key.len);
	e->figure = (struct figure){.id = row->id, .end = row->end, .key = (char *)(e + 1)};
	s->entries[s->count++] = e;
	file(s, e);
	return e;
}

static void take(void *data, const struct row *row)
{
	struct series *s = data;
	enum metric_kind kind = metric_info(row->id)->kind;
	struct figure *f;
	struct entry *e;
	double whole;

	if (kind == KIND_FACT || kind == KIND_GAUGE || (s->last && !s->known[row->id]))
		return;
	s->known[row->id] = true;
	e = look_up(s, row->id, row->end, row->key.at, row->key.len);
	if (!e)
		e = add(s, row);
	if (!e)
		return;
	f = &e->figure;
	f->seen = true;
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

	if (s && grow(s))
		s->writer = writer_capture(take, s);
	if (s && !s->writer) {
		series_free(s);
		return NULL;
	}
	return s;
}

struct writer *series_look(struct series *s, double at_s)
{
	s->before_s = s->at_s;
	s->at_s = at_s;
	for (size_t i = 0; i < s->count; i++) {
		s->entries[i]->figure.seen = false;
		s->entries[i]->figure.step = 0;
	}
	return s->writer;
}

static int in_order(const void *a, const void *b)
{
	const struct figure *x = &(*(struct entry *const *)a)->figure;
	const struct figure *y = &(*(struct entry *const *)b)->figure;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return strcmp(x->key, y->key);
}

struct writer *series_last(struct series *s, double at_s)
{
	s->last = true;
	return series_look(s, at_s);
}

void series_looked(struct series *s)
{
	qsort(s->entries, s->count, sizeof(struct entry *), in_order);
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

void series_each(const struct series *s, series_fn on_figure, void *data)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->entries[i]->figure.seen)
			on_figure(data, &s->entries[i]->figure);
}

const struct figure *series_find(const struct series *s, enum metric_id id, enum record_end end,
				 const char *key)
{
	const struct entry *e = look_up(s, id, end, key, strlen(key));

	return e && e->figure.seen ? &e->figure : NULL;
}

void series_free(struct series *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->entries[i]);
	if (s->writer)
		writer_abandon(s->writer);
	free(s->entries);
	free(s->buckets);
	free(s);
}
