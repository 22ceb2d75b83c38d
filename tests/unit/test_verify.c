// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/verify.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/verify.h"

#define MESSAGE 1003 /* no multiple of a word, so that its end falls inside one */

/* Three messages in a row, as a receiver sees them. */
static unsigned char *stream(void)
{
	unsigned char *bytes = malloc(3 * MESSAGE);

	assert_non_null(bytes);
	for (int i = 0; i < 3; i++)
		pattern_fill(bytes + i * MESSAGE, MESSAGE);
	return bytes;
}

static void check_in_pieces(struct verify *v, const unsigned char *bytes, size_t size, size_t piece)
{
	verify_init(v, MESSAGE);
	for (size_t at = 0; at < size; at += piece)
		verify_bytes(v, bytes + at, piece < size - at ? piece : size - at);
}

static void takes_its_own_pattern_in_any_pieces(void **state)
{
	unsigned char *bytes = stream();
	struct verify v;

	(void)state;
	for (size_t piece = 1; piece < 40; piece++) {
		check_in_pieces(&v, bytes, 3 * MESSAGE, piece);
		assert_int_equal(v.bad, 0);
		assert_int_equal(v.position, 3 * MESSAGE);
	}
	free(bytes);
}

static void sees_every_changed_byte(void **state)
{
	unsigned char *bytes = stream();
	struct verify v;

	(void)state;
	for (size_t at = 0; at < 3 * MESSAGE; at++) {
		bytes[at] ^= 0x40;
		check_in_pieces(&v, bytes, 3 * MESSAGE, 61);
		assert_int_equal(v.bad, 1);
		assert_int_equal(v.first_bad, at);
		bytes[at] ^= 0x40;
	}
	free(bytes);
}

static void sees_a_lost_byte(void **state)
{
	unsigned char *bytes = stream();
	struct verify v;

	(void)state;
	memmove(bytes + 100, bytes + 101, 3 * MESSAGE - 101);
	check_in_pieces(&v, bytes, 3 * MESSAGE - 1, 512);
	assert_true(v.bad > MESSAGE);
	assert_true(v.first_bad >= 100 && v.first_bad < 104);
	free(bytes);
}

static void has_no_period_that_a_moved_page_could_hide_in(void **state)
{
	const size_t size = 64 * 4096;
	unsigned char *bytes = malloc(size);

	(void)state;
	assert_non_null(bytes);
	pattern_fill(bytes, size);
	for (size_t page = 1; page < 64; page++)
		assert_memory_not_equal(bytes, bytes + page * 4096, 64);
	free(bytes);
}

static void checks_nothing_unless_asked(void **state)
{
	struct verify v;

	(void)state;
	verify_init(&v, 0);
	verify_bytes(&v, "wrong", 5);
	assert_int_equal(v.bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_its_own_pattern_in_any_pieces),
		cmocka_unit_test(sees_every_changed_byte),
		cmocka_unit_test(sees_a_lost_byte),
		cmocka_unit_test(has_no_period_that_a_moved_page_could_hide_in),
		cmocka_unit_test(checks_nothing_unless_asked),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
