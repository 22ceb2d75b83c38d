// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/xdp_sink.c nic/device.c nic/link_make.c nic/netlink.c nic/netns.c */
/* libs: libmnl libbpf */
/* Where forwarded datagrams come to: what it says of what it cannot do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

#include <cmocka.h>

#include "datapath/xdp_sink.h"

static void test_device_that_is_gone(void **state)
{
	struct xdp_sink sink;
	const char *what = "";

	(void)state;
	xdp_sink_init(&sink);
	assert_int_equal(xdp_sink_make(&sink, "nosuchdevice0", &what), -ENODEV);
	assert_string_equal(what, "tell how long a packet of it may be");
	assert_int_equal(sink.netns, -1);
	xdp_sink_end(&sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_device_that_is_gone)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
