// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/stats.c */
/* libs: gsl */
/* The statistics against published and independently computed values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

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

static void student(void **state)
{
	double a[10], b[10];

	(void)state;
	exponentials(sleep_a, 10, a);
	exponentials(sleep_b, 10, b);
	/* All 184,756 splits, counted in Python with integers: 15,048 are as extreme. */
	near(stats_permutation(a, 10, b, 10), 15048 / 184756.0, 1e-12);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means),   cmocka_unit_test(interval),
		cmocka_unit_test(student), cmocka_unit_test(permutation),
		cmocka_unit_test(holm),	   cmocka_unit_test(pooled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
