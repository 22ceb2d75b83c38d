// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/functions.h"

#include <math.h>
#include <string.h>

#include "analyze/figures/measures.h"
#include "analyze/figures/parts.h"
#include "base/memory.h"

/* What it has to have more, in % of what the end costs; and times, where it was there before. */
#define LEAST_MORE  5
#define LEAST_TIMES 2

struct cost_of {
	const char *name; /* "object;function", of the run */
	double ns[2];	  /* per KB, mean of A and of B */
};

struct costs {
	struct cost_of *at;
	size_t count;
};

static void add_run(struct costs *costs, const struct run *run, enum record_end end, int side,
		    double share)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double worth = sample_worth(run, end) * share;

	for (size_t i = 0; i < symbols.count; i++) {
		const char *key = symbols.at[i].key, *name = strchr(key, ';');
		struct cost_of *one;

		if (!name || !strncmp(key, "idle;", strlen("idle;")))
			continue;
		one = &ARRAY_ADD(costs->at, costs->count);
		*one = (struct cost_of){.name = name + 1};
		one->ns[side] = symbols.at[i].value * worth;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct cost_of *)a)->name, ((const struct cost_of *)b)->name);
}

/* The name of what grew most of all contexts and runs together; NULL where nothing did. */
static const char *most_grown(struct costs *costs)
{
	const char *name = NULL;
	double most = 0;

	ARRAY_SORT(costs->at, costs->count, by_name);
	for (size_t i = 0; i < costs->count;) {
		double more = 0;
		size_t first = i;

		for (; i < costs->count && !by_name(&costs->at[first], &costs->at[i]); i++)
			more += costs->at[i].ns[1] - costs->at[i].ns[0];
		if (more <= most)
			continue;
		most = more;
		name = costs->at[first].name;
	}
	return name;
}

/* One that moved nothing has no cost by the byte. */
static bool has_say(const struct design *d, int side, size_t i, enum record_end end)
{
	const struct configuration *c = side ? d->b : d->a;

	return !d->apart[side][i] && !isnan(sample_worth(c->runs[i], end));
}

static const char *name_of_grown(const struct design *d, enum record_end end)
{
	struct costs costs = {.at = NULL, .count = 0};
	const char *name;

	for (int side = 0; side < 2; side++) {
		const struct configuration *c = side ? d->b : d->a;
		size_t together = 0;

		for (size_t i = 0; i < c->count; i++)
			together += has_say(d, side, i, end);
		for (size_t i = 0; i < c->count; i++)
			if (has_say(d, side, i, end))
				add_run(&costs, c->runs[i], end, side, 1.0 / together);
	}
	name = most_grown(&costs);
	free(costs.at);
	return name;
}

/* Whether what it is a part of grew with it: a cost may also only move from one function to another. */
static bool grew_with(const struct design *d, const struct seen *function)
{
	enum component component = component_of_symbol(function->sign->words);
	const struct sign whole[] = {
		{.how = SIGN_COST, .way = UP},
		{.how = SIGN_COMPONENT, .what = component, .way = UP},
	};
	/* Of what no pattern knows the end has to do. */
	size_t count = component == COMPONENT_unmapped ? 1 : 2;

	/*
	 * What is wanted for many things says nothing by itself: unlocking with interrupts on. That the same bytes take
	 * longer to copy says where memory and caches are, and nothing of who did it.
	 */
	if (component == COMPONENT_caller || component == COMPONENT_data_copy)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct seen seen = sign_seen(&whole[i], d, function->end, false);

		if (!(seen.to - seen.from >= (function->to - function->from) / 2))
			return false;
	}
	return true;
}

bool function_grown(const struct design *d, enum record_end end, struct seen *seen)
{
	const char *key = name_of_grown(d, end);
	const char *name = key ? strchr(key, ';') : NULL;
	struct sign *sign;

	if (!name)
		return false;
	sign = must_calloc(1, sizeof(*sign));
	*sign = (struct sign){
		.how = SIGN_FUNCTION,
		.way = UP,
		.key = key,
		.least = LEAST_MORE,
		.words = name + 1,
	};
	*seen = sign_seen(sign, d, end, false);
	/* Of sets one after the other, what was there before may have grown by the machine's mood alone. */
	if (seen->holds && seen->to >= LEAST_TIMES * seen->from && grew_with(d, seen) &&
	    (d->layout != LAYOUT_APART || !(seen->from > 0)))
		return true;
	free(sign);
	return false;
}
