// SPDX-License-Identifier: GPL-2.0-or-later
/* Who moves bytes is below who leads. Real priorities are not taken here: a fault would take the machine. */
/* needs: datapath/priority.c */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "datapath/priority.h"

static void check(int policy, int priority, int below_policy, int below)
{
	int p = policy, n = priority;

	assert_int_equal(priority_below(&p, &n), policy != below_policy || priority != below);
	assert_int_equal(p, below_policy);
	assert_int_equal(n, below);
}

static void who_may_never_wait_is_one_step_below(void **state)
{
	(void)state;
	check(SCHED_FIFO, 10, SCHED_FIFO, 9);
	check(SCHED_RR, 99, SCHED_RR, 98);
	check(SCHED_FIFO, 1, SCHED_RR, 1);
	check(SCHED_RR, 1, SCHED_RR, 1);
}

static void what_is_fair_stays(void **state)
{
	(void)state;
	check(SCHED_OTHER, 0, SCHED_OTHER, 0);
	check(SCHED_BATCH, 0, SCHED_BATCH, 0);
	check(SCHED_IDLE, 0, SCHED_IDLE, 0);
	assert_int_equal(priority_yield(false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_never_wait_is_one_step_below),
		cmocka_unit_test(what_is_fair_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
