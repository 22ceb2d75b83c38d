// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/* Which questions are asked, and how often something is claimed that is not so: by simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/figures/compare.h"

#define MARGIN	0.02
#define RUNS	5
#define PARTS	20 /* components of an end */
#define DETAILS 40 /* calls and counters of an end */

/* What is true of a world; all else is equal in A and B. */
struct truth {
	double throughput;
	double cost_rx; /* of the end, in all */
	double part_rx; /* of its first component */
};

static char names[PARTS + DETAILS][24];

static struct item *add(struct comparing *c, enum section section, enum record_end end,
			const char *name)
{
	struct item *item = &ARRAY_ADD(c->items, c->count);

	*item = (struct item){.order = c->count, .parent = NO_PARENT};
	item->what = (struct measure){.section = section, .end = end, .name = name, .unit = ""};
	return item;
}

/* Noise of 5 %; ratio: the truth. */
static void measure(struct item *item, gsl_rng *rng, double ratio)
{
	const struct contrast_how how = {LAYOUT_MIXED, MARGIN, 0};
	double a[RUNS], b[RUNS];

	for (int i = 0; i < RUNS; i++) {
		a[i] = gsl_ran_lognormal(rng, 3, 0.05);
		b[i] = ratio * gsl_ran_lognormal(rng, 3, 0.05);
	}
	item->comparison =
		contrast((struct side){a, RUNS, {0, 0}}, (struct side){b, RUNS, {0, 0}}, &how);
}

static void world(struct comparing *c, gsl_rng *rng, const struct truth *t)
{
	static const enum quantity answers[] = {THROUGHPUT, CPU_TOTAL, POWER_TOTAL};

	*c = (struct comparing){.items = NULL};
	for (int i = 0; i < 3; i++)
		measure(add(c, SECTION_RESULT, END_HOST, quantity_info(answers[i])->words), rng,
			i ? 1 : t->throughput);
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		measure(add(c, SECTION_COST, end, MEASURE_COST_TOTAL), rng,
			end == END_RX ? t->cost_rx : 1);
		for (int i = 0; i < PARTS; i++)
			measure(add(c, SECTION_COST, end, names[i]), rng,
				end == END_RX && !i ? t->part_rx : 1);
		for (int i = 0; i < DETAILS; i++)
			measure(add(c, SECTION_MECHANISM, end, names[PARTS + i]), rng, 1);
	}
	decide(c, MARGIN);
}

static bool is_true(const struct item *item, const struct truth *t)
{
	if (item->level == LEVEL_ANSWER)
		return !strcmp(item->what.name, "throughput") && t->throughput < 1;
	if (item->what.end != END_RX)
		return false;
	return (!strcmp(item->what.name, MEASURE_COST_TOTAL) && t->cost_rx > 1) ||
	       (!strcmp(item->what.name, names[0]) && t->part_rx > 1);
}

/* Percent of draws in which something of the levels is claimed that is not so. */
static void false_claims(const struct truth *t, const char *name, double *answers, double *reasons)
{
	const int draws = 1000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int wrong[2] = {0};

	gsl_rng_set(rng, 12);
	for (int d = 0; d < draws; d++) {
		bool any[2] = {false};
		struct comparing c;

		world(&c, rng, t);
		for (size_t i = 0; i < c.count; i++)
			if (item_claimed(&c.items[i]) && !is_true(&c.items[i], t))
				any[c.items[i].level != LEVEL_ANSWER] = true;
		wrong[0] += any[0];
		wrong[1] += any[1];
		free(c.items);
	}
	gsl_rng_free(rng);
	*answers = 100.0 * wrong[0] / draws;
	*reasons = 100.0 * wrong[1] / draws;
	print_message("%s: false answers in %.1f %%, false reasons in %.1f %%\n", name, *answers,
		      *reasons);
}

static void few_false_claims(void **state)
{
	static const struct {
		const char *name;
		struct truth truth;
	} worlds[] = {
		{"nothing changed", {1, 1, 1}},
		{"throughput halved", {0.5, 1, 1}},
		{"throughput halved, an end dearer", {0.5, 1.5, 1}},
		{"throughput halved, an end dearer by one part", {0.5, 1.5, 3}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++) {
		double answers, reasons;

		false_claims(&worlds[i].truth, worlds[i].name, &answers, &reasons);
		assert_true(answers <= 5 && reasons <= 5);
	}
}

static const struct item *named(const struct comparing *c, enum record_end end, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].what.end == end && !strcmp(c->items[i].what.name, name))
			return &c->items[i];
	return NULL;
}

/* What had to move before it was asked. */
static const struct item *parent_of(const struct comparing *c, const struct item *item)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].order == item->parent)
			return &c->items[i];
	return NULL;
}

static void questions_have_an_order(void **state)
{
	static const struct truth all = {0.5, 1.5, 3}, hidden = {1, 1.5, 3};
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct comparing c;
	const struct item *part;

	(void)state;
	gsl_rng_set(rng, 1);
	world(&c, rng, &all);
	part = named(&c, END_RX, names[0]);
	assert_int_equal(part->verdict, VERDICT_MORE);
	assert_string_equal(parent_of(&c, part)->what.name, MEASURE_COST_TOTAL);
	assert_string_equal(parent_of(&c, parent_of(&c, part))->what.name, "throughput");
	assert_null(parent_of(&c, named(&c, END_HOST, "throughput")));
	/* The other end did not move: its parts are not asked. */
	assert_int_equal(named(&c, END_TX, names[1])->parent, NO_PARENT);
	assert_true(isnan(named(&c, END_TX, names[1])->p));
	free(c.items);
	/* Nothing that was wanted moved: nothing below is asked, however far it did. */
	world(&c, rng, &hidden);
	assert_int_equal(named(&c, END_RX, names[0])->verdict, VERDICT_UNASKED);
	assert_int_equal(c.tests[LEVEL_END], 0);
	free(c.items);
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_have_an_order),
		cmocka_unit_test(few_false_claims),
	};

	for (int i = 0; i < PARTS + DETAILS; i++)
		snprintf(names[i], sizeof(names[i]), "%s%d", i < PARTS ? "task/part" : "count", i);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
