// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: page */
/* libs: jansson */
/* One page in four formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "page/page.h"
#include "page/internal.h"

static struct page *example(void)
{
	struct page *page = page_new();
	struct table *t = page_table(page, "ways", "Ways");

	page_lead(page, "first");
	page_note(page, "last, %d", 1);
	page_note(page, "last, 1"); /* what was said is not said again */
	table_column(t, "name", "name", "", COLUMN_TEXT, 0);
	table_column(t, "t_gbit_s", "T", "Gbit/s", COLUMN_NUMBER, DECIMALS_AUTO);
	table_column(t, "t_gbit_s", "95 %", "", COLUMN_INTERVAL, 1);
	table_column(t, "roi", "T²/ΣC", "", COLUMN_NUMBER, DECIMALS_EACH);
	cell_text(t, "a,\"b\"|c");
	cell_number(t, 123.456);
	cell_interval(t, 120, 130.25);
	cell_number(t, 9.5);
	cell_text(t, "Σ");
	cell_number(t, 7);
	cell_interval(t, NAN, NAN);
	cell_missing(t, "not measured");
	return page;
}

static char *printed(void (*print)(const struct page *page, FILE *out))
{
	struct page *page = example();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(page, out);
	fclose(out);
	page_free(page);
	return text;
}

static void assert_printed(void (*print)(const struct page *page, FILE *out), const char *expected)
{
	char *text = printed(print);

	assert_string_equal(text, expected);
	free(text);
}

static void text(void **state)
{
	(void)state;
	assert_printed(print_text, "first\n"
				   "\n"
				   "Ways\n"
				   "\n"
				   "name          T          95 %         T²/ΣC\n"
				   "         Gbit/s\n"
				   "-------  ------  ------------  ------------\n"
				   "a,\"b\"|c   123.5  120.0..130.2         9.500\n"
				   "Σ           7.0                not measured\n"
				   "\n"
				   "last, 1\n");
}

static void markdown(void **state)
{
	(void)state;
	assert_printed(print_markdown, "- first\n"
				       "\n"
				       "### Ways\n"
				       "\n"
				       "| name | T, Gbit/s | 95 % | T²/ΣC |\n"
				       "| :-- | --: | --: | --: |\n"
				       "| a,\"b\"\\|c | 123.5 | 120.0..130.2 | 9.500 |\n"
				       "| Σ | 7.0 |  | not measured |\n"
				       "\n"
				       "- last, 1\n");
}

static void csv(void **state)
{
	(void)state;
	assert_printed(print_csv, "name,t_gbit_s,t_gbit_s_low,t_gbit_s_high,roi\n"
				  "\"a,\"\"b\"\"|c\",123.456,120,130.25,9.5\n"
				  "Σ,7,,,\n");
}

static void json(void **state)
{
	char *text = printed(print_json);
	json_t *root = json_loads(text, 0, NULL);
	json_t *rows = json_object_get(root, "ways");
	json_t *first = json_array_get(rows, 0);
	json_t *second = json_array_get(rows, 1);

	(void)state;
	assert_non_null(root);
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(json_string_value(json_object_get(first, "name")), "a,\"b\"|c");
	assert_true(json_number_value(json_object_get(first, "t_gbit_s")) == 123.456);
	assert_true(json_number_value(json_object_get(first, "t_gbit_s_high")) == 130.25);
	assert_int_equal(json_integer_value(json_object_get(second, "t_gbit_s")), 7);
	assert_true(json_is_null(json_object_get(second, "roi")));
	assert_true(json_is_null(json_object_get(second, "t_gbit_s_low")));
	assert_string_equal(json_string_value(json_array_get(json_object_get(root, "notes"), 0)),
			    "last, 1");
	json_decref(root);
	free(text);
}

static void foreign_bytes(void **state)
{
	struct page *page = page_new();
	struct table *t = page_table(page, "x", NULL);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *root;

	(void)state;
	/* A key of a record may be any bytes; JSON may not. */
	table_column(t, "key", "key", "", COLUMN_TEXT, 0);
	cell_text(t, "a\xff\x01z");
	print_json(page, out);
	fclose(out);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	json_decref(root);
	free(text);
	page_free(page);
}

static void long_notes(void **state)
{
	struct page *page = page_new();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	page_note(page, "%s",
		  "word word word word word word word word word word word word word word word word word word word word word word word word word word word");
	print_text(page, out);
	fclose(out);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	page_free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),		 cmocka_unit_test(markdown),
		cmocka_unit_test(csv),		 cmocka_unit_test(json),
		cmocka_unit_test(foreign_bytes), cmocka_unit_test(long_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
