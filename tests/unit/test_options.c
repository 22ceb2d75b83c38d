// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "record/options.h"

static int check(enum option_id id, const char *text)
{
	char why[160] = "";
	int result = option_check(option_info(id), text, why, sizeof(why));

	assert_true(!result || *why);
	return result;
}

static const char *printed(enum option_id id, const char *text)
{
	static char buffer[OPTION_TEXT_MAX];
	struct option_value value;
	char why[160];

	assert_int_equal(option_parse(option_info(id), text, &value, why, sizeof(why)), 0);
	return option_print(option_info(id), &value, buffer, sizeof(buffer));
}

static void every_default_is_taken_and_printed_as_it_stands(void **state)
{
	(void)state;
	for (int id = 0; id < OPTIONS; id++)
		assert_string_equal(printed(id, option_info(id)->preset), option_info(id)->preset);
}

static void finds_names_with_either_mark(void **state)
{
	char typed[OPTION_SPELL_MAX];

	(void)state;
	for (int id = 0; id < OPTIONS; id++) {
		assert_int_equal(option_find(option_spell(id, typed)), id);
		assert_null(strchr(typed, '_'));
	}
	assert_int_equal(option_find("no_iowait"), OPTION_no_iowait);
	assert_int_equal(option_find("no-iowait"), OPTION_no_iowait);
	assert_int_equal(option_find("no"), OPTION_NONE);
	assert_int_equal(option_find("no_iowait_"), OPTION_NONE);
	assert_int_equal(option_find(""), OPTION_NONE);
}

static void prints_what_it_would_take(void **state)
{
	(void)state;
	assert_string_equal(printed(OPTION_read, "262144"), "256K");
	assert_string_equal(printed(OPTION_read, "1025"), "1025");
	assert_string_equal(printed(OPTION_bytes, "0"), "0");
	assert_string_equal(printed(OPTION_bytes, "1024M"), "1G");
	assert_string_equal(printed(OPTION_pacing, "2500M"), "2500M");
	assert_string_equal(printed(OPTION_pacing, "1000000000"), "1G");
	assert_string_equal(printed(OPTION_seconds, "0.5"), "0.5");
	assert_string_equal(printed(OPTION_cpu, "0+2+3"), "0,2-3");
	assert_string_equal(printed(OPTION_cc, "bbr"), "bbr");
	assert_string_equal(printed(OPTION_verify, "yes"), "yes");
}

static void holds_the_bounds(void **state)
{
	(void)state;
	assert_int_equal(check(OPTION_read, "64M"), 0);
	assert_int_equal(check(OPTION_read, "67108865"), -1);
	assert_int_equal(check(OPTION_read, "0"), -1);
	assert_int_equal(check(OPTION_flows, "1024"), 0);
	assert_int_equal(check(OPTION_flows, "1025"), -1);
	assert_int_equal(check(OPTION_flows, "0"), -1);
	assert_int_equal(check(OPTION_seconds, "86400"), 0);
	assert_int_equal(check(OPTION_seconds, "86400.1"), -1);
	assert_int_equal(check(OPTION_mss, "87"), -1);
	assert_int_equal(check(OPTION_mss, "88"), 0);
}

static void refuses_what_is_no_value(void **state)
{
	(void)state;
	assert_int_equal(check(OPTION_read, ""), -1);
	assert_int_equal(check(OPTION_read, "-1"), -1);
	assert_int_equal(check(OPTION_read, "1KB"), -1);
	assert_int_equal(check(OPTION_flows, "1K"), -1);
	assert_int_equal(check(OPTION_verify, "maybe"), -1);
	assert_int_equal(check(OPTION_cpu, "0-"), -1);
	assert_int_equal(check(OPTION_cc, "a b"), -1);
	assert_int_equal(check(OPTION_cc, "abcdefghijklmnopqrstuvwxyzabcdefg"), -1);
	assert_int_equal(check(OPTION_seconds, "nan"), -1);
	/* Empty is a value only where nothing set is the default. */
	assert_int_equal(check(OPTION_cc, ""), 0);
	assert_int_equal(check(OPTION_path, ""), -1);
}

static void unset_is_not_zero(void **state)
{
	struct option_value value;
	char why[160];

	(void)state;
	assert_int_equal(option_parse(option_info(OPTION_mss), "", &value, why, sizeof(why)), 0);
	assert_false(value.set);
	assert_int_equal(option_parse(option_info(OPTION_busy_poll), "0", &value, why, sizeof(why)),
			 0);
	assert_true(value.set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_is_taken_and_printed_as_it_stands),
		cmocka_unit_test(finds_names_with_either_mark),
		cmocka_unit_test(prints_what_it_would_take),
		cmocka_unit_test(holds_the_bounds),
		cmocka_unit_test(refuses_what_is_no_value),
		cmocka_unit_test(unset_is_not_zero),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
