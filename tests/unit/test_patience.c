// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/sockets.c nic/device.c nic/netlink.c */
/* libs: libmnl */
#include "record/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/say.h"
#include "datapath/sockets.h"

static char said[500];

static void take(void *data, const char *line)
{
	(void)data;
	strncat(said, line, sizeof(said) - strlen(said) - 1);
}

static void test_grows_with_the_flows(void **state)
{
	(void)state;
	unsetenv("ZCPROF_PATIENCE");
	assert_int_equal(patience_times(), 1);
	assert_int_equal(patience_s(1), 8);
	assert_int_equal(patience_reply_s(0), 5);
	assert_int_equal(patience_s(10000), 48);
	assert_int_equal(patience_reply_s(10000), 45);
}

static void test_as_often_as_the_environment_says(void **state)
{
	(void)state;
	setenv("ZCPROF_PATIENCE", "6", 1);
	assert_int_equal(patience_times(), 6);
	assert_int_equal(patience_s(1), 48);
	assert_int_equal(patience_reply_s(500), 42);
}

static void test_what_is_no_number_is_said_once(void **state)
{
	static const char *const wrong[] = {"6x", "0", "-1", "1001", "99999999999999999999"};

	(void)state;
	say_instead(take, NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setenv("ZCPROF_PATIENCE", wrong[i], 1);
		assert_int_equal(patience_s(1), 8);
	}
	say_instead(NULL, NULL);
	assert_non_null(strstr(said, "is '6x', where a number from 1 to 1000 is expected"));
	assert_null(strstr(said, "1001"));
}

static int setting(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, name, &value, &size), 0);
	return value;
}

/* The kernel's own patience with a peer: what it takes to give up one that is silent, and one that has data to take. */
static void test_the_kernel_waits_as_long(void **state)
{
	static const struct {
		const char *times;
		int within_s;
	} waits[] = {{"1", 5}, {"10", 50}, {"1000", 5000}};

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		setenv("ZCPROF_PATIENCE", waits[i].times, 1);
		socket_control(fd);
		assert_int_equal(setting(fd, TCP_KEEPIDLE) +
					 setting(fd, TCP_KEEPCNT) * setting(fd, TCP_KEEPINTVL),
				 waits[i].within_s);
		assert_int_equal(setting(fd, TCP_USER_TIMEOUT), waits[i].within_s * 1000);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_with_the_flows),
		cmocka_unit_test(test_as_often_as_the_environment_says),
		cmocka_unit_test(test_the_kernel_waits_as_long),
		cmocka_unit_test(test_what_is_no_number_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
