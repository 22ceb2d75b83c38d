// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrivals at random: of the distribution that they are said to be of, and found again by time. */
/* needs: datapath/arrivals.c */
/* link: -lm */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "datapath/arrivals.h"

/* Of n gaps of an exponential distribution the mean has a deviation of 1/sqrt(n), the variance of sqrt(8/n). */
static void gaps_are_exponential(void **state)
{
	struct arrivals *a = arrivals_new(42);
	double square = 0, long_ones = 0;

	(void)state;
	assert_non_null(a);
	for (uint64_t i = 0; i < ARRIVALS; i++) {
		double gap = arrivals_at(a, i + 1) - arrivals_at(a, i);

		assert_true(gap >= 0);
		square += (gap - 1) * (gap - 1);
		long_ones += gap > 1;
	}
	assert_true(fabs(arrivals_at(a, ARRIVALS) - ARRIVALS) < 1e-6);
	assert_true(fabs(square / ARRIVALS - 1) < 5 * sqrt(8.0 / ARRIVALS));
	assert_true(fabs(long_ones / ARRIVALS - exp(-1)) < 5 * 0.5 / sqrt(ARRIVALS));
	free(a);
}

/* In a second of 100 mean gaps some 100 are due, with the variance of a Poisson distribution: 100. */
static void counts_are_poisson(void **state)
{
	struct arrivals *a = arrivals_new(7);
	double sum = 0, square = 0;
	const int seconds = 600;

	(void)state;
	for (int i = 0; i < seconds; i++) {
		double count = (double)arrivals_until(a, 11, 100.0 * (i + 1)) -
			       (double)arrivals_until(a, 11, 100.0 * i);

		sum += count;
		square += (count - 100) * (count - 100);
	}
	assert_true(fabs(sum / seconds - 100) < 5 * 10 / sqrt(seconds));
	assert_true(fabs(square / seconds - 100) < 5 * 100 * sqrt(2.0 / seconds));
	free(a);
}

static void those_that_are_due_are_counted(void **state)
{
	struct arrivals *a = arrivals_new(1);

	(void)state;
	for (uint64_t first = 0; first < 3 * (uint64_t)ARRIVALS; first += 7777) {
		assert_int_equal(arrivals_until(a, first, -1), 0);
		assert_int_equal(arrivals_until(a, first, 0), 1);
		for (uint64_t n = 1; n < 300000; n += 12345) {
			double gaps = arrivals_at(a, first + n) - arrivals_at(a, first);

			assert_int_equal(arrivals_until(a, first, gaps + 1e-9), n + 1);
		}
	}
	free(a);
}

static void seeds_differ(void **state)
{
	struct arrivals *a = arrivals_new(1), *b = arrivals_new(2);

	(void)state;
	assert_true(arrivals_at(a, 1) != arrivals_at(b, 1));
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_are_exponential),
		cmocka_unit_test(counts_are_poisson),
		cmocka_unit_test(those_that_are_due_are_counted),
		cmocka_unit_test(seeds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
