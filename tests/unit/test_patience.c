// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/say.h"

static char said[500];

static void take(void *data, const char *line)
{
	(void)data;
	strncat(said, line, sizeof(said) - strlen(said) - 1);
}

static void test_grows_with_the_flows(void **state)
{
	(void)state;
	unsetenv("ZCPROF_PATIENCE");
	assert_int_equal(patience_s(1), 8);
	assert_int_equal(patience_reply_s(0), 5);
	assert_int_equal(patience_s(10000), 48);
	assert_int_equal(patience_reply_s(10000), 45);
}

static void test_as_often_as_the_environment_says(void **state)
{
	(void)state;
	setenv("ZCPROF_PATIENCE", "6", 1);
	assert_int_equal(patience_s(1), 48);
	assert_int_equal(patience_reply_s(500), 42);
}

static void test_what_is_no_number_is_said_once(void **state)
{
	static const char *const wrong[] = {"6x", "0", "-1", "1001", "99999999999999999999"};

	(void)state;
	say_instead(take, NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setenv("ZCPROF_PATIENCE", wrong[i], 1);
		assert_int_equal(patience_s(1), 8);
	}
	say_instead(NULL, NULL);
	assert_non_null(strstr(said, "is '6x', where a number from 1 to 1000 is expected"));
	assert_null(strstr(said, "1001"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_with_the_flows),
		cmocka_unit_test(test_as_often_as_the_environment_says),
		cmocka_unit_test(test_what_is_no_number_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
