// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S 1000000000ULL

static const struct wish first = {SI_USER, 100, 10 * S};

static void test_said_twice(void **state)
{
	const struct wish again = {SI_USER, 100, 11 * S};

	(void)state;
	assert_true(wish_same(&first, &again));
}

static void test_another_wish(void **state)
{
	const struct wish later = {SI_USER, 100, 12 * S};
	const struct wish of_another = {SI_USER, 101, 10 * S};
	const struct wish by_the_terminal = {SI_KERNEL, 0, 10 * S};

	(void)state;
	assert_false(wish_same(&first, &later));
	assert_false(wish_same(&first, &of_another));
	assert_false(wish_same(&first, &by_the_terminal));
	assert_false(wish_same(&by_the_terminal, &by_the_terminal));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_twice),
		cmocka_unit_test(test_another_wish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
