// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/* Intervals of what was sampled, against samples that were drawn: how often the truth lies in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/figures/sampling.h"

#define DRAWS 20000

/* Of a share of n samples, in how many of the draws the true one lies in the interval. */
static double covered(gsl_rng *random, double truth, unsigned int n)
{
	unsigned int in = 0;

	for (int i = 0; i < DRAWS; i++) {
		double share = gsl_ran_binomial(random, truth, n) / (double)n;
		double margin = sampling_margin(sampling_share_error(share, n), INFINITY);

		in += fabs(share - truth) <= margin;
	}
	return in / (double)DRAWS;
}

/* Ten samples are the fewest that a share is taken from; of shares that are next to nothing most draws have none. */
static void a_share_lies_in_its_interval_as_often_as_is_said(void **state)
{
	static const double truths[] = {0.002, 0.01, 0.03, 0.1, 0.25, 0.5, 0.7, 0.95, 0.995};
	static const unsigned int samples[] = {10, 20, 50, 150, 1000};
	gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < sizeof(truths) / sizeof(*truths); i++)
		for (size_t j = 0; j < sizeof(samples) / sizeof(*samples); j++) {
			double in = covered(random, truths[i], samples[j]);

			print_message("%g of %u: %.3f\n", truths[i], samples[j], in);
			assert_true(in >= 0.93);
		}
	gsl_rng_free(random);
}

/* An interval that is always too wide would do that as well. */
static void and_is_no_wider_than_it_has_to_be(void **state)
{
	(void)state;
	for (unsigned int n = 20; n <= 2000; n *= 10) {
		double wide = sampling_share_error(0.4, n);

		assert_true(wide <= 1.1 * sqrt(0.4 * 0.6 / n));
		/* Of none: the rule of three, and not twice that. */
		wide = sampling_margin(sampling_share_error(0, n), INFINITY);
		assert_true(wide >= 3.0 / (n + 4) && wide <= 6.0 / n);
	}
	assert_true(isnan(sampling_share_error(0.5, 0)));
}

static void an_interval_is_widened_and_never_made_smaller(void **state)
{
	struct interval none = {NAN, NAN, NAN}, wide = {10, 5, 20};

	(void)state;
	sampling_widen(&none, 10, 0);
	assert_true(isnan(none.low));
	sampling_widen(&none, 10, 12);
	assert_true(none.low == 0 && none.high == 22);
	sampling_widen(&wide, 10, 6);
	assert_true(wide.low == 4 && wide.high == 20);
	sampling_widen(&wide, NAN, 6);
	assert_true(wide.low == 4 && wide.high == 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_lies_in_its_interval_as_often_as_is_said),
		cmocka_unit_test(and_is_no_wider_than_it_has_to_be),
		cmocka_unit_test(an_interval_is_widened_and_never_made_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
