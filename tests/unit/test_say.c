// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/say.h"

static int stderr_before;
static int pipe_fds[2];

static int listen_to_stderr(void **state)
{
	(void)state;
	stderr_before = dup(STDERR_FILENO);
	/* In packets: what one write() gave is what one read() gets. */
	return pipe2(pipe_fds, O_DIRECT) || dup2(pipe_fds[1], STDERR_FILENO) < 0;
}

static int stop_listening(void **state)
{
	(void)state;
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return 0;
}

static void assert_heard(const char *expected)
{
	char text[8192];
	ssize_t n = read(pipe_fds[0], text, sizeof(text) - 1);

	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void each_message_is_a_line_with_the_program_s_name(void **state)
{
	(void)state;
	say_program("zcpath");
	say_error("cannot bind port %d: %s", 5201, "Address already in use");
	assert_heard("zcpath: cannot bind port 5201: Address already in use\n");
	say_warning("%s", "weaker");
	assert_heard("zcpath: warning: weaker\n");
	say_info("%s", "10%");
	assert_heard("zcpath: 10%\n");
}

static void details_are_for_the_verbose(void **state)
{
	(void)state;
	say_program("zcpath");
	say_detail("one");
	say_verbose(true);
	say_detail("two");
	say_verbose(false);
	say_detail("three");
	assert_heard("zcpath: two\n");
}

static void a_message_that_is_too_long_is_cut_and_still_a_line(void **state)
{
	char text[4000];
	char expected[2048];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say_program("zcpath");
	say_error("%s", text);
	memset(expected, 'x', sizeof(expected));
	memcpy(expected, "zcpath: ", 8);
	strcpy(expected + sizeof(expected) - 2, "\n");
	assert_heard(expected);
}

static void what_others_said_moves_no_cursor(void **state)
{
	char text[3000], heard[3000];
	ssize_t n;

	(void)state;
	say_program("zcpath");
	say_error("the far end says \"%s\"", "\x1b[31m\nzcpath: all is well\r\xff \xe2\x80\xae");
	assert_heard("zcpath: the far end says \"\\x1b[31m\\x0azcpath: all is well\\x0d\\xff \\xe2\\x80\\xae\"\n");
	say_info("%s", "Σ 10 µs");
	assert_heard("zcpath: Σ 10 µs\n");
	/* A line is cut between characters, also where each takes four. */
	memset(text, '\x1b', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say_error("%s", text);
	n = read(pipe_fds[0], heard, sizeof(heard));
	assert_in_range(n, 2000, 2048);
	assert_memory_equal(heard + n - 5, "\\x1b\n", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_message_is_a_line_with_the_program_s_name,
						listen_to_stderr, stop_listening),
		cmocka_unit_test_setup_teardown(what_others_said_moves_no_cursor, listen_to_stderr,
						stop_listening),
		cmocka_unit_test_setup_teardown(details_are_for_the_verbose, listen_to_stderr,
						stop_listening),
		cmocka_unit_test_setup_teardown(a_message_that_is_too_long_is_cut_and_still_a_line,
						listen_to_stderr, stop_listening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
