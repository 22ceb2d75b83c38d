// SPDX-License-Identifier: GPL-2.0-or-later
/* Which questions of a comparison are asked, in which order, and what is answered. */
#include <math.h>
#include <string.h>

#include "analyze/figures/compare.h"

bool item_claimed(const struct item *item)
{
	return item->verdict == VERDICT_MORE || item->verdict == VERDICT_LESS;
}

static bool was_compared(const struct item *item)
{
	return !isnan(item->comparison.p_margin);
}

static bool is_quantity(const struct item *item, enum quantity q)
{
	return !strcmp(item->what.name, quantity_info(q)->words);
}

static const struct item *result_of(const struct comparing *c, enum quantity q)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].what.section == SECTION_RESULT && is_quantity(&c->items[i], q) &&
		    was_compared(&c->items[i]))
			return &c->items[i];
	return NULL;
}

/* What was wanted of the configuration. What is known of one end only stands for the total. */
static bool is_answer(const struct comparing *c, const struct item *item)
{
	static const struct {
		enum quantity total, ends[2];
	} answers[] = {
		{THROUGHPUT, {QUANTITIES, QUANTITIES}},
		{CPU_TOTAL, {CPU_RX, CPU_TX}},
		{ROI_CPU_TOTAL, {ROI_CPU_RX, ROI_CPU_TX}},
		{POWER_TOTAL, {POWER_RX, POWER_TX}},
		{ROI_POWER_TOTAL, {ROI_POWER_RX, ROI_POWER_TX}},
		{REQUESTS, {QUANTITIES, QUANTITIES}},
		{LATENCY_P50, {QUANTITIES, QUANTITIES}},
		{LATENCY_P99, {QUANTITIES, QUANTITIES}},
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		if (is_quantity(item, answers[i].total))
			return true;
		for (int end = 0; end < 2 && answers[i].ends[end] != QUANTITIES; end++)
			if (is_quantity(item, answers[i].ends[end]))
				return !result_of(c, answers[i].total);
	}
	return false;
}

static enum level level_of(const struct comparing *c, const struct item *item)
{
	switch (item->what.section) {
	case SECTION_RESULT:
		return is_answer(c, item) ? LEVEL_ANSWER : LEVEL_END;
	case SECTION_COST:
		return strcmp(item->what.name, MEASURE_COST_TOTAL) &&
				       strcmp(item->what.name, MEASURE_COST_ACCOUNTED)
			       ? LEVEL_COMPONENT
			       : LEVEL_END;
	case SECTION_SYMBOLS:
		return LEVEL_SYMBOL;
	case SECTION_RECEIVE:
	case SECTION_TCP:
	case SECTION_CPU:
	case SECTION_DEVICE:
		return LEVEL_COMPONENT;
	default:
		return LEVEL_DETAIL;
	}
}

static bool same_end(const struct item *item, enum record_end end)
{
	return end == END_HOST || item->what.end == end;
}

/* The surest of those of a level and section that moved. SECTIONS and END_HOST: any. */
static const struct item *moved(const struct comparing *c, enum level level, enum section section,
				enum record_end end)
{
	const struct item *surest = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];

		if (item->level == level && item_claimed(item) && same_end(item, end) &&
		    (section == SECTIONS || item->what.section == section) &&
		    (!surest || item->p < surest->p))
			surest = item;
	}
	return surest;
}

static bool has_costs(const struct comparing *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].what.section == SECTION_COST && was_compared(&c->items[i]))
			return true;
	return false;
}

/* Where no CPUs were given to the ends, their CPU time is accounted to both together. */
static const struct item *end_that_moved(const struct comparing *c, enum record_end end)
{
	const struct item *found = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct item *item = &c->items[i];

		if (item->level == LEVEL_END && item->what.section == SECTION_COST &&
		    item_claimed(item) &&
		    (item->what.end == end || item->what.end == END_HOST || end == END_HOST) &&
		    (!found || item->p < found->p))
			found = item;
	}
	return found;
}

/*
 * What had to move for an item to be asked, NULL if it did not. Costs come from samples: without
 * them what is below the ends hangs on the answers.
 */
static const struct item *reason_of(const struct comparing *c, const struct item *item)
{
	enum record_end end = item->what.end;

	switch (item->level) {
	case LEVEL_COMPONENT:
		if (item->what.section == SECTION_COST)
			return end_that_moved(c, end);
		break;
	case LEVEL_DETAIL:
	case LEVEL_SYMBOL:
		if (has_costs(c))
			return moved(c, LEVEL_COMPONENT, SECTION_COST, end);
		break;
	default:
		break;
	}
	return moved(c, LEVEL_ANSWER, SECTIONS, END_HOST);
}

/*
 * All questions of a level that are asked are one family. The explanations share their chance of a
 * false claim among their levels, so that all of them together have one in twenty.
 */
static void decide_level(struct comparing *c, enum level level, double margin)
{
	double share = level == LEVEL_ANSWER ? 1 : LEVELS - 1;
	double *p = must_calloc(c->count + 1, sizeof(*p));

	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];
		const struct comparison *k = &item->comparison;
		const struct item *reason =
			item->level == level && level != LEVEL_ANSWER ? reason_of(c, item) : NULL;

		p[i] = NAN;
		if (item->level != level)
			continue;
		item->parent = reason ? reason->order : NO_PARENT;
		/* What is zero in every run was not tested, and costs the others nothing. */
		if ((level == LEVEL_ANSWER || reason) && !(k->a == 0 && k->b == 0))
			p[i] = k->p_margin;
		c->tests[level] += !isnan(p[i]);
	}
	stats_holm(p, c->count);
	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];

		if (item->level != level)
			continue;
		item->p = fmin(1, share * p[i]);
		if (isnan(p[i]))
			item->p = NAN;
		/* That a figure is the same may be seen without being asked. */
		item->verdict =
			contrast_verdict(&item->comparison,
					 was_compared(item) && isnan(p[i]) ? 1 : item->p, margin);
		if (isnan(p[i]) && was_compared(item) && item->verdict != VERDICT_EQUIVALENT)
			item->verdict = VERDICT_UNASKED;
	}
	free(p);
}

void decide(struct comparing *c, double margin)
{
	for (size_t i = 0; i < c->count; i++) {
		c->items[i].level = level_of(c, &c->items[i]);
		c->items[i].verdict = VERDICT_INCONCLUSIVE;
		c->items[i].parent = NO_PARENT;
	}
	for (enum level level = 0; level < LEVELS; level++)
		decide_level(c, level, margin);
}
