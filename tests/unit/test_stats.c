// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/stats.c */
/* libs: gsl */
/* The statistics against published and independently computed values, and by simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/figures/stats.h"

#define COUNT(x) (sizeof(x) / sizeof(*(x)))

/*
 * "Student" (Biometrika 6, 1908): hours of sleep gained by two drugs; R's data set `sleep`. R 4
 * says of t.test(extra ~ group, data = sleep): df 17.776, p 0.07939, 95 % interval of the
 * difference -3.3654832 .. 0.2054832. Here they are logarithms.
 */
static const double sleep_a[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double sleep_b[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

static void exponentials(const double *x, size_t n, double *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = exp(x[i]);
}

static void near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.10g is not %.10g", value, expected);
}

static void means(void **state)
{
	const double x[] = {100, 2, 3, 4, 1000};

	(void)state;
	near(stats_mean(x, 5), 221.8, 1e-9);
	near(stats_middle(x, 5), 3, 1e-12);
	/* Fewer than five are all kept. */
	near(stats_middle(x, 4), 27.25, 1e-12);
	assert_true(isnan(stats_mean(x, 0)));
}

static void interval(void **state)
{
	/* Logarithms 1 to 5: mean 3, sd 1.5811388; t(0.975, 4) is 2.776445 in any table. */
	double x[5];
	struct interval i;

	(void)state;
	for (int k = 0; k < 5; k++)
		x[k] = exp(k + 1);
	i = stats_interval(x, 5);
	near(log(i.center), 3, 1e-9);
	near(log(i.low), 3 - 2.776445 * sqrt(0.5), 1e-6);
	near(log(i.high), 3 + 2.776445 * sqrt(0.5), 1e-6);

	i = stats_interval(x, 1);
	near(i.center, exp(1), 1e-9);
	assert_true(isnan(i.low));
	x[2] = 0;
	i = stats_interval(x, 5);
	assert_true(isnan(i.low));
	near(i.center, stats_mean(x, 5), 1e-9);
}

static void welch(void **state)
{
	double a[10], b[10];
	struct comparison c;

	(void)state;
	exponentials(sleep_a, 10, a);
	exponentials(sleep_b, 10, b);
	c = stats_compare(a, 10, b, 10, 0, 0);
	near(log(c.ratio.center), 1.58, 1e-9);
	near(log(c.ratio.low), -0.2054832, 1e-6);
	near(log(c.ratio.high), 3.3654832, 1e-6);
	near(c.p_margin, 0.07939, 5e-6);
	/* All 184,756 splits, counted in Python with integers: 15,048 are as extreme. */
	near(stats_permutation(a, 10, b, 10), 15048 / 184756.0, 1e-12);
	assert_false(c.linear);
}

static void permutation(void **state)
{
	const double low[] = {1, 2, 3, 4, 5};
	const double high[] = {6, 7, 8, 9, 10};
	double many_a[30], many_b[30];

	(void)state;
	/* Only the two splits that part them wholly: 2 of 20, 2 of 252. */
	near(stats_permutation(low, 3, high, 3), 0.1, 1e-12);
	near(stats_permutation(low, 5, high, 5), 2 / 252.0, 1e-12);
	near(stats_permutation(low, 5, low, 5), 1, 1e-12);
	near(stats_permutation(low, 1, high, 1), 1, 1e-12);
	/* Too many splits to count: drawn, and never zero, and the same every time. */
	for (int i = 0; i < 30; i++) {
		many_a[i] = i;
		many_b[i] = i + 1000;
	}
	near(stats_permutation(many_a, 30, many_b, 30), 1 / 100001.0, 1e-9);
	near(stats_permutation(many_a, 30, many_a, 30), 1, 1e-12);
}

static void holm(void **state)
{
	/* R: p.adjust(c(0.01, 0.04, 0.03, 0.02, 0.05), "holm") */
	double p[] = {0.01, 0.04, 0.03, NAN, 0.02, 0.05};
	const double adjusted[] = {0.05, 0.09, 0.09, NAN, 0.08, 0.09};

	(void)state;
	stats_holm(p, COUNT(p));
	for (size_t i = 0; i < COUNT(p); i++)
		if (isnan(adjusted[i]))
			assert_true(isnan(p[i]));
		else
			near(p[i], adjusted[i], 1e-12);
}

static enum verdict judge(const double *a, size_t n_a, const double *b, size_t n_b, double quantum)
{
	struct comparison c = stats_compare(a, n_a, b, n_b, 0.02, quantum);

	return stats_verdict(&c, c.p_margin, 0.02);
}

static void verdicts(void **state)
{
	const double a[] = {100, 101, 99};
	const double more[] = {200, 201, 199};
	const double bit_more[] = {101, 102, 100};
	const double noisy[] = {50, 200, 120};
	const double steady[] = {100, 100.1, 99.9};
	const double steady_bit[] = {100.5, 100.6, 100.4};

	(void)state;
	assert_int_equal(judge(a, 3, more, 3, 0), VERDICT_MORE);
	assert_int_equal(judge(more, 3, a, 3, 0), VERDICT_LESS);
	assert_int_equal(judge(a, 3, noisy, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(a, 3, bit_more, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(steady, 3, steady_bit, 3, 0), VERDICT_EQUIVALENT);
	/* One run has no interval, however far apart. */
	assert_int_equal(judge(a, 1, more, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(a, 1, more, 1, 0), VERDICT_INCONCLUSIVE);
	assert_string_equal(verdict_word(VERDICT_MORE, BETTER_MORE), "better");
	assert_string_equal(verdict_word(VERDICT_MORE, BETTER_LESS), "worse");
	assert_string_equal(verdict_word(VERDICT_LESS, BETTER_LESS), "better");
	assert_string_equal(verdict_word(VERDICT_LESS, BETTER_NEITHER), "lower");
	assert_string_equal(verdict_word(VERDICT_INCONCLUSIVE, BETTER_MORE), "inconclusive");
}

static void zeros(void **state)
{
	const double zero[] = {0, 0, 0};
	const double one[] = {1, 1, 1};
	const double many[] = {1000, 1010, 990};
	struct comparison c;

	(void)state;
	assert_int_equal(judge(zero, 3, zero, 3, 1), VERDICT_EQUIVALENT);
	/* Three times one event is what chance may bring; three times a thousand is not. */
	assert_int_equal(judge(zero, 3, one, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(zero, 3, many, 3, 1), VERDICT_MORE);
	assert_int_equal(judge(many, 3, zero, 3, 1), VERDICT_LESS);
	c = stats_compare(zero, 3, many, 3, 0.02, 1);
	assert_true(c.linear);
	assert_true(isnan(c.ratio.center));
	assert_true(isnan(c.ratio.low));
	/* One side was not measured at all. */
	c = stats_compare(zero, 0, many, 3, 0.02, 1);
	assert_true(isnan(c.a));
	near(c.b, 1000, 0.1);
	assert_int_equal(stats_verdict(&c, c.p_margin, 0.02), VERDICT_INCONCLUSIVE);
}

static void pooled(void **state)
{
	double a[10], b[10];
	struct pooling one = {0}, two = {0};
	struct interval single, twice;

	(void)state;
	exponentials(sleep_a, 10, a);
	exponentials(sleep_b, 10, b);
	stats_pool(&one, a, 10, b, 10);
	single = stats_pooled_ratio(&one);
	near(log(single.low), -0.2054832, 1e-6);
	near(log(single.high), 3.3654832, 1e-6);
	/* A second, equal pair: the same center, and an interval narrower by more than sqrt 2. */
	stats_pool(&two, a, 10, b, 10);
	stats_pool(&two, a, 10, b, 10);
	stats_pool(&two, a, 1, b, 1); /* says nothing */
	twice = stats_pooled_ratio(&two);
	near(log(twice.center), 1.58, 1e-9);
	assert_true(log(twice.high / twice.low) < log(single.high / single.low) / sqrt(2));
	assert_true(isnan(stats_pooled_ratio(&(struct pooling){0}).center));
}

/* How often the 95 % interval holds the true ratio, of 10,000 draws. */
static double coverage(size_t n, double sd_a, double sd_b)
{
	const double true_ratio = 1.25;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int held = 0;

	gsl_rng_set(rng, 20250310);
	for (int draw = 0; draw < 10000; draw++) {
		double a[10], b[10];
		struct comparison c;

		for (size_t i = 0; i < n; i++) {
			a[i] = gsl_ran_lognormal(rng, log(40), sd_a);
			b[i] = gsl_ran_lognormal(rng, log(40 * true_ratio), sd_b);
		}
		c = stats_compare(a, n, b, n, 0.02, 0);
		held += c.ratio.low <= true_ratio && true_ratio <= c.ratio.high;
	}
	gsl_rng_free(rng);
	return held / 10000.0;
}

static void intervals_cover(void **state)
{
	static const size_t sizes[] = {3, 5, 10};
	static const double sds[][2] = {{0.05, 0.05}, {0.02, 0.10}};

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		for (size_t j = 0; j < COUNT(sds); j++) {
			double held = coverage(sizes[i], sds[j][0], sds[j][1]);

			print_message("n = %zu, sd %g and %g: %.2f %%\n", sizes[i], sds[j][0],
				      sds[j][1], 100 * held);
			assert_true(held >= 0.93 && held <= 0.97);
		}
	}
}

/* How often a diff of 60 figures of two equal sets claims that anything moved: at most 5 %. */
static void equal_sets_claim_nothing(void **state)
{
	const size_t tests = 60;
	const int diffs = 1000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int claimed = 0;

	(void)state;
	gsl_rng_set(rng, 6);
	for (int diff = 0; diff < diffs; diff++) {
		struct comparison c[60];
		double p[60];
		bool any = false;

		for (size_t i = 0; i < tests; i++) {
			double x[10];

			for (size_t j = 0; j < COUNT(x); j++)
				x[j] = gsl_ran_lognormal(rng, 3, 0.3);
			c[i] = stats_compare(x, 5, x + 5, 5, 0.02, 0);
			p[i] = c[i].p_margin;
		}
		stats_holm(p, tests);
		for (size_t i = 0; i < tests; i++) {
			enum verdict v = stats_verdict(&c[i], p[i], 0.02);

			any |= v == VERDICT_MORE || v == VERDICT_LESS;
		}
		claimed += any;
	}
	gsl_rng_free(rng);
	print_message("%d of %d diffs of equal sets claim something\n", claimed, diffs);
	assert_in_range(claimed, 0, diffs / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means),
		cmocka_unit_test(interval),
		cmocka_unit_test(welch),
		cmocka_unit_test(permutation),
		cmocka_unit_test(holm),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(zeros),
		cmocka_unit_test(pooled),
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(equal_sets_claim_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
