// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/newcomers.h"

#include <math.h>
#include <string.h>

/* Of all functions together, one in so many comparisons may seem to come or go by chance. */
#define ALPHA 0.01
/* Runs of a set that tell what a set does, and of the set that runs it those that have to show it. */
#define RUNS_LEAST 3
#define RUNS_SHOW  0.9
static bool is_shown(const double *values, size_t count)
{
	double shown = 0, measured = 0;

	for (size_t i = 0; i < count; i++) {
		measured += !isnan(values[i]);
		shown += values[i] > 0;
	}
	return measured >= RUNS_LEAST && shown >= RUNS_SHOW * measured;
}

static bool is_never(const double *values, size_t count)
{
	size_t measured = 0;

	for (size_t i = 0; i < count; i++) {
		if (values[i] > 0)
			return false;
		measured += !isnan(values[i]);
	}
	return measured >= RUNS_LEAST;
}

/* "function of [module]", from the key "softirq;[module];function". */
static const char *words_of(struct newcomers *n, const struct item *item,
			    const struct configuration *in)
{
	size_t context = strcspn(item->what.name, " ");
	const char *function = item->what.name + context + !!item->what.name[context];

	for (size_t r = 0; r < in->count; r++) {
		struct figures rows = run_range(in->runs[r], METRIC_profile_symbol, item->what.end);

		for (size_t i = 0; i < rows.count; i++) {
			const char *key = rows.at[i].key, *object = strchr(key, ';');
			const char *symbol = object ? strchr(object + 1, ';') : NULL;

			if (symbol && !strcmp(symbol + 1, function) &&
			    (size_t)(object - key) == context &&
			    !memcmp(key, item->what.name, context))
				return arena_printed(&n->texts, "%s of %.*s, in %.*s", function,
						     (int)(symbol - object - 1), object + 1,
						     (int)context, key);
		}
	}
	return arena_printed(&n->texts, "%s", item->what.name);
}

static int by_cost(const void *a, const void *b)
{
	const struct newcomer *x = a, *y = b;
	double more = fmax(y->a, y->b) - fmax(x->a, x->b);

	return more > 0 ? 1 : more < 0 ? -1 : strcmp(x->sign.words, y->sign.words);
}

struct newcomers newcomers_of(const struct comparing *k)
{
	struct newcomers n = {.at = NULL, .cost = {NAN, NAN, NAN}};
	const struct configuration *a = k->design.a, *b = k->design.b;
	size_t tests = 0;

	for (size_t i = 0; i < k->count; i++)
		tests += k->items[i].what.section == SECTION_SYMBOLS;
	for (size_t i = 0; i < k->count; i++) {
		const struct item *item = &k->items[i];
		bool came = is_never(item->a, a->count) && is_shown(item->b, b->count);
		bool went = is_never(item->b, b->count) && is_shown(item->a, a->count);

		if (item->what.section == SECTION_COST && item->what.end < END_COUNT &&
		    !strcmp(item->what.name, MEASURE_COST_TOTAL))
			n.cost[item->what.end] = item->comparison.a;
		if (item->what.section != SECTION_SYMBOLS || item->what.end >= END_COUNT ||
		    !(came || went) || !(item->comparison.p_margin * (double)tests < ALPHA))
			continue;
		ARRAY_ADD(n.at, n.count) = (struct newcomer){
			.sign = {.how = SIGN_FIGURE,
				 .way = UP,
				 .words = words_of(&n, item, came ? b : a),
				 .unit = "ns/KB"},
			.end = item->what.end,
			.a = item->comparison.a,
			.b = item->comparison.b,
		};
	}
	ARRAY_SORT(n.at, n.count, by_cost);
	return n;
}

void newcomers_free(struct newcomers *n)
{
	arena_free(&n->texts);
	free(n->at);
}
