// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/* What is said of a ratio here beside one that was published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyze/figures/published.h"

static void test_says(void **state)
{
	static const struct {
		double is;
		size_t count;
		double low, high;
		const char *says, *published_over, *over;
	} cases[] = {
		{1.5, 3, 1.2, 1.4, "the same way", "", ""},
		{1.5, 3, 0.7, 0.9, "the other way", "", ""},
		{1.5, 3, 0.7, 1.9, "not told apart", "", ""},
		{1, 3, 0.98, 1.02, "as published", "", ""},
		{1, 3, 0.5, 1.5, "not told apart", "", ""},
		{1.5, 1, NAN, NAN, "one run says nothing", "", ""},
		/* One of several had none of it. */
		{1.5, 3, NAN, NAN, "not told apart", "", ""},
		{1.5, 3, 1.2, 1.4, "the same way", "nic", "nic"},
		{1.5, 3, 1.2, 1.4, "the same way", "", "dummy"},
		{1.5, 3, 1.2, 1.4, "", "nic", "dummy"},
		{1.5, 3, 1.2, 1.4, "", "dummy", "nic"},
		{1.5, 3, 1.2, 1.4, "", "nic", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct published p = {.is = cases[i].is, .per = {.where_count = 1}};
		struct here here = {.count = 1,
				    .estimate = {.middle = 1.3,
						 .count = cases[i].count,
						 .interval = {1.3, cases[i].low, cases[i].high}}};

		snprintf(p.over, sizeof(p.over), "%s", cases[i].published_over);
		snprintf(here.over, sizeof(here.over), "%s", cases[i].over);
		assert_string_equal(published_says(&p, &here), cases[i].says);
		assert_int_equal(published_elsewhere(&p, &here), !*cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
