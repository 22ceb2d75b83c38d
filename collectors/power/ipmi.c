// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the machine's BMC measures: "Get Power Reading" of DCMI 1.5, chapter 6.6.1, by the kernel's
 * /dev/ipmi0 (Documentation/driver-api/ipmi.rst).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collectors/power/own.h"

enum {
	NETFN_GROUP = 0x2c,
	GROUP_DCMI = 0xdc,
	GET_POWER_READING = 0x02,
	SYSTEM_POWER = 0x01,
	/* Of the answer: code, group, current, least, most and mean watts, time, period, state. */
	ANSWER = 19,
	AT_CURRENT = 2,
	AT_STATE = 18,
	MEASURING = 0x40,
	WAIT_MS = 2000,
};

static int send(int fd, long id)
{
	struct ipmi_system_interface_addr bmc = {
		.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
		.channel = IPMI_BMC_CHANNEL,
	};
	unsigned char data[] = {GROUP_DCMI, SYSTEM_POWER, 0, 0};
	struct ipmi_req request = {
		.addr = (unsigned char *)&bmc,
		.addr_len = sizeof(bmc),
		.msgid = id,
		.msg = {.netfn = NETFN_GROUP,
			.cmd = GET_POWER_READING,
			.data = data,
			.data_len = sizeof(data)},
	};

	return ioctl(fd, IPMICTL_SEND_COMMAND, &request);
}

/* 1 where it was the answer to another question, 0, or -1. */
static int receive(int fd, long id, unsigned char answer[ANSWER])
{
	struct ipmi_addr from;
	struct ipmi_recv got = {
		.addr = (unsigned char *)&from,
		.addr_len = sizeof(from),
		.msg = {.data = answer, .data_len = ANSWER},
	};
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	if (poll(&readable, 1, WAIT_MS) != 1 || ioctl(fd, IPMICTL_RECEIVE_MSG_TRUNC, &got))
		return -1;
	if (got.msgid != id || got.recv_type != IPMI_RESPONSE_RECV_TYPE)
		return 1;
	return got.msg.data_len < ANSWER || answer[0] || answer[1] != GROUP_DCMI ||
			       !(answer[AT_STATE] & MEASURING)
		       ? -1
		       : 0;
}

static int read_watts(const struct own_part *part, uint64_t *watts)
{
	static long last;
	unsigned char answer[ANSWER] = {0};
	long id = ++last;
	int result = -1;

	if (send(part->fd, id))
		return -1;
	/* Answers to others' questions, of which a BMC in trouble may have any number. */
	for (int tries = 0; tries < 100; tries++) {
		result = receive(part->fd, id, answer);
		if (result <= 0)
			break;
	}
	*watts = answer[AT_CURRENT] | (uint64_t)answer[AT_CURRENT + 1] << 8;
	return result ? -1 : 0;
}

void own_ipmi_find(struct own_power *o, int meter, char *why, size_t why_size)
{
	int fd = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);
	struct own_part *part, probe = {.fd = fd};
	uint64_t watts;

	if (fd < 0) {
		if (errno == EACCES)
			snprintf(why, why_size, "/dev/ipmi0 cannot be opened: run as root");
		return;
	}
	/* Many a BMC has no meter, or has it turned off. */
	part = read_watts(&probe, &watts) ? NULL : own_power_add(o, meter, "system");
	if (!part) {
		close(fd);
		return;
	}
	part->fd = fd;
	part->read = read_watts;
	part->adds = true;
	part->unit = 1;
	part->every_s = 1;
}
