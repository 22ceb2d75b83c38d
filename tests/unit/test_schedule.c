// SPDX-License-Identifier: GPL-2.0-or-later
/* A rate of many flows: what is due, by each alone and by all together. */
/* needs: datapath/schedule.c datapath/arrivals.c */
/* link: -lm */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "datapath/schedule.h"

#define BEGUN 1000000007ULL
#define FLOWS 1000

/* The kth of all is due k / rate seconds after the beginning, so that much is due by then, to the one. */
static void flows_keep_the_rate_together(void **state)
{
	static const uint64_t after_ns[] = {0, 1, 999999999, 1000000000, 123456789012};
	const uint64_t begun = BEGUN;

	(void)state;
	for (unsigned int i = 0; i < sizeof(after_ns) / sizeof(*after_ns); i++) {
		uint64_t due = 0;

		for (unsigned int flow = 0; flow < FLOWS; flow++) {
			struct schedule s;

			schedule_init(&s, 7777, flow, FLOWS, NULL, &begun);
			due += schedule_until(&s, BEGUN + after_ns[i]);
		}
		assert_true(llabs((long long)due - (long long)(7777e-9 * after_ns[i]) - 1) <= 1);
	}
}

/* Of each the number that is due until a moment is the number of moments that have gone by. */
static void counts_and_moments_agree(void **state)
{
	struct arrivals *a = arrivals_new(3);
	const uint64_t begun = BEGUN;

	(void)state;
	assert_non_null(a);
	for (int random = 0; random < 2; random++) {
		struct schedule s;

		schedule_init(&s, 1000, 3, 7, random ? a : NULL, &begun);
		assert_true(schedule_is(&s));
		for (uint64_t nth = 0; nth < 200000; nth += 997) {
			uint64_t due_ns = schedule_due_ns(&s, nth);

			assert_true(due_ns >= begun);
			/* A nanosecond to either side is lost where a time becomes a whole number. */
			assert_true(schedule_until(&s, due_ns + 2) >= nth + 1);
			assert_true(schedule_until(&s, due_ns - 2) <= nth);
		}
		assert_true(fabs(schedule_due_ns(&s, 70000) - BEGUN - 70000 * 7e6) < 7e9);
	}
	free(a);
}

/* Nothing is due of flows that do not run yet, and without a rate there is no schedule. */
static void nothing_is_due_before_the_beginning(void **state)
{
	const uint64_t never = 0, begun = BEGUN;
	struct schedule s = {0};

	(void)state;
	assert_false(schedule_is(&s));
	schedule_init(&s, 1000, 0, 1, NULL, &never);
	assert_true(schedule_until(&s, UINT64_MAX / 2) == 0);
	schedule_init(&s, 1000, 1, 2, NULL, &begun);
	assert_true(schedule_until(&s, BEGUN) == 0);
	assert_true(schedule_until(&s, BEGUN + 1000000) == 1);
	assert_true(schedule_until(&s, BEGUN - 1) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_keep_the_rate_together),
		cmocka_unit_test(counts_and_moments_agree),
		cmocka_unit_test(nothing_is_due_before_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
