// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S 1000000000ULL

static const struct wish by_a_process = {SI_USER, 10 * S};
static const struct wish by_the_terminal = {SI_KERNEL, 10 * S};

static void test_said_twice(void **state)
{
	const struct wish again = {SI_USER, 11 * S};

	(void)state;
	assert_true(wish_same(&by_a_process, &again));
	assert_true(wish_same(&by_the_terminal, &again));
}

static void test_another_wish(void **state)
{
	const struct wish later = {SI_USER, 12 * S};
	const struct wish at_once = {SI_KERNEL, 10 * S};

	(void)state;
	assert_false(wish_same(&by_a_process, &later));
	assert_false(wish_same(&by_a_process, &at_once));
	assert_false(wish_same(&by_the_terminal, &at_once));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_twice),
		cmocka_unit_test(test_another_wish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
