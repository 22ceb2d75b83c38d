// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/unique.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collectors/kit/unique.h"

static bool is_in(const void *data, const char *name)
{
	for (const char *const *given = data; *given; given++)
		if (!strcmp(*given, name))
			return true;
	return false;
}

static void assert_named(const char *const *given, const char *name, size_t size, unsigned int nth,
			 const char *expected)
{
	char text[32];

	snprintf(text, sizeof(text), "%s", name);
	unique_name(text, size, nth, is_in, given);
	assert_string_equal(text, expected);
}

static void names(void **state)
{
	static const char *const given[] = {"C1", "C1#2", "C6", NULL};

	(void)state;
	assert_named(given, "POLL", 20, 1, "POLL");
	assert_named(given, "C6", 20, 1, "C6#2");
	assert_named(given, "C1", 20, 1, "C1#3");
	assert_named(given, "POLL", 20, 3, "POLL#3");
	/* Cut before the '#', and still another. */
	assert_named(given, "C1", 5, 1, "C1#3");
	assert_named(given, "C1", 3, 1, "#2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
