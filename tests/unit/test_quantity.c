// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/quantity.h"

#define UNTOUCHED 4711

struct expected {
	const char *text;
	uint64_t value;
};

static void sizes_are_powers_of_1024(void **state)
{
	static const struct expected right[] = {
		{"0", 0},
		{"4096", 4096},
		{"007", 7},
		{"1k", 1024},
		{"256K", 262144},
		{"64M", 67108864},
		{"2G", 2147483648},
		{"1T", 1099511627776},
		{"16777215T", 18446742974197923840U},
		{"18446744073709551615", UINT64_MAX},
	};
	const char *why;
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(quantity_size(right[i].text, &value, &why), 0);
		assert_int_equal(value, right[i].value);
	}
}

static void rates_are_powers_of_1000(void **state)
{
	static const struct expected right[] = {
		{"500M", 500000000}, {"10G", 10000000000}, {"1k", 1000}, {"17", 17}};
	const char *why;
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(quantity_rate(right[i].text, &value, &why), 0);
		assert_int_equal(value, right[i].value);
	}
}

static void wrong_quantities_say_why(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} wrong[] = {
		{"", "expected a number"},
		{"K", "expected a number"},
		{"-1", "expected a number"},
		{"+1", "expected a number"},
		{" 1", "expected a number"},
		{"18446744073709551616", "the number is too large"},
		{"16777216T", "the number is too large"},
		{"1KB", "expected a number with at most one of K, M, G, T behind it"},
		{"1 K", "expected a number with at most one of K, M, G, T behind it"},
		{"1.5M", "expected a number with at most one of K, M, G, T behind it"},
		{"0x10", "expected a number with at most one of K, M, G, T behind it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *why = NULL;
		uint64_t value;

		assert_int_equal(quantity_size(wrong[i].text, &value, &why), -1);
		assert_string_equal(why, wrong[i].why);
	}
}

static void counts_take_no_letter(void **state)
{
	const char *why = NULL;
	uint64_t value = UNTOUCHED;

	(void)state;
	assert_int_equal(quantity_count("1000000", &value, &why), 0);
	assert_int_equal(value, 1000000);
	assert_int_equal(quantity_count("1K", &value, &why), -1);
	assert_string_equal(why, "expected a whole number and nothing behind it");
	assert_int_equal(quantity_count("", &value, &why), -1);
}

static void seconds_are_finite_and_not_negative(void **state)
{
	static const char *const wrong[] = {"",	 "-1", "-0.5", "nan",	   "inf",   "1e999", "10s",
					    " ", " 1", "0x10", "infinity", "1e300", "1.1e9"};
	const char *why;
	double seconds;

	(void)state;
	assert_int_equal(quantity_time("100us", &seconds, &why), 0);
	assert_float_equal(seconds, 1e-4, 1e-12);
	assert_int_equal(quantity_time("0.5ms", &seconds, &why), 0);
	assert_float_equal(seconds, 5e-4, 1e-12);
	assert_int_equal(quantity_time("2s", &seconds, &why), 0);
	assert_float_equal(seconds, 2, 1e-12);
	assert_int_equal(quantity_time("1e-4", &seconds, &why), 0);
	assert_float_equal(seconds, 1e-4, 1e-12);
	assert_int_equal(quantity_time("us", &seconds, &why), -1);
	assert_int_equal(quantity_time("-1us", &seconds, &why), -1);
	assert_int_equal(quantity_time("1 us", &seconds, &why), -1);
	assert_int_equal(quantity_time("1ns", &seconds, &why), -1);
	assert_int_equal(quantity_time("", &seconds, &why), -1);
	assert_int_equal(quantity_seconds("0.5", &seconds, &why), 0);
	assert_true(seconds == 0.5);
	assert_int_equal(quantity_seconds("1e-3", &seconds, &why), 0);
	assert_true(seconds == 1e-3);
	assert_int_equal(quantity_seconds("10", &seconds, &why), 0);
	assert_true(seconds == 10);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why = NULL;
		assert_int_equal(quantity_seconds(wrong[i], &seconds, &why), -1);
		assert_string_equal(why, "expected seconds, such as 10 or 0.5, and at most 1e9");
	}
}

static void cpulists_come_back_as_the_kernel_prints_them(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} right[] = {
		{"0", "0"},	  {"0,2-3", "0,2-3"}, {"0+2-3", "0,2-3"}, {"3,2,1", "1-3"},
		{"1023", "1023"}, {"5-5", "5"},	      {"0-1,1-2", "0-2"}, {"0,1,3", "0-1,3"},
	};
	char text[256];
	const char *why;
	cpu_set_t set;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(cpulist_parse(right[i].in, &set, &why), 0);
		assert_string_equal(cpulist_print(&set, text, sizeof(text)), right[i].out);
	}
}

static void wrong_cpulists_say_why(void **state)
{
	static const char *const wrong[] = {"",	   ",",	  "1,",		  "-1",	    "1-",
					    "3-2", "a",	  "1024",	  "0-1024", "0--1",
					    "0x1", "0 1", "1-99999999999"};
	cpu_set_t set;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *why = NULL;

		assert_int_equal(cpulist_parse(wrong[i], &set, &why), -1);
		assert_string_equal(why, "expected CPU numbers below 1024, such as 0 or 0+2 or 4-7");
	}
}

static void a_short_buffer_gets_whole_ranges_only(void **state)
{
	char text[8] = "xxxxxxx";
	const char *why;
	cpu_set_t set;

	(void)state;
	assert_int_equal(cpulist_parse("0,20-30,50", &set, &why), 0);
	assert_string_equal(cpulist_print(&set, text, sizeof(text)), "0,20-30");
	assert_string_equal(cpulist_print(&set, text, 4), "0");
	assert_string_equal(cpulist_print(&set, text, 1), "");
	CPU_ZERO(&set);
	assert_string_equal(cpulist_print(&set, text, sizeof(text)), "");
}

static void every_list_fits_its_text(void **state)
{
	char text[CPULIST_TEXT_MAX];
	const char *why;

	(void)state;
	for (int step = 1; step < 9; step++)
		for (int run = 1; run <= step; run++) {
			cpu_set_t set;
			cpu_set_t back;

			CPU_ZERO(&set);
			for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
				if (cpu % step < run)
					CPU_SET(cpu, &set);
			cpulist_print(&set, text, sizeof(text));
			assert_int_equal(cpulist_parse(text, &back, &why), 0);
			assert_true(CPU_EQUAL(&set, &back));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(rates_are_powers_of_1000),
		cmocka_unit_test(wrong_quantities_say_why),
		cmocka_unit_test(counts_take_no_letter),
		cmocka_unit_test(seconds_are_finite_and_not_negative),
		cmocka_unit_test(cpulists_come_back_as_the_kernel_prints_them),
		cmocka_unit_test(wrong_cpulists_say_why),
		cmocka_unit_test(a_short_buffer_gets_whole_ranges_only),
		cmocka_unit_test(every_list_fits_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
