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

#include "base/visible.h"
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

/* What a column of one such figure, or of two, looks like as text, and as programs are given it. */
static void assert_fit(const char *unit, double one, double other, const char *as_text)
{
	struct page *page = page_new();
	struct table *t = page_table(page, NULL, NULL);
	char *text, *csv, exact[80];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_column(t, "a", "a", unit, COLUMN_ESTIMATE, DECIMALS_AUTO);
	table_column(t, "b", "b", unit, COLUMN_ESTIMATE, DECIMALS_AUTO);
	cell_estimate(t, one, one / 2, 2 * one);
	cell_estimate(t, other, NAN, NAN);
	table_fit(t, 0, 9);
	print_text(page, out);
	fclose(out);
	out = open_memstream(&csv, &size);
	print_csv(page, out);
	fclose(out);
	page_free(page);
	if (!strstr(text, as_text))
		fail_msg("\"%s\" is not in\n%s", as_text, text);
	snprintf(exact, sizeof(exact), "\n%.12g,%.12g,%.12g,,%.12g,", one, one / 2, 2 * one, other);
	assert_non_null(strstr(csv, exact));
	free(text);
	free(csv);
}

static void units_that_fit(void **state)
{
	(void)state;
	assert_fit("ns", 123456789, 5000000, "123.5 (62..247)  5.000\n");
	assert_fit("ns", 123456789, 5000000, " ms ");
	assert_fit("ns", 99999, 1, "99999 (50000..199998)  1.000\n");
	assert_fit("ns", 100000, 1, " us ");
	assert_fit("ns", 7200e9, 1, "  s ");
	assert_fit("bytes/s", 3.5e9, 1e6, " GB/s ");
	assert_fit("bytes/s", 3.5e9, 1e6, "3.500 (1.75..7.00)  0.001000\n");
	assert_fit("calls/s", 3.5e9, 1, " calls/s  calls/s\n");
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

/* All that may come in a key, and what each format makes of it. */
static struct page *hostile(void)
{
	struct page *page = page_new();
	struct table *t = page_table(page, "x", "<b>t</b>");

	page_lead(page, "%s", "a\x1b[2J\nb");
	page_note(page, "%s", "# `n`");
	table_column(t, "=c,1", "=c,1", "%", COLUMN_NUMBER, 0);
	table_column(t, "=c,1", "=c,1", "", COLUMN_TEXT, 0);
	table_column(t, "i\"", "i", "", COLUMN_INTERVAL, 0);
	cell_number(t, 1);
	cell_text(t, "%s", "=1+cmd|' /C calc'!A0");
	cell_interval(t, 1, 2);
	cell_number(t, 2);
	cell_text(t, "%s", "\xff\x01z \xe2\x80\xae*_x_* a_b [l](u) <img> &amp; \\");
	cell_interval(t, 3, 4);
	return page;
}

/* A figure, its interval and why there is none: one cell to a person, four columns to a program. */
static void estimates(void **state)
{
	struct page *page = page_new();
	struct table *t = page_table(page, "e", NULL);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	table_column(t, "t", "T", "", COLUMN_ESTIMATE, DECIMALS_AUTO);
	cell_estimate(t, 40.3, 40.125, 40.5);
	cell_estimate(t, 7, NAN, NAN);
	cell_estimate(t, 7.2, 0, 639168);
	cell_unknown(t, "cannot [1]", "no NIC, says rx");
	cell_missing(t, "shared");
	print_text(page, out);
	fputs("--\n", out);
	print_csv(page, out);
	fclose(out);
	assert_string_equal(text, "                 T\n"
				  "------------------\n"
				  "40.30 (40.1..40.5)\n"
				  "              7.00\n"
				  "   7.20 (0..6e+05)\n"
				  "        cannot [1]\n"
				  "            shared\n"
				  "--\n"
				  "t,t_low,t_high,t_why\n"
				  "40.3,40.125,40.5,\n"
				  "7,,,\n"
				  "7.2,0,639168,\n"
				  ",,,\"no NIC, says rx\"\n"
				  ",,,shared\n");
	free(text);
	out = open_memstream(&text, &size);
	print_json(page, out);
	fclose(out);
	assert_non_null(strstr(text,
			       "\"t\": null,\n      \"t_low\": null,\n      \"t_high\": null,\n"
			       "      \"t_why\": \"no NIC, says rx\""));
	free(text);
	page_free(page);
}

/* An interval is no zero where its figure is none. */
static void small_figures(void **state)
{
	struct page *page = page_new();
	struct table *t = page_table(page, "e", NULL);
	char words[32];
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	table_column(t, "t", "T", "", COLUMN_NUMBER, DECIMALS_AUTO);
	table_column(t, "i", "95 %", "", COLUMN_INTERVAL, DECIMALS_AUTO);
	table_column(t, "e", "E", "", COLUMN_ESTIMATE, DECIMALS_AUTO);
	cell_number(t, 1.04e-10);
	cell_interval(t, 1.01e-10, 1.07e-10);
	cell_estimate(t, 1.04e-10, 1.01e-10, 1.07e-10);
	print_text(page, out);
	fclose(out);
	assert_string_equal(text, "      T              95 %                           E\n"
				  "-------  ----------------  --------------------------\n"
				  "1.0e-10  1.0e-10..1.1e-10  1.0e-10 (1.0e-10..1.1e-10)\n");
	assert_string_equal(figure_words(1.04e-10, words, sizeof(words)), "1.0e-10");
	assert_string_equal(figure_words(0, words, sizeof(words)), "0");
	free(text);
	page_free(page);
}

static char *printed_hostile(void (*print)(const struct page *page, FILE *out))
{
	struct page *page = hostile();
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(page, out);
	fclose(out);
	page_free(page);
	assert_true(visible(text, strcspn(text, "\n")));
	assert_null(strpbrk(text, "\x1b\x01\xff"));
	return text;
}

static void hostile_text(void **state)
{
	char *text = printed_hostile(print_text);

	(void)state;
	assert_non_null(strstr(text, "a\\x1b[2J\\x0ab\n"));
	assert_non_null(strstr(text, "\\xff\\x01z \\xe2\\x80\\xae*_x_* a_b"));
	free(text);
}

static void hostile_markdown(void **state)
{
	char *text = printed_hostile(print_markdown);

	(void)state;
	assert_non_null(strstr(text, "### &lt;b&gt;t&lt;/b&gt;\n"));
	assert_non_null(strstr(text, "- \\# \\`n\\`\n"));
	assert_non_null(strstr(text, "| \\=c,1, % | \\=c,1 | i |\n"));
	assert_non_null(strstr(text, "| \\=1+cmd\\|' /C calc'!A0 |"));
	assert_non_null(strstr(text, "\\*\\_x\\_\\* a_b \\[l\\](u) &lt;img&gt; &amp;amp; \\\\ |"));
	free(text);
}

static void hostile_csv(void **state)
{
	char *text = printed_hostile(print_csv);

	(void)state;
	assert_non_null(strstr(text, "\"\\x3dc,1\",\"\\x3dc,1#2\",\"i\"\"_low\",\"i\"\"_high\"\n"));
	assert_non_null(strstr(text, "1,\\x3d1+cmd|' /C calc'!A0,1,2\n"));
	free(text);
}

static void hostile_json(void **state)
{
	char *text = printed_hostile(print_json);
	json_t *root = json_loads(text, 0, NULL);
	json_t *row = json_array_get(json_object_get(root, "x"), 1);

	(void)state;
	assert_non_null(root);
	/* Two columns of one name are two members. */
	assert_int_equal(json_integer_value(json_object_get(row, "=c,1")), 2);
	assert_string_equal(json_string_value(json_object_get(row, "=c,1#2")),
			    "\\xff\\x01z \\xe2\\x80\\xae*_x_* a_b [l](u) <img> &amp; \\");
	assert_int_equal(json_integer_value(json_object_get(row, "i\"_high")), 4);
	json_decref(root);
	free(text);
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
		cmocka_unit_test(text),
		cmocka_unit_test(markdown),
		cmocka_unit_test(csv),
		cmocka_unit_test(json),
		cmocka_unit_test(estimates),
		cmocka_unit_test(small_figures),
		cmocka_unit_test(units_that_fit),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(hostile_markdown),
		cmocka_unit_test(hostile_csv),
		cmocka_unit_test(hostile_json),
		cmocka_unit_test(long_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
