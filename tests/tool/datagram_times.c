// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * datagram_times DEVICE PORT to|from: of each UDP datagram over IPv4 to or from PORT that DEVICE sends or receives, the number that it
 * begins with (datapath/udp.h) and the kernel's stamp on the packet (SO_TIMESTAMPNS on a packet socket), which no program
 * on the way has a say in: nanoseconds of CLOCK_REALTIME. One a line, until it is ended.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static long long stamp_of(struct msghdr *msg)
{
	struct timespec at = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&at, CMSG_DATA(c), sizeof(at));
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* -1: it is none of them. */
static int number_of(const unsigned char *bytes, ssize_t size, unsigned int port, int from,
		     uint64_t *number)
{
	struct iphdr ip;
	struct udphdr udp;

	if (size < (ssize_t)sizeof(ip))
		return -1;
	memcpy(&ip, bytes, sizeof(ip));
	if (ip.version != 4 || ip.protocol != IPPROTO_UDP ||
	    size < (ssize_t)(4 * ip.ihl + sizeof(udp) + sizeof(*number)))
		return -1;
	memcpy(&udp, bytes + 4 * ip.ihl, sizeof(udp));
	memcpy(number, bytes + 4 * ip.ihl + sizeof(udp), sizeof(*number));
	return ntohs(from ? udp.source : udp.dest) == port ? 0 : -1;
}

int main(int argc, char **argv)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int one = 1;

	if (argc != 4 || fd < 0)
		return 2;
	at.sll_ifindex = if_nametoindex(argv[1]);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (;;) {
		unsigned char bytes[256];
		char control[256];
		struct iovec into = {bytes, sizeof(bytes)};
		struct msghdr msg = {
			.msg_iov = &into,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		uint64_t number;

		if (!number_of(bytes, recvmsg(fd, &msg, 0), atoi(argv[2]), !strcmp(argv[3], "from"),
			       &number))
			printf("%llu %lld\n", (unsigned long long)number, stamp_of(&msg));
	}
}
