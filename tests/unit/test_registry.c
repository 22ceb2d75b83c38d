// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/histogram.h"
#include "record/number.h"
#include "record/record.h"
#include "record/scan.h"

static void assert_name(const char *name)
{
	assert_in_range(strlen(name), 1, 32);
	assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
}

static void every_metric_is_found_by_its_names_alone(void **state)
{
	(void)state;
	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *m = metric_info(id);
		size_t source = strlen(m->source);
		size_t name = strlen(m->name);
		char longer[80];

		assert_int_equal(metric_find(m->source, source, m->name, name), id);
		assert_int_equal(metric_find(m->source, source, m->name, 0), METRIC_NONE);
		assert_int_equal(metric_find(m->source, 0, m->name, name), METRIC_NONE);
		snprintf(longer, sizeof(longer), "%sx", m->name);
		assert_int_equal(metric_find(m->source, source, longer, name), id);
		assert_int_equal(metric_find(m->source, source, longer, name + 1), METRIC_NONE);
	}
	assert_int_equal(metric_find("path", 4, "nothing", 7), METRIC_NONE);
	assert_int_equal(metric_find("", 0, "", 0), METRIC_NONE);
}

static void names_and_meanings_are_well_formed(void **state)
{
	(void)state;
	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *m = metric_info(id);
		size_t len = strlen(m->meaning);

		assert_name(m->source);
		assert_name(m->name);
		assert_in_range(len, 10, 200);
		assert_true(m->meaning[len - 1] != '.');
		assert_null(strpbrk(m->meaning, "\n\t|"));
		assert_null(strpbrk(m->unit, ",\"\n |"));
	}
}

static void facts_have_no_unit_and_no_direction_and_figures_have_a_unit(void **state)
{
	(void)state;
	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *m = metric_info(id);

		if (m->kind == KIND_FACT) {
			assert_string_equal(m->unit, "");
			assert_int_equal(m->better, BETTER_NEITHER);
		} else {
			assert_true(m->unit[0] != '\0');
		}
	}
}

/* The reference page and a reader of the table want each source in one piece. */
static void a_source_stands_together(void **state)
{
	(void)state;
	for (int id = 2; id < METRIC_COUNT; id++)
		for (int before = 0; before < id - 1; before++)
			if (!strcmp(metric_info(before)->source, metric_info(id)->source))
				assert_string_equal(metric_info(id - 1)->source,
						    metric_info(id)->source);
}

static void a_bucket_holds_what_lies_between_its_edge_and_the_next(void **state)
{
	(void)state;
	for (unsigned int b = 0; b + 1 < HISTOGRAM_BUCKETS; b++) {
		unsigned long long edge = histogram_edge(b);
		unsigned long long next = histogram_edge(b + 1);

		assert_true(edge < next);
		assert_int_equal(histogram_bucket(edge), b);
		assert_int_equal(histogram_bucket(next - 1), b);
		/* The middle stands for all of it within 6.25 %. */
		assert_true((double)(next - 1 - edge) / 2 <= 0.0625 * edge);
	}
	assert_int_equal(histogram_bucket(1ULL << HISTOGRAM_VALUE_BITS), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket(~0ULL), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket((1ULL << HISTOGRAM_VALUE_BITS) - 1),
			 HISTOGRAM_BUCKETS - 1);
}

/* What BPF programs go by, which have no instruction for it. */
static void the_highest_bit_is_found_by_bytes_too(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++) {
		unsigned long long one = 1ULL << bit;

		assert_int_equal(histogram_log2_by_bytes(one), bit);
		assert_int_equal(histogram_log2_by_bytes(one | (one - 1)), bit);
	}
}

static void a_fine_bucket_is_closer_and_its_edges_hold_those_of_the_coarse(void **state)
{
	(void)state;
	for (unsigned int b = 0; b + 1 < HISTOGRAM_FINE_BUCKETS; b++) {
		unsigned long long edge = histogram_fine_edge(b);
		unsigned long long next = histogram_fine_edge(b + 1);

		assert_true(edge < next);
		assert_int_equal(histogram_fine_bucket(edge), b);
		assert_int_equal(histogram_fine_bucket(next - 1), b);
		assert_true((double)(next - 1 - edge) / 2 <= 0.016 * edge);
	}
	assert_int_equal(histogram_fine_bucket(~0ULL), HISTOGRAM_FINE_BUCKETS - 1);
	for (unsigned int b = 0; b < HISTOGRAM_BUCKETS; b++)
		assert_int_equal(histogram_fine_edge(histogram_fine_bucket(histogram_edge(b))),
				 histogram_edge(b));
}

/* Plain, one byte at a time: what scan_marks() must agree with. */
static uint64_t marks_one_by_one(const unsigned char *bytes)
{
	uint64_t marks = 0;

	for (int i = 0; i < SCAN_BLOCK; i++)
		if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] < ' ')
			marks |= 1ULL << i;
	return marks;
}

static void marks_are_those_found_one_by_one(void **state)
{
	unsigned char bytes[SCAN_BLOCK];
	unsigned int seed = 1;

	(void)state;
	/* Each byte value at each place, among neighbours that could carry into it. */
	for (int fill = 0; fill < 256; fill += 5)
		for (int value = 0; value < 256; value++) {
			memset(bytes, fill, sizeof(bytes));
			bytes[value % SCAN_BLOCK] = value;
			bytes[(value * 7 + 3) % SCAN_BLOCK] = value;
			assert_true(scan_marks((char *)bytes) == marks_one_by_one(bytes));
		}
	for (int round = 0; round < 100000; round++) {
		for (int i = 0; i < SCAN_BLOCK; i++)
			bytes[i] = rand_r(&seed) >> 7;
		assert_true(scan_marks((char *)bytes) == marks_one_by_one(bytes));
	}
}

static void numbers_are_decimal_and_nothing_else(void **state)
{
	static const char *const wrong[] = {"",	     "-",      "+1",	" 1",	 "1 ",	".5",
					    "1.",    "1e",     "1e+",	"e5",	 "0x1", "inf",
					    "nan",   "-inf",   "1,5",	"1.2.3", "--1", "1e5x",
					    "1e999", "-1e999", "1_000", "1e1e1", "1e-"};
	static const char *const right[] = {"0",
					    "-0",
					    "1",
					    "-1",
					    "1.5",
					    "1e3",
					    "1E3",
					    "1e-3",
					    "1.5e+2",
					    "007",
					    "0.1",
					    "123456789012345678",
					    "9007199254740993",
					    "9007199254740992",
					    "18446744073709551615",
					    "18446744073709551616",
					    "99999999999999999999999999",
					    "1e-400",
					    "4.9e-324",
					    "0.30000000000000004",
					    "1.7976931348623157e308",
					    "2.2250738585072011e-308",
					    "179769313486231.57",
					    "9007199254740993.5",
					    "0.000000000000000000000001"};
	double number;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(number_parse(wrong[i], strlen(wrong[i]), &number), -1);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		double expected = strtod(right[i], NULL);

		assert_int_equal(number_parse(right[i], strlen(right[i]), &number), 0);
		assert_memory_equal(&number, &expected, sizeof(number));
	}
	/* Ends where it is told to, and not at what stands behind. */
	assert_int_equal(number_parse("123456", 3, &number), 0);
	assert_true(number == 123);
}

/* strtod() of the C library rounds right; it judges the quick way. */
static void random_numbers_are_the_nearest_doubles(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		int digits = 1 + rand_r(&seed) % 22;
		int point = rand_r(&seed) % 30;
		char text[64];
		size_t len = 0;
		double number;
		double expected;

		for (int i = 0; i < digits; i++) {
			if (i && i == point)
				text[len++] = '.';
			text[len++] = '0' + (rand_r(&seed) >> 5) % 10;
		}
		text[len] = '\0';
		if (rand_r(&seed) % 5 == 0)
			len += sprintf(text + len, "e%d", rand_r(&seed) % 40 - 20);
		expected = strtod(text, NULL);
		assert_int_equal(number_parse(text, len, &number), 0);
		assert_memory_equal(&number, &expected, sizeof(number));
	}
}

static void numbers_print_as_they_were_typed(void **state)
{
	static const char *const texts[] = {"0", "0.1", "1.5", "99.99", "123456789012345", "-2.5"};
	char text[NUMBER_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(number_print(strtod(texts[i], NULL), text), texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_metric_is_found_by_its_names_alone),
		cmocka_unit_test(names_and_meanings_are_well_formed),
		cmocka_unit_test(facts_have_no_unit_and_no_direction_and_figures_have_a_unit),
		cmocka_unit_test(a_source_stands_together),
		cmocka_unit_test(a_bucket_holds_what_lies_between_its_edge_and_the_next),
		cmocka_unit_test(the_highest_bit_is_found_by_bytes_too),
		cmocka_unit_test(a_fine_bucket_is_closer_and_its_edges_hold_those_of_the_coarse),
		cmocka_unit_test(marks_are_those_found_one_by_one),
		cmocka_unit_test(numbers_are_decimal_and_nothing_else),
		cmocka_unit_test(random_numbers_are_the_nearest_doubles),
		cmocka_unit_test(numbers_print_as_they_were_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
