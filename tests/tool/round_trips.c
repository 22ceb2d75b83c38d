// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * round_trips DEVICE PORT COUNT: the time from each TCP segment with payload that leaves DEVICE for PORT to
 * the next one that comes back from there, by the kernel's stamps on packets (SO_TIMESTAMPNS on a packet
 * socket), which no program on the way has a say in. Prints the nanoseconds of COUNT of them, one a line.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int64_t stamp_of(struct msghdr *msg)
{
	struct timespec at = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&at, CMSG_DATA(c), sizeof(at));
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* 1: goes to the port; -1: comes from it; 0: neither, or without payload. */
static int direction(const unsigned char *bytes, ssize_t size, unsigned int port)
{
	struct iphdr ip;
	struct tcphdr tcp;

	if (size < (ssize_t)(sizeof(ip) + sizeof(tcp)))
		return 0;
	memcpy(&ip, bytes, sizeof(ip));
	if (ip.version != 4 || ip.protocol != IPPROTO_TCP)
		return 0;
	memcpy(&tcp, bytes + 4 * ip.ihl, sizeof(tcp));
	if (ntohs(ip.tot_len) == 4 * ip.ihl + 4 * tcp.doff)
		return 0;
	return ntohs(tcp.dest) == port ? 1 : ntohs(tcp.source) == port ? -1 : 0;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int64_t sent = 0;
	int one = 1;
	long left;

	if (argc != 4 || fd < 0)
		return 2;
	at.sll_ifindex = if_nametoindex(argv[1]);
	left = atol(argv[3]);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)))
		return 1;
	puts("ready");
	fflush(stdout);
	while (left) {
		unsigned char bytes[256];
		char control[256];
		struct iovec into = {bytes, sizeof(bytes)};
		struct msghdr msg = {
			.msg_iov = &into,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		int way = direction(bytes, recvmsg(fd, &msg, 0), atoi(argv[2]));

		if (way > 0 && !sent)
			sent = stamp_of(&msg);
		if (way < 0 && sent) {
			printf("%lld\n", (long long)(stamp_of(&msg) - sent));
			sent = 0;
			left--;
		}
	}
	return 0;
}
