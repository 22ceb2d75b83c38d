// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t hash(double time_s, enum record_end end, enum metric_id id, const char *key)
{
	uint64_t h, time;

	memcpy(&time, &time_s, sizeof(time));
	h = 14695981039346656037ULL ^ (unsigned int)id * 31U ^ (unsigned int)end ^ time;
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211ULL;
	return h ^ h >> 29;
}

static void place(struct import *im, size_t at)
{
	const struct imported *r = &im->rows[at];
	size_t i = hash(r->time_s, r->end, r->id, r->key);

	while (im->slots[i % im->slot_count])
		i++;
	im->slots[i % im->slot_count] = at + 1;
}

static void grow(struct import *im)
{
	free(im->slots);
	im->slot_count = im->slot_count ? 2 * im->slot_count : 1024;
	im->slots = must_calloc(im->slot_count, sizeof(*im->slots));
	for (size_t i = 0; i < im->count; i++)
		place(im, i);
}

static struct imported *find(const struct import *im, double time_s, enum record_end end,
			     enum metric_id id, const char *key)
{
	if (!im->slot_count)
		return NULL;
	for (size_t i = hash(time_s, end, id, key); im->slots[i % im->slot_count]; i++) {
		struct imported *r = &im->rows[im->slots[i % im->slot_count] - 1];

		if (r->id == id && r->end == end && r->time_s == time_s && !strcmp(r->key, key))
			return r;
	}
	return NULL;
}

static struct imported *append(struct import *im, double time_s, enum record_end end,
			       enum metric_id id, const char *key)
{
	struct imported *r;

	if (2 * (im->count + 1) > im->slot_count)
		grow(im);
	r = &ARRAY_ADD(im->rows, im->count);
	*r = (struct imported){
		.time_s = time_s,
		.end = end,
		.id = id,
		.key = *key ? arena_text(&im->texts, key, strlen(key)) : "",
		.file = im->file,
		.order = im->count,
	};
	place(im, im->count - 1);
	return r;
}

static int put(struct import *im, struct input *in, struct imported what, bool add)
{
	const char *key = what.key ? what.key : "";
	const struct metric_info *info = metric_info(what.id);
	struct imported *r = find(im, what.time_s, what.end, what.id, key);

	if (!isfinite(what.value) || fabs(what.value) > 1e300)
		return input_refuse(in, in->line, "%s %s would be a number that cannot be",
				    info->source, info->name);
	if (r && r->file != im->file)
		return input_refuse(in, in->line,
				    "%s %s \"%.60s\" of %s is in %s already; give one of both files, or the other as another end's with --end",
				    info->source, info->name, key, record_end_name[what.end],
				    im->files[r->file]);
	if (r && !add && r->value != what.value)
		return input_refuse(in, in->line,
				    "%s %s \"%.60s\" of %s was %.10g in this file before, and is %.10g here; a record is of one run and one measurement: give each as a file of its own",
				    info->source, info->name, key, record_end_name[what.end],
				    r->value, what.value);
	if (!r && im->count >= IMPORT_FIGURES)
		return input_refuse(in, in->line,
				    "more than %d figures: this cannot be a table of a run",
				    IMPORT_FIGURES);
	if (!r)
		r = append(im, what.time_s, what.end, what.id, key);
	r->value = what.value + (add ? r->value : 0);
	return 0;
}

int import_add(struct import *im, struct input *in, enum record_end end, enum metric_id id,
	       const char *key, double value)
{
	return put(im, in, (struct imported){WINDOW, end, id, key, .value = value}, true);
}

int import_set(struct import *im, struct input *in, enum record_end end, enum metric_id id,
	       const char *key, double value)
{
	return put(im, in, (struct imported){WINDOW, end, id, key, .value = value}, false);
}

int import_at(struct import *im, struct input *in, double time_s, enum record_end end,
	      enum metric_id id, const char *key, double value)
{
	return put(im, in, (struct imported){time_s, end, id, key, .value = value}, true);
}

double import_get(const struct import *im, enum record_end end, enum metric_id id, const char *key)
{
	const struct imported *r = find(im, WINDOW, end, id, key ? key : "");

	return r ? r->value : NAN;
}

void import_keep(struct import *im, enum record_end end, const char *key, double value)
{
	if (im->count < IMPORT_FIGURES)
		append(im, WINDOW, end, METRIC_NONE, key)->value = value;
	import_absent(im, "nic/statistic",
		      "these count since the driver was loaded; the difference of two files is here, if two were given (or give --from-zero)");
}

/* One of this very file is no snapshot before. */
const struct imported *import_kept(const struct import *im, enum record_end end, const char *key)
{
	const struct imported *r = find(im, WINDOW, end, METRIC_NONE, key);

	return r && r->file != im->file ? r : NULL;
}

const struct imported *import_here(const struct import *im, enum record_end end, enum metric_id id,
				   const char *key)
{
	const struct imported *r = find(im, WINDOW, end, id, key);

	return r && r->file == im->file ? r : NULL;
}

double import_seconds(const struct import *im)
{
	double ns = NAN;

	if (!isnan(im->known.seconds))
		return im->known.seconds;
	for (enum record_end end = END_RX; isnan(ns) && end <= END_TX; end++)
		ns = import_get(im, end, METRIC_path_window_ns, NULL);
	return ns / 1e9;
}

/* The first that says it is right; a second file of a kind says the same. */
void import_fact(struct import *im, enum record_end end, enum metric_id id, const char *key,
		 const char *text)
{
	size_t len = strlen(text);
	struct imported *r = find(im, WINDOW, end, id, key);

	if (!r)
		r = append(im, WINDOW, end, id, key);
	if (!r->text)
		r->text = arena_text(&im->texts, text, len < 4096 ? len : 4096);
}

void import_absent(struct import *im, const char *what, const char *reason)
{
	import_fact(im, im->end, METRIC_collector_absent, what, reason);
}

void import_means(struct import *im, const char *source, const char *means)
{
	import_fact(im, im->end, METRIC_collector_means, source, means);
}

static int by_registry(const void *a, const void *b)
{
	const struct imported *x = a, *y = b;
	bool x_fact, y_fact;

	if (x->id == METRIC_NONE || y->id == METRIC_NONE)
		return (x->id == METRIC_NONE) - (y->id == METRIC_NONE);
	x_fact = metric_info(x->id)->kind == KIND_FACT;
	y_fact = metric_info(y->id)->kind == KIND_FACT;

	if (x_fact != y_fact)
		return x_fact ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

void import_write(struct import *im, struct writer *w)
{
	ARRAY_SORT(im->rows, im->count, by_registry);
	for (size_t i = 0; i < im->count; i++) {
		const struct imported *r = &im->rows[i];

		if (r->id == METRIC_NONE)
			break;
		if (metric_info(r->id)->kind == KIND_FACT)
			writer_fact(w, r->end, r->id, r->key, r->text);
		else
			writer_f64(w, r->time_s, r->end, r->id, r->key, r->value);
	}
}

void import_free(struct import *im)
{
	free(im->rows);
	free(im->slots);
	arena_free(&im->texts);
}
