// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/power/own.c collectors/power/rapl.c collectors/power/energy.c
 * collectors/power/hwmon.c collectors/power/ipmi.c collectors/power/gpu.c collectors/power/meter.c
 * collectors/power/counter.c collectors/kit/cpus.c collectors/kit/sysfs.c collectors/kit/unique.c */
/* link: -Wl,--wrap=open -Wl,--wrap=ioctl -Wl,--wrap=poll -ldl */
/* A BMC that is made up: what is asked of it, byte by byte, and what its answers mean. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include "collectors/power/own.h"

/* DCMI 1.5, table 6-16: 0x0155 W now, 2 least, 800 most, 300 mean, measuring. */
static const unsigned char reading[] = {0x00, 0xdc, 0x55, 0x01, 0x02, 0x00, 0x20, 0x03, 0x2c, 0x01,
					0x10, 0x20, 0x30, 0x40, 0xe8, 0x03, 0x00, 0x00, 0x40};

static struct {
	unsigned char answer[sizeof(reading)];
	unsigned short length;
	int others; /* answers to somebody else's questions that come first */
	bool silent;
	long asked; /* the latest message's id */
} bmc;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);

int __wrap_open(const char *path, int flags, ...)
{
	if (!strcmp(path, "/dev/ipmi0"))
		return __real_open("/dev/null", O_RDWR | O_CLOEXEC);
	return __real_open(path, flags, 0600);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	(void)ms;
	assert_int_equal(count, 1);
	fds->revents = POLLIN;
	return bmc.silent ? 0 : 1;
}

static int asked(const struct ipmi_req *request)
{
	const struct ipmi_system_interface_addr *to = (const void *)request->addr;
	static const unsigned char words[] = {0xdc, 0x01, 0x00, 0x00};

	assert_int_equal(to->addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
	assert_int_equal(to->channel, IPMI_BMC_CHANNEL);
	assert_int_equal(request->msg.netfn, 0x2c);
	assert_int_equal(request->msg.cmd, 0x02);
	assert_int_equal(request->msg.data_len, sizeof(words));
	assert_memory_equal(request->msg.data, words, sizeof(words));
	bmc.asked = request->msgid;
	return 0;
}

static int answered(struct ipmi_recv *got)
{
	got->recv_type = IPMI_RESPONSE_RECV_TYPE;
	got->msgid = bmc.others ? bmc.asked - 1 : bmc.asked;
	bmc.others -= bmc.others > 0;
	assert_true(got->msg.data_len >= bmc.length);
	got->msg.data_len = bmc.length;
	memcpy(got->msg.data, bmc.answer, bmc.length);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *argument;

	(void)fd;
	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (request == IPMICTL_SEND_COMMAND)
		return asked(argument);
	assert_true(request == IPMICTL_RECEIVE_MSG_TRUNC);
	return answered(argument);
}

static void well(void)
{
	memset(&bmc, 0, sizeof(bmc));
	memcpy(bmc.answer, reading, sizeof(reading));
	bmc.length = sizeof(reading);
}

/* How many parts it has then. */
static size_t found(struct own_power *o)
{
	char why[200] = "";

	*o = (struct own_power){.stop = -1};
	own_ipmi_find(o, 3, why, sizeof(why));
	assert_string_equal(why, "");
	return o->count;
}

static void its_watts_are_those_of_now(void **state)
{
	struct own_power o;
	uint64_t watts;

	(void)state;
	well();
	assert_int_equal(found(&o), 1);
	assert_true(o.parts[0].adds && !o.parts[0].counts && o.parts[0].unit == 1);
	bmc.others = 3;
	assert_int_equal(o.parts[0].read(&o.parts[0], &watts), 0);
	assert_int_equal(watts, 341);
	own_power_close(&o);
}

static void one_that_does_not_measure_is_no_meter(void **state)
{
	struct own_power o;

	(void)state;
	well();
	bmc.answer[0] = 0xc1; /* "invalid command": it knows no DCMI */
	bmc.length = 1;
	assert_int_equal(found(&o), 0);
	well();
	bmc.answer[18] = 0; /* turned off */
	assert_int_equal(found(&o), 0);
	well();
	bmc.answer[1] = 0xdd; /* another group's answer */
	assert_int_equal(found(&o), 0);
	well();
	bmc.silent = true;
	assert_int_equal(found(&o), 0);
	own_power_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_watts_are_those_of_now),
		cmocka_unit_test(one_that_does_not_measure_is_no_meter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
