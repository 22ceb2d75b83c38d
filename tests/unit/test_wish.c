// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S 1000000000ULL

/* timeout(1) and who passes a signal on, and a hand that presses Ctrl-C twice. */
static void test_said_twice(void **state)
{
	(void)state;
	assert_true(wish_same(10 * S, 10 * S));
	assert_true(wish_same(10 * S, 11 * S));
}

static void test_another_wish(void **state)
{
	(void)state;
	assert_false(wish_same(10 * S, 12 * S));
	assert_false(wish_same(10 * S, 3600 * S));
}

static void test_nohup(void **state)
{
	(void)state;
	signal(SIGHUP, SIG_IGN);
	assert_true(wish_without_terminal());
	signal(SIGHUP, SIG_DFL);
	assert_false(wish_without_terminal());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_twice),
		cmocka_unit_test(test_another_wish),
		cmocka_unit_test(test_nohup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
