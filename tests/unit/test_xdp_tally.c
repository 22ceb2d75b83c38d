// SPDX-License-Identifier: GPL-2.0-or-later
/* What an XDP program counts, as it is read while it counts. */
/* needs: datapath/xdp_tally.c */
#include <linux/types.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "datapath/xdp_tally.h"

static struct xdp_sum sum_of(const struct xdp_tally *tallies, size_t count)
{
	struct xdp_sum sum = {0};

	for (size_t i = 0; i < count; i++)
		xdp_tally_add(&tallies[i], &sum);
	return sum;
}

/* Numbers 0 to 999 of which 10 were lost, the first 600 at one CPU. */
static void test_a_flow_that_moved_misses_what_was_lost(void **state)
{
	const struct xdp_tally tallies[] = {
		{.datagrams = 594, .next = 600},
		{.datagrams = 396, .next = 1000},
	};
	struct xdp_sum sum = sum_of(tallies, 2);

	(void)state;
	assert_int_equal(sum.datagrams, 990);
	assert_int_equal(xdp_tally_missed(&sum), 10);
}

static void test_what_came_late_had_been_missing(void **state)
{
	const struct xdp_tally tally = {.datagrams = 100, .next = 100, .late = 3};
	struct xdp_sum sum = sum_of(&tally, 1);

	(void)state;
	assert_int_equal(xdp_tally_missed(&sum), 3);
}

/* After a jump numbers are said far above those that are counted by, at one CPU and not yet at the other. */
static void test_a_jump_is_no_loss(void **state)
{
	const struct xdp_tally tallies[] = {
		{.datagrams = 50, .next = (1ULL << 61) + 50, .offset = 1ULL << 61, .edits = 2},
		{.datagrams = 40, .next = 40},
	};
	struct xdp_sum sum = sum_of(tallies, 2);

	(void)state;
	assert_int_equal(sum.next, 50);
	assert_int_equal(xdp_tally_missed(&sum), 0);
}

static void test_a_number_that_is_being_changed_is_not_taken(void **state)
{
	const struct xdp_tally tally = {.datagrams = 50, .next = (1ULL << 61) + 50, .edits = 3};
	struct xdp_sum sum = sum_of(&tally, 1);

	(void)state;
	assert_int_equal(sum.next, 0);
	assert_int_equal(xdp_tally_missed(&sum), 0);
	assert_int_equal(sum.datagrams, 50);
}

static void test_a_queue_has_what_did_not_come_by_another(void **state)
{
	const struct xdp_tally tallies[] = {
		{.datagrams = 70, .queue = 3, .elsewhere = 20},
		{.datagrams = 5, .queue = 3 + XDP_QUEUES_MOST},
		{.datagrams = 0},
	};
	uint64_t by_queue[XDP_QUEUES_MOST] = {0};

	(void)state;
	for (int i = 0; i < 3; i++)
		xdp_tally_queue(&tallies[i], by_queue);
	assert_int_equal(by_queue[3], 55);
	assert_int_equal(by_queue[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flow_that_moved_misses_what_was_lost),
		cmocka_unit_test(test_what_came_late_had_been_missing),
		cmocka_unit_test(test_a_jump_is_no_loss),
		cmocka_unit_test(test_a_number_that_is_being_changed_is_not_taken),
		cmocka_unit_test(test_a_queue_has_what_did_not_come_by_another),
	};

	return cmocka_run_group_tests_name("xdp_tally", tests, NULL, NULL);
}
