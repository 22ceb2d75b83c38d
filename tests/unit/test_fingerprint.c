// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/load/fingerprint.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/load/fingerprint.h"
#include "record/reader.h"

#define BYTES	"1.5,rx,path,bytes,,400,bytes\n,rx,path,bytes,,800,bytes\n"
#define STARTED ",host,fact,started,,2026-01-01T00:01:06.263Z,\n"
#define BOOT	",host,fact,host,boot,aeaa1f07-e956-4e00-b4e1-79c474ca220c,\n"

static struct fingerprint of(const char *rows)
{
	struct fingerprint f = {0};
	char text[1024];
	struct reader *r;
	struct row row;
	int got;

	snprintf(text, sizeof(text), RECORD_HEADER "\n%s", rows);
	r = reader_memory("x", text, strlen(text));
	assert_non_null(r);
	while ((got = reader_next(r, &row)) == 1)
		fingerprint_row(&f, &row);
	assert_int_equal(got, 0);
	reader_close(r);
	return f;
}

static bool same(const char *a, const char *b)
{
	struct fingerprint one = of(a), other = of(b);

	assert_int_equal(fingerprint_same(&one, &other), fingerprint_same(&other, &one));
	return fingerprint_same(&one, &other);
}

static void a_copy_is_one_in_any_order_and_by_any_name(void **state)
{
	(void)state;
	assert_true(same(STARTED BOOT BYTES, STARTED BOOT BYTES));
	assert_true(same(STARTED BOOT BYTES, BYTES BOOT STARTED));
	assert_true(same(STARTED BYTES, STARTED "1.5,rx,path,bytes,,400.0,bytes\n"
						",rx,path,bytes,,8e2,bytes\n"));
	assert_true(same(STARTED BYTES ",host,fact,repeat,,1,\n",
			 STARTED BYTES ",host,fact,repeat,,7,\n"));
	assert_true(same(STARTED BYTES, STARTED BYTES ",host,fact,label,rack,7,\n"));
	assert_true(same(STARTED BYTES ",host,fact,configuration,,a,\n",
			 STARTED BYTES ",host,fact,configuration,,b,\n"));
}

/* A machine whose clock is that of instructions does the same at each start, and dates it the same. */
static void equal_figures_of_two_starts_are_two_runs(void **state)
{
	(void)state;
	assert_false(same(STARTED BOOT BYTES, STARTED
			  ",host,fact,host,boot,5a3c9df2-6d0e-4f9f-8d5f-0f6dca0e0e11,\n" BYTES));
	assert_false(same(STARTED BOOT BYTES, STARTED BYTES));
	assert_false(same(STARTED BYTES, ",host,fact,started,,2026-01-01T00:01:06.264Z,\n" BYTES));
	assert_false(same(STARTED BYTES,
			  STARTED ",tx,path,bytes,,800,bytes\n1.5,rx,path,bytes,,400,bytes\n"));
	assert_false(same(STARTED BYTES,
			  STARTED "1.5,rx,path,bytes,,400,bytes\n,rx,path,bytes,,801,bytes\n"));
}

static void without_a_date_the_names_count_too(void **state)
{
	(void)state;
	assert_true(same(BYTES ",host,fact,repeat,,1,\n", BYTES ",host,fact,repeat,,1,\n"));
	assert_false(same(BYTES ",host,fact,repeat,,1,\n", BYTES ",host,fact,repeat,,2,\n"));
	assert_false(same(STARTED BYTES, BYTES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_one_in_any_order_and_by_any_name),
		cmocka_unit_test(equal_figures_of_two_starts_are_two_runs),
		cmocka_unit_test(without_a_date_the_names_count_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
