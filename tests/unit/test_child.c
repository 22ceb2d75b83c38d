// SPDX-License-Identifier: GPL-2.0-or-later
/* A child whose end is waited for, but not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/child.h"

static void test_no_longer_than(void **state)
{
	char *sleeps[] = {"sleep", "1000", NULL}, *fails[] = {"false", NULL};
	struct child child = {.argv = sleeps, .fds = {-1, -1, -1}};
	int status = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(child_start(&child, &pid), 0);
	assert_int_equal(child_wait_for(pid, &status, 20), -ETIMEDOUT);
	assert_int_equal(waitpid(pid, &status, 0), -1);
	assert_int_equal(errno, ECHILD);
	child.argv = fails;
	assert_int_equal(child_start(&child, &pid), 0);
	assert_int_equal(child_wait_for(pid, &status, 60000), 0);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_int_equal(child_wait_for(pid, &status, 0), -ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_longer_than),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
