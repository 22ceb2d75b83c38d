// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/tool.c nic/netns.c */
/* A program whose answer is waited for, but not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "zcprof/tool.h"

static void test_answers(void **state)
{
	char *argv[] = {"sh", "-c", "echo one; echo two >&2; exit 3", NULL};
	struct tool_result result;

	(void)state;
	tool_run(argv, 60000, &result);
	assert_int_equal(result.exit_code, 3);
	assert_string_equal(result.out, "one");
	assert_string_equal(result.err, "two");
}

/* It says nothing more, and goes on. */
static void test_outputs_closed(void **state)
{
	char *argv[] = {"sh", "-c", "exec sleep 1000 >&- 2>&-", NULL};
	struct tool_result result;

	(void)state;
	alarm(60);
	tool_run(argv, 1000, &result);
	alarm(0);
	assert_int_equal(result.exit_code, -1);
	assert_string_equal(result.reason, "sh did not answer within 1 s");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_outputs_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
