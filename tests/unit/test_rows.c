// SPDX-License-Identifier: GPL-2.0-or-later
/* What the writer writes the reader reads, bit by bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/visible.h"
#include "record/histogram.h"
#include "record/number.h"
#include "record/reader.h"
#include "record/writer.h"

static char directory[] = "/tmp/zcprof-test-rows-XXXXXX";
static char path[64];

static int enter(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/run.csv", directory);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static void assert_text(struct text t, const char *expected)
{
	assert_int_equal(t.len, strlen(expected));
	assert_memory_equal(t.at, expected, t.len);
}

static void rows_come_back_as_they_were_written(void **state)
{
	struct writer *w = writer_create(path);
	struct reader *r;
	struct row row;

	(void)state;
	assert_non_null(w);
	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, UINT64_MAX);
	writer_f64(w, 1.5, END_HOST, METRIC_cpu_busy, "0", 99.5);
	writer_fact(w, END_TX, METRIC_fact_option, "cc", "cubic");
	writer_absent(w, END_HOST, "profile", "perf_event_open is not permitted");
	assert_false(writer_error(w));
	assert_int_equal(writer_finish(w), 0);

	r = reader_open(path);
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.id, METRIC_path_bytes);
	assert_int_equal(row.end, END_RX);
	assert_true(row.time_s == WINDOW);
	assert_text(row.key, "");
	assert_text(row.value, "18446744073709551615");
	assert_int_equal(reader_next(r, &row), 1);
	assert_true(row.time_s == 1.5);
	assert_true(row.number == 99.5);
	assert_int_equal(reader_next(r, &row), 1);
	assert_text(row.value, "cubic");
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.id, METRIC_collector_absent);
	assert_text(row.key, "profile");
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void a_histogram_writes_its_buckets_that_are_not_empty(void **state)
{
	struct writer *w = writer_create(path);
	uint64_t buckets[HISTOGRAM_BUCKETS] = {0};
	struct reader *r;
	struct row row;

	(void)state;
	buckets[histogram_bucket(0)] = 1;
	buckets[histogram_bucket(1024)] = 20;
	writer_histogram(w, END_RX, METRIC_syscalls_latency, "recvmsg", buckets);
	writer_histogram(w, END_RX, METRIC_path_receive_size, NULL, buckets);
	assert_int_equal(writer_finish(w), 0);
	r = reader_open(path);
	for (int i = 0; i < 4; i++) {
		static const char *const keys[] = {"recvmsg:0", "recvmsg:1024", "0", "1024"};

		assert_int_equal(reader_next(r, &row), 1);
		assert_text(row.key, keys[i]);
		assert_true(row.number == (i % 2 ? 20 : 1));
	}
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

/* Random, but the same in every run of the test. */
static uint64_t random_state = 88172645463325252ULL;
static uint64_t random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Any bytes but NUL; what matters to CSV comes often. */
static void random_text(char *text, size_t most)
{
	static const char special[] = "\"\"\"\",,\n\r\t x\xc3\xa4";
	size_t len = random_u64() % (most + 1);

	for (size_t i = 0; i < len; i++)
		text[i] = random_u64() % 3 ? special[random_u64() % (sizeof(special) - 1)]
					   : (char)(1 + random_u64() % 255);
	text[len] = '\0';
}

#define TEXTS	     2000
#define LONGEST_TEXT 300

static char keys[TEXTS][LONGEST_TEXT + 1];
static char values[TEXTS][LONGEST_TEXT + 1];

/* Takes what whole rows there are, and returns how many have come so far. */
static int take_texts(struct reader *r, int came)
{
	struct row row;
	int got;

	while ((got = reader_next(r, &row)) == 1) {
		assert_in_range(came, 0, TEXTS - 1);
		assert_text(row.key, keys[came]);
		assert_text(row.value, values[came]);
		came++;
	}
	assert_string_equal(reader_error(r), "");
	assert_int_equal(got, 0);
	return came;
}

/* As others may write it: the writer of records has no line breaks in a field. */
static void put_quoted(FILE *out, const char *text, const char *behind)
{
	putc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fprintf(out, "\"%s", behind);
}

static void any_text_comes_back_in_any_pieces(void **state)
{
	static char bytes[8 * TEXTS * LONGEST_TEXT];
	static const size_t piece_sizes[] = {1, 2, 7, 63, 64, 65, 1000, 100000};
	FILE *file = fopen(path, "w");
	size_t len;

	(void)state;
	fputs(RECORD_HEADER "\n", file);
	for (int i = 0; i < TEXTS; i++) {
		random_text(keys[i], LONGEST_TEXT);
		random_text(values[i], random_u64() % 2 ? LONGEST_TEXT : 3);
		fputs(",tx,fact,option,", file);
		put_quoted(file, keys[i], ",");
		put_quoted(file, values[i], ",\n");
	}
	fclose(file);
	file = fopen(path, "r");
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_in_range(len, 1, sizeof(bytes) - 1);

	for (size_t i = 0; i < sizeof(piece_sizes) / sizeof(piece_sizes[0]); i++) {
		struct reader *r = reader_pieces("x");
		int came = 0;

		for (size_t at = 0; at < len;) {
			size_t piece = 1 + random_u64() % piece_sizes[i];

			if (piece > len - at)
				piece = len - at;
			assert_int_equal(reader_push(r, bytes + at, piece), 0);
			came = take_texts(r, came);
			at += piece;
		}
		reader_end(r);
		assert_int_equal(take_texts(r, came), TEXTS);
		reader_close(r);
	}
}

/* What \xNN stands for. */
static void decode(struct text t, char *to)
{
	for (size_t i = 0; i < t.len; i++) {
		unsigned int byte = (unsigned char)t.at[i];

		if (visible_is_escape(t.at + i, t.len - i)) {
			assert_int_equal(sscanf(t.at + i, "\\x%2x", &byte), 1);
			i += 3;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
}

static void any_text_is_written_so_that_it_can_be_shown_and_told_from_others(void **state)
{
	static const char *const some[] = {
		"\x1b[2J", "\\x1b[2J", "\\\\x1b", "=1+1", "\\x3d1+1", "-1+cmd|' '!A",  "@x",  "+x",
		"-",	   "-12.5",    "+3 %",	  "a=b",  "\\xzz",    "\xe2\x80\xaex", "\xc3"};
	static const char *const plain[] = {"-", "-12.5", "+3 %", "a=b", "\\xzz"};
	struct writer *w = writer_create(path);
	char text[LONGEST_TEXT + 1];
	struct reader *r;
	struct row row;

	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		if (i < sizeof(some) / sizeof(*some))
			strcpy(keys[i], some[i]);
		else
			random_text(keys[i], LONGEST_TEXT);
		writer_fact(w, END_TX, METRIC_fact_option, keys[i], keys[i]);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		writer_fact(w, END_TX, METRIC_fact_option, plain[i], "");
	assert_int_equal(writer_finish(w), 0);
	r = reader_open(path);
	for (size_t i = 0; i < TEXTS; i++) {
		assert_int_equal(reader_next(r, &row), 1);
		assert_true(visible(row.key.at, row.key.len));
		assert_false(visible_is_formula(row.key.at, row.key.len));
		assert_int_equal(row.key.len, row.value.len);
		assert_memory_equal(row.key.at, row.value.at, row.key.len);
		decode(row.key, text);
		assert_string_equal(text, keys[i]);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		assert_int_equal(reader_next(r, &row), 1);
		assert_text(row.key, plain[i]);
	}
	reader_close(r);
}

static void a_row_that_is_handed_on_stays_as_it_is_or_becomes_safe(void **state)
{
	static const char *const come[] = {"\\x1b", "\x1b", "a\nb", "\xff"};
	static const char *const go[] = {"\\x1b", "\\x1b", "a\\x0ab", "\\xff"};
	static char endless[WRITER_TEXT_MAX + 100];
	struct writer *w = writer_create(path);
	struct reader *r;
	struct row row = {.time_s = WINDOW, .end = END_RX, .id = METRIC_fact_option};

	(void)state;
	for (int i = 0; i < 4; i++) {
		row.key = row.value = (struct text){come[i], strlen(come[i])};
		writer_row(w, &row);
	}
	memset(endless, 7, sizeof(endless));
	row.key = row.value = (struct text){endless, sizeof(endless)};
	writer_row(w, &row);
	assert_int_equal(writer_finish(w), 0);
	r = reader_open(path);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(reader_next(r, &row), 1);
		assert_text(row.key, go[i]);
		assert_text(row.value, go[i]);
	}
	/* However long: a record that can be read. */
	assert_int_equal(reader_next(r, &row), 1);
	assert_int_equal(row.key.len, 4 * WRITER_TEXT_MAX);
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

static void any_figure_comes_back_as_it_was(void **state)
{
	static const double some[] = {
		0,    0.1,   1.0 / 3, 1e15, 1e16,	9007199254740993.0, 1e22, 1e23,
		1e36, 1e-36, -1e36,   2.5,  123456.789, 0.000001,	    1e-7};
	struct writer *w = writer_create(path);
	double numbers[5000];
	struct reader *r;
	struct row row;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t bits = random_u64();

		if (i < sizeof(some) / sizeof(some[0]))
			numbers[i] = some[i];
		else if (i % 2)
			numbers[i] = (double)(bits >> (bits % 60)) / pow(10, bits % 12);
		else
			memcpy(&numbers[i], &bits, sizeof(bits));
		if (!number_counts(numbers[i]))
			numbers[i] = -7.25;
		writer_f64(w, WINDOW, END_TX, METRIC_cpu_busy, NULL, numbers[i]);
	}
	assert_int_equal(writer_finish(w), 0);
	r = reader_open(path);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(reader_next(r, &row), 1);
		assert_memory_equal(&row.number, &numbers[i], sizeof(double));
	}
	assert_int_equal(reader_next(r, &row), 0);
	reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_as_they_were_written),
		cmocka_unit_test(a_histogram_writes_its_buckets_that_are_not_empty),
		cmocka_unit_test(any_text_comes_back_in_any_pieces),
		cmocka_unit_test(any_text_is_written_so_that_it_can_be_shown_and_told_from_others),
		cmocka_unit_test(a_row_that_is_handed_on_stays_as_it_is_or_becomes_safe),
		cmocka_unit_test(any_figure_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
