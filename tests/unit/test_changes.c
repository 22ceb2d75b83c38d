// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/changes.c analyze/figures/contrast.c analyze/figures/strangers.c analyze/figures/stats.c */
/* libs: gsl */
/* Change points: planted ones at their places, none where none is, by series of known noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "analyze/figures/changes.h"

#define MOST 200

/* x[i] about 40, by so much noise; after each of the places it is that many times as large. */
static void series(gsl_rng *chance, double noise, double *x, size_t n, const size_t *places,
		   const double *factors, size_t count)
{
	for (size_t i = 0; i < n; i++) {
		x[i] = 40 * exp(noise * gsl_ran_gaussian(chance, 1));
		for (size_t j = 0; j < count; j++)
			x[i] *= i >= places[j] ? factors[j] : 1;
	}
}

static gsl_rng *chance_of(unsigned long seed)
{
	gsl_rng *chance = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(chance, seed);
	return chance;
}

static void test_two_planted(void **state)
{
	static const size_t places[] = {20, 40};
	static const double factors[] = {0.8, 1.2};
	gsl_rng *chance = chance_of(1);
	struct change *changes;
	double x[60];

	(void)state;
	for (int again = 0; again < 50; again++) {
		series(chance, 0.03, x, 60, places, factors, 2);
		assert_int_equal(changes_of(x, NULL, 60, 0.006, 0.02, &changes), 2);
		assert_int_equal(changes[0].after, 20);
		assert_int_equal(changes[0].before, 19);
		assert_int_equal(changes[1].after, 40);
		assert_int_equal(changes[0].n_after, 20);
		assert_true(fabs(log(changes[0].ratio.center / 0.8)) < 0.06);
		assert_true(changes[0].ratio.low < changes[0].ratio.center);
		free(changes);
	}
	gsl_rng_free(chance);
}

/* Of many series alpha is divided among them: what is plain is still found, be the points few or many. */
static void test_one_of_many_series(void **state)
{
	static const double alphas[] = {0.05 / 51, 0.05 / 200, 0.05 / 5000};
	static const size_t lengths[] = {20, 60, 200};
	static const double factor = 0.8;
	gsl_rng *chance = chance_of(8);
	struct change *changes;
	double x[MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(alphas) / sizeof(*alphas); i++) {
		for (size_t j = 0; j < sizeof(lengths) / sizeof(*lengths); j++) {
			size_t place = lengths[j] / 2;

			series(chance, 0.02, x, lengths[j], &place, &factor, 1);
			assert_int_equal(changes_of(x, NULL, lengths[j], alphas[i], 0.02, &changes),
					 1);
			assert_int_equal(changes[0].after, place);
			free(changes);
			series(chance, 0.02, x, lengths[j], NULL, NULL, 0);
			assert_int_equal(changes_of(x, NULL, lengths[j], alphas[i], 0.02, &changes),
					 0);
			free(changes);
		}
	}
	gsl_rng_free(chance);
}

/* Noise of heavy tails, and of one point in twenty that is 60 % lower: no change either. */
static void test_false_alarms_of_wild_noise(void **state)
{
	gsl_rng *chance = chance_of(5);
	const int draws = 400;
	bool lonely[MOST];
	double x[MOST];

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		int alarms = 0;

		for (int again = 0; again < draws; again++) {
			struct change *changes;

			for (size_t i = 0; i < MOST; i++) {
				x[i] = 40 * exp(0.03 * (kind ? gsl_ran_gaussian(chance, 1)
							     : gsl_ran_tdist(chance, 4)));
				x[i] *= kind && gsl_rng_uniform(chance) < 0.05 ? 0.4 : 1;
			}
			lonely_of(x, MOST, lonely);
			alarms += changes_of(x, lonely, MOST, 0.05, 0.02, &changes) > 0;
			free(changes);
		}
		/* One in twenty, and two standard errors of so many draws. */
		assert_in_range(alarms, 0, draws * 0.05 + 2 * sqrt(draws * 0.05 * 0.95));
	}
	gsl_rng_free(chance);
}

/* Of series without a change at most one in twenty has one, and the same answer comes twice. */
static void test_false_alarms(void **state)
{
	static const size_t lengths[] = {8, 20, 60, 200};
	gsl_rng *chance = chance_of(2);
	double x[MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		const int draws = 1000;
		int alarms = 0;

		for (int again = 0; again < draws; again++) {
			struct change *changes, *twice;
			size_t found;

			series(chance, 0.1, x, lengths[i], NULL, NULL, 0);
			found = changes_of(x, NULL, lengths[i], 0.05, 0, &changes);
			assert_int_equal(changes_of(x, NULL, lengths[i], 0.05, 0, &twice), found);
			alarms += found > 0;
			free(changes);
			free(twice);
		}
		/* 50 are expected at most; their standard error is 7. */
		if (alarms > 70)
			fail_msg("%zu points: %d false alarms in %d", lengths[i], alarms, draws);
	}
	gsl_rng_free(chance);
}

static void test_gaps_are_left_out(void **state)
{
	static const size_t place = 12;
	static const double factor = 0.7;
	gsl_rng *chance = chance_of(3);
	struct change *changes;
	double x[24];

	(void)state;
	series(chance, 0.02, x, 24, &place, &factor, 1);
	x[3] = x[11] = x[12] = x[13] = NAN;
	assert_int_equal(changes_of(x, NULL, 24, 0.05, 0.02, &changes), 1);
	assert_int_equal(changes[0].before, 10);
	assert_int_equal(changes[0].after, 14);
	assert_int_equal(changes[0].n_before, 10);
	assert_int_equal(changes[0].n_after, 10);
	free(changes);
	gsl_rng_free(chance);
}

static void test_what_does_not_matter(void **state)
{
	static const size_t place = 30;
	static const double factor = 0.985;
	gsl_rng *chance = chance_of(4);
	struct change *changes;
	double x[60];

	(void)state;
	series(chance, 0.001, x, 60, &place, &factor, 1);
	assert_int_equal(changes_of(x, NULL, 60, 0.05, 0.02, &changes), 0);
	free(changes);
	assert_int_equal(changes_of(x, NULL, 60, 0.05, 0.01, &changes), 1);
	free(changes);
	gsl_rng_free(chance);
}

/* A figure that was zero has no logarithm; one that never moved has no spread. */
static void test_zeros_and_constants(void **state)
{
	double x[20], constant[20];
	struct change *changes;

	(void)state;
	for (int i = 0; i < 20; i++) {
		x[i] = i < 10 ? 0 : 50;
		constant[i] = 7;
	}
	assert_int_equal(changes_of(x, NULL, 20, 0.05, 0.02, &changes), 1);
	assert_true(changes[0].linear && changes[0].from == 0 && changes[0].to == 50);
	assert_true(isnan(changes[0].ratio.center));
	free(changes);
	assert_int_equal(changes_of(constant, NULL, 20, 0.05, 0.02, &changes), 0);
	assert_int_equal(changes_of(constant, NULL, 0, 0.05, 0.02, &changes), 0);
}

static void test_one_alone_is_no_change(void **state)
{
	static const size_t place = 20;
	static const double factor = 0.6;
	gsl_rng *chance = chance_of(5);
	bool lonely[40];
	double x[40];

	(void)state;
	series(chance, 0.02, x, 40, &place, &factor, 1);
	x[9] *= 0.4;
	x[39] *= 0.4;
	assert_int_equal(lonely_of(x, 40, lonely), 2);
	assert_true(lonely[9] && lonely[39]);
	gsl_rng_free(chance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_planted),
		cmocka_unit_test(test_one_of_many_series),
		cmocka_unit_test(test_false_alarms),
		cmocka_unit_test(test_false_alarms_of_wild_noise),
		cmocka_unit_test(test_gaps_are_left_out),
		cmocka_unit_test(test_what_does_not_matter),
		cmocka_unit_test(test_zeros_and_constants),
		cmocka_unit_test(test_one_alone_is_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
