// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/reader.h"

#define HEADER RECORD_HEADER "\n"

static struct reader *read_text(const char *text)
{
	struct reader *r = reader_memory("x", text, strlen(text));

	assert_non_null(r);
	return r;
}

static void assert_text(struct text t, const char *expected)
{
	assert_int_equal(t.len, strlen(expected));
	assert_memory_equal(t.at, expected, t.len);
}

/* What the reader says of a text: rows before the refusal, and the sentence. */
static void assert_refused(const char *text, int rows_before, const char *sentence)
{
	struct reader *r = read_text(text);
	struct row row;

	for (int i = 0; i < rows_before; i++)
		assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r), sentence);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r), sentence);
	reader_close(r);
}

static void a_row_is_read_field_by_field(void **state)
{
	struct reader *r = read_text(HEADER ",rx,path,calls,recvmsg,1234567,calls\n"
					    "1.250000,tx,path,bytes,,42,bytes\n"
					    ",host,fact,option,cc,cubic,\n");
	struct row row;

	(void)state;
	assert_int_equal(reader_next(r, &row), 1);
	assert_true(row.time_s == WINDOW);
	assert_int_equal(row.end, END_RX);
	assert_int_equal(row.id, METRIC_path_calls);
	assert_text(row.key, "recvmsg");
	assert_text(row.value, "1234567");
	assert_true(row.number == 1234567);
	assert_int_equal(row.line, 2);

	assert_int_equal(reader_next(r, &row), 1);
	assert_true(row.time_s == 1.25);
	assert_int_equal(row.end, END_TX);
	assert_int_equal(row.id, METRIC_path_bytes);
	assert_text(row.key, "");
	assert_true(row.number == 42);

	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.end, END_HOST);
	assert_text(row.key, "cc");
	assert_text(row.value, "cubic");
	assert_int_equal(row.line, 4);
	assert_int_equal(reader_next(r, &row), 0);
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void quotes_are_undone(void **state)
{
	struct reader *r =
		read_text(HEADER ",rx,fact,option,\"a,b\",\"say \"\"no\"\"\",\n"
				 ",rx,fact,option,\"two\r\nlines\n\",\"\",\n"
				 "\"\",\"rx\",\"fact\",\"option\",\"\"\"\",\"\"\"\"\"\",\"\"\n"
				 "\"2\",rx,path,bytes,\"\",\"7\",\"bytes\"\r\n"
				 ",rx,fact,option,tab\there,\xc3\xa4,\n");
	struct row row;

	(void)state;
	assert_int_equal(reader_next(r, &row), 1);
	assert_text(row.key, "a,b");
	assert_text(row.value, "say \"no\"");
	assert_int_equal(reader_next(r, &row), 1);
	assert_text(row.key, "two\r\nlines\n");
	assert_text(row.value, "");
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.line, 6); /* behind two line breaks in quotes */
	assert_text(row.key, "\"");
	assert_text(row.value, "\"\"");
	assert_int_equal(reader_next(r, &row), 1);
	assert_true(row.time_s == 2);
	assert_true(row.number == 7);
	assert_int_equal(reader_next(r, &row), 1);
	assert_text(row.key, "tab\there");
	assert_text(row.value, "\xc3\xa4");
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void line_ends_may_be_crlf_or_miss_at_the_end(void **state)
{
	static const char *const texts[] = {
		HEADER ",rx,path,bytes,,42,bytes\n",
		HEADER ",rx,path,bytes,,42,bytes",
		RECORD_HEADER "\r\n,rx,path,bytes,,42,bytes\r\n",
		RECORD_HEADER "\r\n,rx,path,bytes,,42,bytes\r",
		HEADER ",rx,path,bytes,,\"42\",\"bytes\"",
		"\xef\xbb\xbf" HEADER ",rx,path,bytes,,42,bytes\n",
		"\"time_s\",end,source,metric,\"key\",value,unit\n,rx,path,bytes,,42,bytes\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reader *r = read_text(texts[i]);
		struct row row;

		assert_int_equal(reader_next(r, &row), 1);
		assert_true(row.number == 42);
		assert_int_equal(reader_next(r, &row), 0);
		reader_close(r);
	}
}

static void a_header_alone_has_no_rows(void **state)
{
	struct reader *r = read_text(HEADER);
	struct row row;

	(void)state;
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void another_header_is_refused(void **state)
{
	static const char sentence[] = "x:1:1: expected the header line " RECORD_HEADER;
	static const char *const texts[] = {
		"",
		"\n",
		"time_s,end,source,metric,key,value\n",
		"time_s,end,source,metric,key,value,unit,more\n",
		"time_s,end,source,metric,key,value,units\n",
		"time_s,end,source,metric,Key,value,unit\n",
		",rx,path,bytes,,42,bytes\n",
		"\x7f"
		"ELF",
		"time_s,end",
		"\"time_s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_refused(texts[i], 0, sentence);
}

static void fields_are_refused_by_line_and_column(void **state)
{
	(void)state;
	assert_refused(HEADER "x,rx,path,bytes,,42,bytes\n", 0,
		       "x:2:1: expected seconds since the window's start, or nothing, found \"x\"");
	assert_refused(HEADER "-1,rx,path,bytes,,42,bytes\n", 0,
		       "x:2:1: expected seconds since the window's start, or nothing, found \"-1\"");
	assert_refused(HEADER ",RX,path,bytes,,42,bytes\n", 0,
		       "x:2:2: expected the end host, rx, tx, rx-host or tx-host, found \"RX\"");
	assert_refused(HEADER ",,path,bytes,,42,bytes\n", 0,
		       "x:2:2: expected the end host, rx, tx, rx-host or tx-host, found \"\"");
	assert_refused(HEADER ",rx,path,byte,,42,bytes\n", 0,
		       "x:2:5: expected a metric of the registry, found \"byte\" of source \"path\"");
	assert_refused(HEADER ",rx,pathbytes,,,42,bytes\n", 0,
		       "x:2:5: expected a metric of the registry, found \"\" of source \"pathbytes\"");
	assert_refused(HEADER ",rx,path,bytes,,42,byte\n", 0,
		       "x:2:20: expected the unit \"bytes\", found \"byte\"");
	assert_refused(HEADER ",rx,path,bytes,,42,\n", 0,
		       "x:2:20: expected the unit \"bytes\", found \"\"");
	assert_refused(HEADER ",rx,path,bytes,,forty,bytes\n", 0,
		       "x:2:17: expected a number as value, found \"forty\"");
	assert_refused(HEADER ",rx,path,bytes,,,bytes\n", 0,
		       "x:2:17: expected a number as value, found \"\"");
	assert_refused(HEADER ",rx,fact,record_version,,2,\n", 0,
		       "x:2:26: expected record version 1, found \"2\"; read it with the zcroi that came with the program that wrote it");
	assert_refused(HEADER ",rx,path,bytes,,42,bytes\n,rx,path,bytes,,4 2,bytes\n", 1,
		       "x:3:17: expected a number as value, found \"4 2\"");
}

static void columns_count_behind_line_breaks_in_quotes(void **state)
{
	(void)state;
	assert_refused(HEADER ",rx,fact,option,k,v,\n"
			      ",rx,path,bytes,\"a\"\"\n\nbc\",x,bytes\n",
		       1, "x:5:5: expected a number as value, found \"x\"");
	assert_refused(HEADER ",rx,fact,option,\"1\n2\n3\",v,\n"
			      ",rx,fact,option,\"\"\"\n\"\"\",v,oops\n",
		       1, "x:6:7: expected the unit \"\", found \"oops\"");
}

static void structure_is_refused_by_line_and_column(void **state)
{
	(void)state;
	assert_refused(HEADER ",rx,path,bytes,,42\n", 0, "x:2:19: expected 7 fields, found 6");
	assert_refused(HEADER ",rx,path,bytes,,42\r\n", 0, "x:2:19: expected 7 fields, found 6");
	assert_refused(HEADER "a\n", 0, "x:2:2: expected 7 fields, found 1");
	assert_refused(HEADER ",rx,path,bytes,,42,bytes,\n", 0,
		       "x:2:25: expected 7 fields, found more");
	assert_refused(HEADER "\n", 0, "x:2:1: expected 7 fields, found an empty line");
	assert_refused(HEADER "\r\n", 0, "x:2:1: expected 7 fields, found an empty line");
	assert_refused(HEADER ",rx,path,bytes,,42,bytes\n\n", 1,
		       "x:3:1: expected 7 fields, found an empty line");
	assert_refused(HEADER ",rx,fact,option,\"k\"ey,v,\n", 0,
		       "x:2:20: expected a comma or a line end after the closing quote");
	assert_refused(HEADER ",rx,fact,option,\"k\" ,v,\n", 0,
		       "x:2:20: expected a comma or a line end after the closing quote");
	assert_refused(HEADER ",rx,fact,option,\"k\"e\"y\",v,\n", 0,
		       "x:2:20: expected a comma or a line end after the closing quote");
	assert_refused(HEADER ",rx,fact,option,k\"ey\",v,\n", 0,
		       "x:2:18: found a quote in a field that does not begin with one");
	assert_refused(HEADER ",rx,fact,option,k\rey,v,\n", 0,
		       "x:2:19: expected a line feed after the carriage return");
	assert_refused(HEADER ",rx,fact,option,k,v,\"\"x", 0,
		       "x:2:23: expected a comma or a line end after the closing quote");
	assert_refused(HEADER ",rx,fact,option,k,v,\rx", 0,
		       "x:2:22: expected a line feed after the carriage return");
	assert_refused(HEADER ",rx,fact,option,k,v,\r\r\n", 0,
		       "x:2:22: expected a line feed after the carriage return");
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = HEADER ",rx,fact,option,a\0b,v,\n";
	static const char quoted[] = HEADER ",rx,fact,option,\"a\0b\",v,\n";
	struct reader *r = reader_memory("x", text, sizeof(text) - 1);
	struct row row;

	(void)state;
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r),
			    "x:2:18: found a NUL byte, which no text of a record holds");
	reader_close(r);
	r = reader_memory("x", quoted, sizeof(quoted) - 1);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r),
			    "x:2:19: found a NUL byte, which no text of a record holds");
	reader_close(r);
}

static void a_cut_off_row_is_refused_after_the_whole_ones(void **state)
{
	static const char whole[] =
		HEADER ",rx,path,bytes,,41,bytes\n,rx,path,bytes,\"k\n\",42,bytes\n";
	size_t first_end = strchr(strchr(whole, '\n') + 1, '\n') + 1 - whole;

	(void)state;
	/* At every place in the second row. */
	for (size_t len = first_end + 1; len < sizeof(whole) - 2; len++) {
		struct reader *r = reader_memory("x", whole, len);
		struct row row;

		assert_int_equal(reader_next(r, &row), 1);
		assert_true(row.number == 41);
		assert_int_equal(reader_next(r, &row), -1);
		assert_non_null(strstr(reader_error(r), "the row is cut off: "));
		reader_close(r);
	}
	assert_refused(HEADER ",rx,path,bytes,\"k\n", 0,
		       "x:2:16: the row is cut off: the quote that opens here is never closed");
	assert_refused(HEADER ",rx,path,bytes,k", 0,
		       "x:2:17: the row is cut off: expected 7 fields, found 5");
	assert_refused(HEADER ",rx,path,bytes,k,4,byt", 0,
		       "x:2:23: the row is cut off: expected the unit \"bytes\"");
}

static void messages_hold_no_control_characters_and_no_novel(void **state)
{
	char text[4096] = HEADER ",\x1b[2Jrx";

	(void)state;
	memset(text + strlen(text), 'y', 2000);
	strcat(text, ",path,bytes,,42,bytes\n");
	assert_refused(text, 0,
		       "x:2:2: expected the end host, rx, tx, rx-host or tx-host, found \"\\x1b[2Jrxyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_field_by_field),
		cmocka_unit_test(quotes_are_undone),
		cmocka_unit_test(line_ends_may_be_crlf_or_miss_at_the_end),
		cmocka_unit_test(a_header_alone_has_no_rows),
		cmocka_unit_test(another_header_is_refused),
		cmocka_unit_test(fields_are_refused_by_line_and_column),
		cmocka_unit_test(columns_count_behind_line_breaks_in_quotes),
		cmocka_unit_test(structure_is_refused_by_line_and_column),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_cut_off_row_is_refused_after_the_whole_ones),
		cmocka_unit_test(messages_hold_no_control_characters_and_no_novel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
