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
	int result = option_check(id, text, why, sizeof(why));

	assert_true(!result || *why);
	return result;
}

static const char *printed(enum option_id id, const char *text)
{
	static char buffer[OPTION_TEXT_MAX];
	struct options o = {0};
	char why[160];

	assert_int_equal(options_take(&o, id, text, why, sizeof(why)), 0);
	return options_print(&o, id, buffer, sizeof(buffer));
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
	assert_string_equal(printed(OPTION_rpc, "1024:65537"), "1K:65537");
}

static void holds_the_bounds(void **state)
{
	(void)state;
	assert_int_equal(check(OPTION_rpc, "1:64M"), 0);
	assert_int_equal(check(OPTION_rpc, "0:1"), -1);
	assert_int_equal(check(OPTION_rpc, "1:65M"), -1);
	assert_int_equal(check(OPTION_rpc, "1"), -1);
	assert_int_equal(check(OPTION_rpc, "1:"), -1);
	assert_int_equal(check(OPTION_rpc, ":1"), -1);
	assert_int_equal(check(OPTION_rpc, "1:1:1"), -1);
	assert_int_equal(check(OPTION_rpc, "00000000000000000000000000000000001:1"), -1);
	assert_int_equal(check(OPTION_read, "64M"), 0);
	assert_int_equal(check(OPTION_read, "67108865"), -1);
	assert_int_equal(check(OPTION_read, "0"), -1);
	assert_int_equal(check(OPTION_flows, "1024"), 0);
	assert_int_equal(check(OPTION_flows, "16385"), -1);
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
	struct options o;
	char why[160];

	(void)state;
	options_preset(&o);
	assert_int_equal(options_take(&o, OPTION_mss, "", why, sizeof(why)), 0);
	assert_false(o.set[OPTION_mss]);
	assert_int_equal(options_take(&o, OPTION_busy_poll, "0", why, sizeof(why)), 0);
	assert_true(o.set[OPTION_busy_poll]);
}

static void a_field_has_its_own_type(void **state)
{
	struct options o;
	char why[160];

	(void)state;
	options_preset(&o);
	assert_int_equal(o.read, 256 << 10);
	assert_true(o.seconds == 10);
	assert_string_equal(o.path, "copy");
	assert_int_equal(o.memory, MEMORY_NONE);
	assert_int_equal(CPU_COUNT(&o.cpu.cpus), 0);
	assert_int_equal(options_take(&o, OPTION_memory, "cuda", why, sizeof(why)), 0);
	assert_int_equal(o.memory, MEMORY_cuda);
	assert_int_equal(options_take(&o, OPTION_cpu, "1,3", why, sizeof(why)), 0);
	assert_true(CPU_COUNT(&o.cpu.cpus) == 2 && CPU_ISSET(3, &o.cpu.cpus));
	assert_ptr_equal(options_number(&o, OPTION_read), &o.read);
	/* Neither the old value nor half of the new one stays of a text that was refused. */
	assert_int_equal(options_take(&o, OPTION_cpu, "1,x", why, sizeof(why)), -1);
	assert_true(!CPU_COUNT(&o.cpu.cpus) && !o.set[OPTION_cpu]);
	assert_int_equal(options_take(&o, OPTION_read, "65M", why, sizeof(why)), -1);
	assert_true(!o.read && !o.set[OPTION_read]);
}

static void a_place_may_be_by_queue(void **state)
{
	static const char *const taken[] = {"rxq", "rxq+1", "rxq-2", "rxq-far", "0,2-3"};
	static const char *const refused[] = {"rx",	  "rxq1",  "rxq+",  "rxq+-1",
					      "rxq+1024", "rxq,1", "1,rxq", "rxq-fa"};
	char why[160], text[OPTION_TEXT_MAX];
	struct options o;

	(void)state;
	options_preset(&o);
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		assert_int_equal(options_take(&o, OPTION_cpu, taken[i], why, sizeof(why)), 0);
		assert_int_equal(o.cpu.by_queue, i < 4);
		assert_string_equal(options_print(&o, OPTION_cpu, text, sizeof(text)), taken[i]);
	}
	assert_int_equal(options_take(&o, OPTION_cpu, "rxq-2", why, sizeof(why)), 0);
	assert_int_equal(o.cpu.offset, -2);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		assert_int_equal(options_take(&o, OPTION_cpu, refused[i], why, sizeof(why)), -1);
		assert_true(!o.cpu.by_queue && !o.cpu.offset && !o.set[OPTION_cpu]);
	}
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
		cmocka_unit_test(a_field_has_its_own_type),
		cmocka_unit_test(a_place_may_be_by_queue),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
