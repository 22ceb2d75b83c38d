// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/settings.h"

#include <stdlib.h>
#include <string.h>

bool names_the_run(const struct fact *fact)
{
	switch (fact->id) {
	case METRIC_fact_option:
		return fact->end == END_HOST &&
		       (!strcmp(fact->key, "control") || !strcmp(fact->key, "against"));
	case METRIC_fact_host:
		return *fact->key; /* the machine is a setting, its start is none */
	case METRIC_fact_attached:
		return !strcmp(fact->key, "pid") || !strcmp(fact->key, "ended");
	case METRIC_collector_follows: /* by what a source took its turns */
	case METRIC_fact_order:
	case METRIC_fact_seed:
	case METRIC_fact_imported:
	case METRIC_fact_configuration:
	case METRIC_fact_repeat:
	case METRIC_fact_started:
	case METRIC_path_state:
		return true;
	default:
		return false;
	}
}

bool one_value(const struct configuration *c, const struct fact *fact, const char **value)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *here = run_fact(c->runs[i], fact->id, fact->end, fact->key);

		if (i && ((here == NULL) != (*value == NULL) || (here && strcmp(here, *value))))
			return false;
		*value = here;
	}
	return true;
}

static bool known(const struct setting *settings, size_t count, const struct fact *fact)
{
	for (size_t i = 0; i < count; i++)
		if (settings[i].id == fact->id && settings[i].end == fact->end &&
		    !strcmp(settings[i].key, fact->key))
			return true;
	return false;
}

/* A vulnerability that a kernel does not know it does as much against as against one that the CPU does not have. */
static const char *in_effect(const struct fact *fact, const char *value)
{
	return !value && fact->id == METRIC_fact_mitigation ? "Not affected" : value;
}

static bool is_same(const struct fact *fact, const char *in_a, const char *in_b)
{
	const char *a = in_effect(fact, in_a), *b = in_effect(fact, in_b);

	return a && b && !strcmp(a, b);
}

static int by_importance(const void *a, const void *b)
{
	const struct setting *x = a;
	const struct setting *y = b;
	bool x_option = x->id == METRIC_fact_option;
	bool y_option = y->id == METRIC_fact_option;

	if (x_option != y_option)
		return x_option ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return strcmp(x->key, y->key);
}

size_t settings_of(const struct configuration *a, const struct configuration *b,
		   struct setting **settings)
{
	size_t count = 0;

	*settings = NULL;
	for (int side = 0; side < 2; side++) {
		const struct run *run = (side ? b : a)->runs[0];

		for (size_t i = 0; i < run->fact_count; i++) {
			const struct fact *fact = &run->facts[i];
			const char *in_a = NULL;
			const char *in_b = NULL;

			if (names_the_run(fact) || known(*settings, count, fact) ||
			    !one_value(a, fact, &in_a) || !one_value(b, fact, &in_b) ||
			    is_same(fact, in_a, in_b))
				continue;
			ARRAY_ADD(*settings, count) =
				(struct setting){fact->end, fact->id, fact->key, in_a, in_b};
		}
	}
	ARRAY_SORT(*settings, count, by_importance);
	return count;
}

/* Below zero where x ran before y, above it where after; 0 where the records do not say. */
static double ran_before(const struct run *x, const struct run *y)
{
	const char *x_started = run_fact(x, METRIC_fact_started, END_HOST, NULL);
	const char *y_started = run_fact(y, METRIC_fact_started, END_HOST, NULL);
	const char *x_seed = run_fact(x, METRIC_fact_seed, END_HOST, NULL);
	const char *y_seed = run_fact(y, METRIC_fact_seed, END_HOST, NULL);
	const char *x_order = run_fact(x, METRIC_fact_order, END_HOST, NULL);
	const char *y_order = run_fact(y, METRIC_fact_order, END_HOST, NULL);

	/* ISO 8601 in UTC sorts as text. */
	if (x_started && y_started)
		return strcmp(x_started, y_started);
	/* The order counts within one experiment, and its seed tells which. */
	if (x_seed && y_seed && !strcmp(x_seed, y_seed) && x_order && y_order)
		return strtod(x_order, NULL) - strtod(y_order, NULL);
	return 0;
}

static bool all_before(const struct configuration *first, const struct configuration *then)
{
	for (size_t i = 0; i < first->count; i++) {
		for (size_t j = 0; j < then->count; j++) {
			if (ran_before(first->runs[i], then->runs[j]) > 0)
				return false;
		}
	}
	return true;
}

bool one_after_other(const struct configuration *a, const struct configuration *b)
{
	return all_before(a, b) || all_before(b, a);
}
