// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/contrast.c analyze/figures/stats.c */
/* libs: gsl */
/* Comparisons of known runs, against published values and by what has to be said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "analyze/figures/contrast.h"

#define MARGIN 0.02

static void near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.10g is not %.10g", value, expected);
}

static struct comparison by(enum layout layout, const double *a, size_t n_a, const double *b,
			    size_t n_b, double margin, double quantum)
{
	const struct contrast_how how = {layout, margin, 0};

	return contrast((struct side){a, n_a, {quantum, 0}}, (struct side){b, n_b, {quantum, 0}},
			&how);
}

static struct comparison of(const double *a, size_t n_a, const double *b, size_t n_b, double margin,
			    double quantum)
{
	return by(LAYOUT_MIXED, a, n_a, b, n_b, margin, quantum);
}

/*
 * "Student" (Biometrika 6, 1908): hours of sleep gained by two drugs; R's data set `sleep`. R 4
 * says of t.test(extra ~ group, data = sleep): df 17.776, p 0.07939, 95 % interval of the
 * difference -3.3654832 .. 0.2054832; of the same paired, by patient: df 9, p 0.002833, 95 %
 * interval 0.7001142 .. 2.4598858. Here they are logarithms.
 */
static void sleep_of_student(void **state)
{
	static const double hours[2][10] = {{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
					    {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}};
	double a[10], b[10];
	struct comparison c;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		a[i] = exp(hours[0][i]);
		b[i] = exp(hours[1][i]);
	}
	c = of(a, 10, b, 10, 0, 0);
	near(log(c.ratio.center), 1.58, 1e-9);
	near(log(c.ratio.low), -0.2054832, 1e-6);
	near(log(c.ratio.high), 3.3654832, 1e-6);
	near(c.p_margin, 0.07939, 5e-6);
	near(c.freedom, 17.776, 5e-4);
	assert_false(c.linear);
	c = by(LAYOUT_ROUNDS, a, 10, b, 10, 0, 0);
	near(log(c.ratio.center), 1.58, 1e-9);
	near(log(c.ratio.low), 0.7001142, 1e-6);
	near(log(c.ratio.high), 2.4598858, 1e-6);
	near(c.p_margin, 0.002833, 5e-7);
	/* One after the other it is wider, by drift of at least the variance of a set. */
	c = by(LAYOUT_APART, a, 10, b, 10, 0, 0);
	assert_true(c.drift > 0);
	assert_true(log(c.ratio.low) < -0.2054832 && log(c.ratio.high) > 3.3654832);
}

static enum verdict judge(const double *a, size_t n_a, const double *b, size_t n_b, double quantum)
{
	struct comparison c = of(a, n_a, b, n_b, 0.02, quantum);

	return contrast_verdict(&c, c.p_margin, 0.02);
}

/* However alike the runs are: each is an estimate that may be off by 30 %. */
static void slices_are_estimates(void **state)
{
	const struct contrast_how how = {LAYOUT_MIXED, MARGIN, 0};
	const double a[] = {100, 101, 99}, b[] = {140, 141, 139}, none[] = {0, 0, 0};
	const struct grain off = {1, 0.09}, whole = {0, 0};
	struct comparison c = contrast((struct side){a, 3, off}, (struct side){b, 3, off}, &how);

	(void)state;
	near(c.error, sqrt(2 * 0.09 / 3), 1e-9);
	assert_true(c.ratio.low < 1 && c.ratio.high > 2);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
	c = contrast((struct side){a, 3, whole}, (struct side){b, 3, whole}, &how);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_MORE);
	/* Where one set has zeros, differences are compared. */
	c = contrast((struct side){none, 3, off}, (struct side){b, 3, {1, 1}}, &how);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
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
	c = of(zero, 3, many, 3, 0.02, 1);
	assert_true(c.linear);
	assert_true(isnan(c.ratio.center));
	assert_true(isnan(c.ratio.low));
	/* One side was not measured at all. */
	c = of(zero, 0, many, 3, 0.02, 1);
	assert_true(isnan(c.a));
	near(c.b, 1000, 0.1);
	assert_int_equal(contrast_verdict(&c, c.p_margin, 0.02), VERDICT_INCONCLUSIVE);
}

/* Counts of a few events: those of B are binomial, given all of them. */
static void small_counts(void **state)
{
	const double one[] = {1, 1, 1}, two[] = {2, 2, 2}, ten[] = {10, 10, 10},
		     forty[] = {40, 40, 40};
	const double a[] = {100, 0, 0, 0, 0}, b[] = {0, 0, 0, 0, 0};

	(void)state;
	assert_int_equal(judge(one, 3, two, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(two, 3, one, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(ten, 3, forty, 3, 1), VERDICT_MORE);
	/* As rates: the same counts, of one gigabyte and of ten. */
	assert_int_equal(judge((const double[]){0.1, 0.1, 0.1}, 3, (const double[]){0.2, 0.2, 0.2},
			       3, 0.1),
			 VERDICT_INCONCLUSIVE);
	/* A burst in one run of five is no finding, however many it brought. */
	assert_int_equal(judge(a, 5, b, 5, 1), VERDICT_INCONCLUSIVE);
	/* By rounds and one after the other as well. */
	for (enum layout l = LAYOUT_MIXED; l <= LAYOUT_APART; l++) {
		struct comparison c = by(l, one, 3, two, 3, MARGIN, 1);

		assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
		assert_true(c.ratio.low < 0.6 && c.ratio.high > 6);
	}
}

static void findable(void **state)
{
	const double a[] = {40, 41, 39, 40.5, 39.5}, b[] = {40.8, 41.5, 40, 41.2, 40.1};
	struct comparison c = of(a, 5, b, 5, MARGIN, 0);
	double ratio = contrast_findable(&c, MARGIN);

	(void)state;
	assert_true(ratio > 1.04 && ratio < 1.09);
	assert_true(contrast_needed(&c, ratio, MARGIN) == 5);
	assert_true(contrast_needed(&c, 1.03, MARGIN) > 20);
	assert_int_equal(contrast_needed(&c, 1.01, MARGIN), CONTRAST_NEEDED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_of_student), cmocka_unit_test(slices_are_estimates),
		cmocka_unit_test(verdicts),	    cmocka_unit_test(zeros),
		cmocka_unit_test(small_counts),	    cmocka_unit_test(findable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
