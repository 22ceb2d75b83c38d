// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/turns.c */
/* How turns lie in windows of all lengths, for every number of those who take them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collectors/kit/turns.h"

#define MS    1000000ULL
#define SLICE (20 * MS)
#define LOSS  0.05 /* of a slice */

/* The part of the window that its slices take. */
static double duty(__u64 ns, unsigned int members)
{
	struct turns t = turns_plan(ns, members, members * SLICE, 1, LOSS);

	return t.rounds * t.length * (double)(members * SLICE) / (double)ns;
}

static void three_seconds_are_enough_for_each_to_have_two(void **state)
{
	(void)state;
	for (unsigned int members = 1; members <= 8; members++)
		for (__u64 ns = 3200 * MS; ns < 100000 * MS; ns += 77 * MS)
			assert_true(turns_plan(ns, members, members * SLICE, 1, LOSS).rounds >= 2);
}

static void who_needs_two_has_two_in_any(void **state)
{
	(void)state;
	for (__u64 ns = 1; ns < 10000 * MS; ns += 7 * MS)
		assert_true(turns_plan(ns, 8, 8 * SLICE, 2, LOSS).rounds >= 2);
}

static void everyone_has_one_in_the_shortest(void **state)
{
	(void)state;
	for (unsigned int members = 1; members <= 32; members++)
		for (__u64 ns = 1; ns < 1000 * MS; ns += 7 * MS)
			assert_true(turns_plan(ns, members, members * SLICE, 1, LOSS).rounds >= 1);
}

static void slices_are_never_longer_than_usual(void **state)
{
	(void)state;
	for (__u64 ns = 1; ns < 100000 * MS; ns += 33 * MS) {
		struct turns t = turns_plan(ns, 8, 8 * SLICE, 1, LOSS);

		assert_true(t.length > 0 && t.length <= 1);
	}
}

/* What all take together stays what turns may take. */
static void who_was_dear_rests(void **state)
{
	(void)state;
	assert_int_equal(turns_rest(1 * MS, 10), 0);
	assert_true(turns_rest(23 * MS, 10) >= 15000 * MS && turns_rest(23 * MS, 10) <= 23000 * MS);
	assert_true(turns_rest(23 * MS, 1) < turns_rest(23 * MS, 10));
}

static void a_tenth_of_the_window_is_the_most(void **state)
{
	(void)state;
	for (unsigned int members = 1; members <= 10; members++)
		for (__u64 ns = 1000 * MS; ns < 100000 * MS; ns += 33 * MS)
			assert_true(duty(ns, members) <= 0.1);
}

/* What programs take of the slices, and 1.5 ms for each turn; a round that was begun may be too much. */
static void a_hundredth_of_the_throughput_is_what_they_take(void **state)
{
	(void)state;
	for (unsigned int members = 1; members <= 8; members++)
		for (double loss = 0.05; loss < 0.5; loss += 0.05) {
			__u64 ns = 100000 * MS;
			struct turns t = turns_plan(ns, members, members * SLICE, 1, loss);
			double turn_ns = 1.5 * MS + t.length * loss * SLICE;
			double round_ns = members * turn_ns;

			assert_true(t.rounds * round_ns <= 0.01 * (double)ns + round_ns);
			assert_true(t.rounds * round_ns >= 0.005 * (double)ns);
		}
}

/* The dearer what is seen in a slice, the fewer there are. */
static void dear_slices_are_fewer(void **state)
{
	(void)state;
	assert_true(turns_plan(100000 * MS, 6, 6 * SLICE, 1, 0.3).rounds <
		    turns_plan(100000 * MS, 6, 6 * SLICE, 1, 0.05).rounds);
}

static void a_long_window_has_long_slices_and_many_rounds(void **state)
{
	struct turns t = turns_plan(60000 * MS, 8, 8 * SLICE, 1, LOSS);

	(void)state;
	assert_true(t.length > 0.9);
	assert_true(t.rounds > 20);
}

/* Whatever chance says, the pauses fit into what is free. */
static void pauses_leave_time_for_every_turn(void **state)
{
	static const double random[] = {0, 1, 0.5, 1, 0};

	(void)state;
	for (unsigned int turns = 1; turns < 100; turns++)
		for (int by = 0; by < 5; by++) {
			__s64 left = 1000 * MS;

			for (unsigned int i = turns; i; i--)
				left -= (__s64)turns_pause(left, i,
							   random[(by + (by > 1 ? i : 0)) % 5]);
			assert_true(left >= 0);
		}
	assert_int_equal(turns_pause(-1, 5, 1), 0);
}

static void pauses_are_alike_in_the_mean(void **state)
{
	__s64 left = 1000 * MS;

	(void)state;
	for (unsigned int i = 9; i; i--) {
		__u64 pause = turns_pause(left, i, 0.5);

		assert_in_range(pause, 100 * MS - 1, 100 * MS + 1);
		left -= (__s64)pause;
	}
}

/* Neither the beginning nor any other part of a window is met more often than the rest, and each window has a slice. */
static void the_first_of_ones_own_is_anywhere(void **state)
{
	static const __u64 windows[] = {0, 20 * MS, 300 * MS, 500 * MS, 10000 * MS};
	static const __u64 last[] = {45 * MS, 15 * MS, 295 * MS, 495 * MS, 495 * MS};

	(void)state;
	for (size_t i = 0; i < sizeof(windows) / sizeof(*windows); i++) {
		assert_int_equal(turns_first(windows[i], 5 * MS, 495 * MS, 0), 0);
		assert_int_equal(turns_first(windows[i], 5 * MS, 495 * MS, 1), last[i]);
		assert_int_equal(turns_first(windows[i], 5 * MS, 495 * MS, 0.5), last[i] / 2);
	}
	assert_int_equal(turns_first(1 * MS, 5 * MS, 495 * MS, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_seconds_are_enough_for_each_to_have_two),
		cmocka_unit_test(who_needs_two_has_two_in_any),
		cmocka_unit_test(everyone_has_one_in_the_shortest),
		cmocka_unit_test(slices_are_never_longer_than_usual),
		cmocka_unit_test(who_was_dear_rests),
		cmocka_unit_test(a_tenth_of_the_window_is_the_most),
		cmocka_unit_test(a_hundredth_of_the_throughput_is_what_they_take),
		cmocka_unit_test(dear_slices_are_fewer),
		cmocka_unit_test(a_long_window_has_long_slices_and_many_rounds),
		cmocka_unit_test(pauses_leave_time_for_every_turn),
		cmocka_unit_test(pauses_are_alike_in_the_mean),
		cmocka_unit_test(the_first_of_ones_own_is_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
