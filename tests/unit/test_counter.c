// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/power/counter.c */
/* Counters of energy that begin anew, or are set back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "collectors/power/counter.h"

#define RANGE 65532610987 /* of RAPL, in uJ */

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-3 * (b))

/* As it is read in a window of so many seconds, at so many watts. */
static double over(uint64_t range, double watts, double seconds, double every_s)
{
	struct counter c = {.unit = 1e-6, .range = range};

	for (double at = 0; at < seconds + every_s / 2; at += every_s)
		counter_take(&c, (uint64_t)fmod(65000000000. + watts * 1e6 * at, range), at);
	return counter_joules(&c);
}

static void however_often_it_begins_anew_it_is_known(void **state)
{
	struct counter c = {.unit = 1e-6, .range = RANGE};
	double every_s = counter_every_s(&c);

	(void)state;
	assert_near(over(RANGE, 400, 1000 * every_s, every_s), 400 * 1000 * every_s);
	assert_near(over(RANGE, 60000, 10 * every_s, every_s), 60000 * 10 * every_s);
	c.range = 262143328850;
	assert_true(counter_every_s(&c) > every_s && counter_every_s(&c) <= 5);
	c.endless = true;
	assert_true(counter_every_s(&c) == 0);
}

static void one_that_was_not_read_for_long_says_nothing(void **state)
{
	(void)state;
	assert_true(isnan(over(RANGE, 400, 400, 200)));
}

static void one_that_is_set_back_says_nothing(void **state)
{
	struct counter c = {.unit = 1e-6, .range = RANGE};

	(void)state;
	counter_take(&c, 30000000000, 0);
	counter_take(&c, 30100000000, 0.3);
	assert_near(counter_joules(&c), 100);
	counter_take(&c, 5, 0.6);
	assert_true(isnan(counter_joules(&c)) && c.doubt);
	/* What was before the window does no harm to it. */
	counter_restart(&c);
	counter_take(&c, 5, 0.6);
	counter_take(&c, 10000005, 0.7);
	assert_near(counter_joules(&c), 10);
}

static void one_whose_range_is_not_known_may_only_grow(void **state)
{
	struct counter c = {.unit = 1e-6};

	(void)state;
	assert_true(counter_every_s(&c) > 0);
	counter_take(&c, 1000000, 0);
	counter_take(&c, 3000000, 1);
	assert_near(counter_joules(&c), 2);
	counter_take(&c, 2999999, 2);
	counter_take(&c, 4000000, 3);
	assert_true(isnan(counter_joules(&c)));
	/* Beyond its own range: no such counter. */
	c = (struct counter){.unit = 1e-6, .range = 10};
	counter_take(&c, 100, 0);
	counter_take(&c, 3, 1);
	assert_true(isnan(counter_joules(&c)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(however_often_it_begins_anew_it_is_known),
		cmocka_unit_test(one_that_was_not_read_for_long_says_nothing),
		cmocka_unit_test(one_that_is_set_back_says_nothing),
		cmocka_unit_test(one_whose_range_is_not_known_may_only_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
