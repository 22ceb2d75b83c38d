// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/visible.h"

static void assert_shown(const char *text, const char *expected)
{
	char copy[200];

	assert_int_equal(visible_copy(copy, sizeof(copy), text, strlen(text)), strlen(expected));
	assert_string_equal(copy, expected);
	assert_int_equal(visible(text, strlen(text)), !strcmp(text, expected));
	/* What can be shown stays as it is. */
	assert_true(visible(copy, strlen(copy)));
}

static void what_can_be_read_stays(void **state)
{
	(void)state;
	assert_shown("", "");
	assert_shown("kworker/0:1-events", "kworker/0:1-events");
	assert_shown("Σ µs ä 同步 😀 \\ \" ,", "Σ µs ä 同步 😀 \\ \" ,");
}

static void controls_are_bytes(void **state)
{
	(void)state;
	assert_shown("\x1b]0;x\x07\t\r\n\x7f", "\\x1b]0;x\\x07\\x09\\x0d\\x0a\\x7f");
	/* CSI of eight bits, as a character and as a byte. */
	assert_shown("\xc2\x9b"
		     "31m \x9b",
		     "\\xc2\\x9b31m \\x9b");
}

static void what_turns_or_hides_text_is_bytes(void **state)
{
	(void)state;
	assert_shown("a\u202eb\u2066c", "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c");
	assert_shown("\u200b\ufeff", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf");
	assert_shown("\u2028\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
	assert_shown("\U000e0041", "\\xf3\\xa0\\x81\\x81");
}

static void what_is_no_utf_8_is_bytes(void **state)
{
	(void)state;
	/* A name that was cut inside a character, as the kernel cuts at 15 bytes. */
	assert_shown("inner-job-\xe5\x90\x8c\xe6\xad", "inner-job-同\\xe6\\xad");
	assert_shown("\xc0\xaf \xe0\x80\xaf", "\\xc0\\xaf \\xe0\\x80\\xaf"); /* longer than needed */
	assert_shown("\xed\xa0\x80", "\\xed\\xa0\\x80");		     /* half a pair */
	assert_shown("\xf4\x90\x80\x80\xff", "\\xf4\\x90\\x80\\x80\\xff");
	assert_shown("\xef\xbf\xbf", "\\xef\\xbf\\xbf");
	assert_shown("\x80", "\\x80");
}

static void a_copy_is_cut_between_characters(void **state)
{
	char copy[8];

	(void)state;
	assert_int_equal(visible_copy(copy, sizeof(copy), "123456\xc3\xa4", 8), 6);
	assert_string_equal(copy, "123456");
	assert_int_equal(visible_copy(copy, sizeof(copy), "1234\x1b", 5), 4);
	assert_int_equal(visible_copy(copy, sizeof(copy), "123\x1b", 4), 7);
	assert_string_equal(copy, "123\\x1b");
	assert_int_equal(visible_copy(copy, 1, "x", 1), 0);
	assert_string_equal(copy, "");
	/* A NUL inside is a byte as another. */
	assert_int_equal(visible_copy(copy, sizeof(copy), "a\0b", 3), 6);
	assert_string_equal(copy, "a\\x00b");
}

static void what_is_escaped_comes_back(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(visible_undo(text, sizeof(text), "\\x2d-gro \\x1b", 13), 7);
	assert_string_equal(text, "--gro \x1b");
	/* What is no escape, and a NUL, which would end the text. */
	assert_int_equal(visible_undo(text, sizeof(text), "\\x\\xg0\\x00", 10), 10);
	assert_string_equal(text, "\\x\\xg0\\x00");
	assert_int_equal(visible_undo(text, 3, "abcd", 4), 2);
	assert_string_equal(text, "ab");
	assert_int_equal(visible_undo(text, 1, "a", 1), 0);
}

static void formulas(void **state)
{
	static const char *const yes[] = {"=1", "+x", "-x",    "@x",  "-1+2",
					  "--", "=",  "+1 %x", "-1,5"};
	static const char *const no[] = {"", "-", "-1", "+1.5", "-3.2 %", "1=1", "a@b", "x"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_int_equal(visible_is_formula(yes[i], strlen(yes[i])), strlen(yes[i]) > 1);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(visible_is_formula(no[i], strlen(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_read_stays),
		cmocka_unit_test(controls_are_bytes),
		cmocka_unit_test(what_turns_or_hides_text_is_bytes),
		cmocka_unit_test(what_is_no_utf_8_is_bytes),
		cmocka_unit_test(a_copy_is_cut_between_characters),
		cmocka_unit_test(what_is_escaped_comes_back),
		cmocka_unit_test(formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
