// SPDX-License-Identifier: GPL-2.0-or-later
/* What a record is read from: a memory, pieces as they come, a file; and how much of it there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/reader.h"

#define HEADER RECORD_HEADER "\n"

static void assert_text(struct text t, const char *expected)
{
	assert_int_equal(t.len, strlen(expected));
	assert_memory_equal(t.at, expected, t.len);
}

/* A row whose key is that long; to be freed. */
static char *row_with_key(size_t key_len, size_t *len)
{
	static const char before[] = HEADER ",rx,fact,option,";
	static const char after[] = ",v,\n";
	char *text = malloc(sizeof(before) + key_len + sizeof(after));

	memcpy(text, before, sizeof(before) - 1);
	memset(text + sizeof(before) - 1, 'k', key_len);
	memcpy(text + sizeof(before) - 1 + key_len, after, sizeof(after));
	*len = sizeof(before) - 1 + key_len + sizeof(after) - 1;
	return text;
}

static void a_row_of_a_mebibyte_is_read_and_a_longer_one_refused(void **state)
{
	static const size_t longest = ROW_MAX - strlen(",rx,fact,option,,v,");
	struct row row;
	size_t len;
	char *text = row_with_key(longest, &len);
	struct reader *r = reader_memory("x", text, len);

	(void)state;
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.key.len, longest);
	reader_close(r);
	free(text);
	text = row_with_key(longest + 1, &len);
	r = reader_memory("x", text, len);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r), "x:2:1: the row is longer than 1048576 bytes");
	reader_close(r);
	free(text);
}

static void an_endless_row_does_not_fill_the_memory(void **state)
{
	static const char piece[4096] = {[0 ... 4095] = 'x'};
	struct reader *r = reader_pieces("x");
	struct row row;
	size_t pushed = 0;

	(void)state;
	reader_push(r, HEADER, strlen(HEADER));
	while (!reader_next(r, &row) && pushed < 100 * ROW_MAX) {
		assert_int_equal(reader_push(r, piece, sizeof(piece)), 0);
		pushed += sizeof(piece);
	}
	assert_in_range(pushed, ROW_MAX, ROW_MAX + 2 * sizeof(piece));
	assert_string_equal(reader_error(r), "x:2:1: the row is longer than 1048576 bytes");
	assert_int_equal(reader_push(r, piece, 1), -1);
	reader_close(r);
}

static void pieces_give_rows_as_soon_as_they_are_whole(void **state)
{
	struct reader *r = reader_pieces("x");
	struct row row;

	(void)state;
	assert_int_equal(reader_next(r, &row), 0);
	reader_push(r, HEADER, strlen(HEADER));
	assert_int_equal(reader_next(r, &row), 0);
	reader_push(r, ",rx,path,bytes,\"a", 17);
	assert_int_equal(reader_next(r, &row), 0);
	reader_push(r, "\"\"b\",4", 6);
	assert_int_equal(reader_next(r, &row), 0);
	reader_push(r, "2,bytes\n,tx,", 12);
	assert_int_equal(reader_next(r, &row), 1);
	assert_text(row.key, "a\"b");
	assert_true(row.number == 42);
	assert_int_equal(reader_next(r, &row), 0);
	reader_end(r);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r),
			    "x:3:5: the row is cut off: expected 7 fields, found 3");
	reader_close(r);
}

static void more_may_arrive_while_rows_wait(void **state)
{
	static const char rows[] = ",rx,path,bytes,,1,bytes\n,rx,path,bytes,,2,bytes\n";
	struct reader *r = reader_pieces("x");
	struct row row;

	(void)state;
	reader_push(r, HEADER, strlen(HEADER));
	for (int round = 0; round < 1000; round++) {
		/* Two arrive and one is taken, so ever more wait. */
		assert_int_equal(reader_push(r, rows, strlen(rows)), 0);
		assert_int_equal(reader_next(r, &row), 1);
		assert_true(row.number == 1 + round % 2);
		assert_int_equal(row.line, 2 + round);
	}
	for (int rest = 0; rest < 1000; rest++)
		assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void an_empty_field_at_the_end_is_empty_whatever_stood_there(void **state)
{
	static const char rows[] =
		",rx,fact,option,\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\",v,\n";
	struct row row;

	(void)state;
	for (size_t before = 0; before < 80; before++) {
		struct reader *r = reader_pieces("x");

		reader_push(r, HEADER, strlen(HEADER));
		reader_push(r, rows, strlen(rows));
		assert_int_equal(reader_next(r, &row), 1);
		/* This goes to the front, and leaves what quotes of the row above lay behind it. */
		reader_push(r, ",rx,fact,option,", 16);
		for (size_t i = 0; i < before; i++)
			reader_push(r, "k", 1);
		reader_push(r, ",v,", 3);
		reader_end(r);
		assert_int_equal(reader_next(r, &row), 1);
		assert_int_equal(row.key.len, before);
		assert_int_equal(reader_next(r, &row), 0);
		reader_close(r);
	}
}

/* Files longer than the block that the reader takes at a time, through a descriptor. */
static void files_are_read_across_blocks(void **state)
{
	char path[] = "/tmp/zcprof-test-reader-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct reader *r;
	struct row row;
	unsigned int rows = 0;

	(void)state;
	assert_non_null(file);
	fputs(HEADER, file);
	for (unsigned int i = 0; i < 50000; i++)
		fprintf(file, ",rx,path,calls,\"call, %u\",%u,calls\n", i, i);
	fclose(file);
	r = reader_open(path);
	assert_non_null(r);
	for (; reader_next(r, &row) == 1; rows++) {
		char key[32];

		snprintf(key, sizeof(key), "call, %u", rows);
		assert_text(row.key, key);
		assert_true(row.number == rows);
		assert_int_equal(row.line, rows + 2);
	}
	assert_int_equal(rows, 50000);
	assert_string_equal(reader_error(r), "");
	reader_close(r);
	unlink(path);
}

static void a_directory_is_refused_as_what_it_is(void **state)
{
	struct reader *r = reader_open("/");
	struct row row;

	(void)state;
	assert_non_null(r);
	assert_int_equal(reader_next(r, &row), -1);
	assert_string_equal(reader_error(r), "cannot read /: Is a directory");
	reader_close(r);
}

static void where_only_a_file_will_do_a_fifo_is_not_waited_for(void **state)
{
	char path[64];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/zcprof-reader-%d", getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(reader_open_regular(path));
	assert_null(reader_open_regular("/dev/null"));
	assert_null(reader_open_regular("/"));
	unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	reader_close(reader_open_regular(path));
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_of_a_mebibyte_is_read_and_a_longer_one_refused),
		cmocka_unit_test(an_endless_row_does_not_fill_the_memory),
		cmocka_unit_test(pieces_give_rows_as_soon_as_they_are_whole),
		cmocka_unit_test(more_may_arrive_while_rows_wait),
		cmocka_unit_test(an_empty_field_at_the_end_is_empty_whatever_stood_there),
		cmocka_unit_test(files_are_read_across_blocks),
		cmocka_unit_test(a_directory_is_refused_as_what_it_is),
		cmocka_unit_test(where_only_a_file_will_do_a_fifo_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
