/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of a device with the kernel's stamps (SO_TIMESTAMPNS on a packet socket), which no program on the way has a
 * say in.
 *
 *   stamped_open()  a socket that has seen none before, after "ready" was printed; below 0: it cannot be
 *   stamped_next()  waits for a packet: its first bytes, from the IP header on. Returns how many, or below 0;
 *                   ns: of CLOCK_REALTIME
 */
#ifndef TESTS_TOOL_STAMPED_H
#define TESTS_TOOL_STAMPED_H

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define STAMPED_BYTES 256

static inline int stamped_open(const char *device)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int one = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)))
		return -1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	return fd;
}

static inline ssize_t stamped_next(int fd, unsigned char bytes[STAMPED_BYTES], long long *ns)
{
	char control[256];
	struct iovec into = {bytes, STAMPED_BYTES};
	struct msghdr msg = {
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(fd, &msg, 0);
	struct timespec at = {0};

	for (struct cmsghdr *c = size < 0 ? NULL : CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&at, CMSG_DATA(c), sizeof(at));
	*ns = at.tv_sec * 1000000000LL + at.tv_nsec;
	return size;
}

#endif
