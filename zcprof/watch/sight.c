// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/sight.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct taking {
	struct sight *sight;
	bool failed;
};

static bool grow(void **at, size_t *room, size_t needed, size_t size)
{
	size_t wanted = *room ? *room : 64;
	void *grown;

	if (needed <= *room)
		return true;
	while (wanted < needed)
		wanted *= 2;
	grown = reallocarray(*at, wanted, size);
	if (!grown)
		return false;
	*at = grown;
	*room = wanted;
	return true;
}

/* The keys move as they grow, so until all are there a figure has the place of its own. */
static void take(void *data, const struct figure *f)
{
	struct taking *t = data;
	struct sight *s = t->sight;
	size_t len = strlen(f->key) + 1;

	if (t->failed || metric_info(f->id)->kind == KIND_HISTOGRAM)
		return;
	t->failed = !grow((void **)&s->figures, &s->room, s->count + 1, sizeof(*s->figures)) ||
		    !grow((void **)&s->keys, &s->keys_room, s->keys_used + len, 1);
	if (t->failed)
		return;
	memcpy(s->keys + s->keys_used, f->key, len);
	s->figures[s->count] = *f;
	s->figures[s->count++].key = NULL;
	s->keys_used += len;
}

int sight_take(struct sight *sight, const struct series *s)
{
	struct taking t = {.sight = sight};
	size_t at = 0;

	sight->count = sight->keys_used = 0;
	sight->at_s = series_at_s(s);
	sight->step_s = series_step_s(s);
	series_each(s, take, &t);
	if (t.failed)
		sight->count = 0;
	for (size_t i = 0; i < sight->count; i++) {
		sight->figures[i].key = sight->keys + at;
		at += strlen(sight->keys + at) + 1;
	}
	return t.failed ? -1 : 0;
}

/* Of a metric; where it has none, that of the next. */
static const struct figure *first_of(const struct sight *sight, enum metric_id id)
{
	size_t from = 0, to = sight->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (sight->figures[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return sight->figures + from;
}

/* Behind the last of them. */
static const struct figure *end_of(const struct sight *sight, enum metric_id id)
{
	return first_of(sight, id + 1);
}

const struct figure *sight_find(const struct sight *sight, enum metric_id id, enum record_end end,
				const char *key)
{
	const struct figure *last = end_of(sight, id);

	for (const struct figure *f = first_of(sight, id); f < last; f++)
		if (f->end == end && !strcmp(f->key, key))
			return f;
	return NULL;
}

static double add_up(const struct sight *sight, enum metric_id id, enum record_end end, bool *any,
		     bool total)
{
	const struct figure *last = end_of(sight, id);
	double sum = 0;

	for (const struct figure *f = first_of(sight, id); f < last; f++) {
		if (f->end != end)
			continue;
		sum += total ? f->total : f->step;
		if (any)
			*any = true;
	}
	return sum;
}

double sight_sum(const struct sight *sight, enum metric_id id, enum record_end end, bool *any)
{
	return add_up(sight, id, end, any, false);
}

double sight_total(const struct sight *sight, enum metric_id id, enum record_end end, bool *any)
{
	return add_up(sight, id, end, any, true);
}

bool sight_has(const struct sight *sight, const char *source)
{
	for (size_t i = 0; i < sight->count; i++)
		if (!strcmp(metric_info(sight->figures[i].id)->source, source))
			return true;
	return false;
}

void sight_free(struct sight *sight)
{
	free(sight->figures);
	free(sight->keys);
	*sight = (struct sight){0};
}
