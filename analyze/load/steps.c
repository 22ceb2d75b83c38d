// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/steps.h"

#include <math.h>
#include <search.h>
#include <string.h>

struct kept {
	struct step_sum sum;
	size_t len; /* of the key */
};

static int in_order(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	size_t shared = x->len < y->len ? x->len : y->len;
	int order;

	if (x->sum.end != y->sum.end)
		return x->sum.end < y->sum.end ? -1 : 1;
	order = shared ? memcmp(x->sum.key, y->sum.key, shared) : 0;
	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static struct kept *look_up(struct steps *s, const struct row *row)
{
	const struct kept wanted = {{.end = row->end, .key = row->key.at}, row->key.len};
	struct kept *const *found = tfind(&wanted, &s->of[row->id], in_order);

	return found ? *found : NULL;
}

static struct kept *add(struct steps *s, const struct row *row)
{
	struct kept *k = must_calloc(1, sizeof(*k));

	k->len = row->key.len;
	k->sum = (struct step_sum){.end = row->end,
				   .id = row->id,
				   .key = arena_text(&s->texts, row->key.at, row->key.len),
				   .whole = NAN};
	if (tsearch(k, &s->of[row->id], in_order))
		return k;
	free(k);
	return NULL;
}

/* What happened inside the window comes first, but for zcpath's own: rows over all of it make no entry. */
void steps_row(struct steps *s, const struct row *row)
{
	struct kept *k = look_up(s, row);

	if (!k && row->time_s != WINDOW)
		k = add(s, row);
	if (!k)
		return;
	if (row->time_s == WINDOW) {
		k->sum.whole = row->number;
	} else {
		k->sum.inside += row->number;
		k->sum.magnitude += fabs(row->number);
		k->sum.rows++;
	}
}

struct giving {
	void (*on_sum)(void *data, const struct step_sum *sum);
	void *data;
};

static void give(const void *node, VISIT visit, void *data)
{
	const struct kept *k = *(struct kept *const *)node;
	const struct giving *to = data;

	if ((visit == postorder || visit == leaf) && k->sum.rows)
		to->on_sum(to->data, &k->sum);
}

void steps_each(const struct steps *s, void (*on_sum)(void *data, const struct step_sum *sum),
		void *data)
{
	struct giving to = {on_sum, data};

	for (int id = 0; id < METRIC_COUNT; id++)
		twalk_r(s->of[id], give, &to);
}

void steps_free(struct steps *s)
{
	for (int id = 0; id < METRIC_COUNT; id++) {
		tdestroy(s->of[id], free);
		s->of[id] = NULL;
	}
	arena_free(&s->texts);
}
