// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: nic/netlink.c */
/* libs: libmnl */
/* Of the metrics of many routes each is said once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nic/routes.c" /* what the kernel said is its own to know */

static void say(struct asking *a, int type, uint32_t value)
{
	char bytes[64] = {0};
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(bytes);

	mnl_attr_put_u32(nlh, (uint16_t)type, value);
	note_metric(a, mnl_nlmsg_get_payload(nlh));
}

static void test_each_once(void **state)
{
	char text[64] = "";
	struct asking a = {1, text, sizeof(text), 0};

	(void)state;
	say(&a, RTAX_MTU, 1500);
	say(&a, RTAX_MTU, 1500);
	say(&a, RTAX_MTU, 150);
	say(&a, RTAX_INITCWND, 10);
	say(&a, RTAX_CWND, 10);
	say(&a, RTAX_CWND, 10);
	say(&a, RTAX_MTU, 150);
	assert_string_equal(text, "mtu 1500, mtu 150, initcwnd 10, cwnd 10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
