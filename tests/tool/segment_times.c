// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * segment_times DEVICE PORT: of each TCP segment with payload over IPv4 that goes to PORT (>) or comes from there (<), at which
 * byte of its stream it ends, and the kernel's stamp on the packet (SO_TIMESTAMPNS on a packet socket), which no program on the
 * way has a say in: nanoseconds of CLOCK_REALTIME. Of one connection, from its beginning on. One a line, until it is ended.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
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

/* '>' or '<', or 0: neither, or without payload. first: the number of the first byte, of either direction. */
static char segment_of(const unsigned char *bytes, ssize_t size, unsigned int port,
		       uint32_t first[2], uint32_t *end)
{
	struct iphdr ip;
	struct tcphdr tcp;
	unsigned int payload;
	int back;

	if (size < (ssize_t)sizeof(ip))
		return 0;
	memcpy(&ip, bytes, sizeof(ip));
	if (ip.version != 4 || ip.protocol != IPPROTO_TCP ||
	    size < (ssize_t)(4 * ip.ihl + sizeof(tcp)))
		return 0;
	memcpy(&tcp, bytes + 4 * ip.ihl, sizeof(tcp));
	back = ntohs(tcp.source) == port;
	if (!back && ntohs(tcp.dest) != port)
		return 0;
	if (tcp.syn)
		first[back] = ntohl(tcp.seq) + 1;
	payload = ntohs(ip.tot_len) - 4 * ip.ihl - 4 * tcp.doff;
	*end = ntohl(tcp.seq) + payload - first[back];
	return !payload ? 0 : back ? '<' : '>';
}

int main(int argc, char **argv)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	uint32_t first[2] = {0};
	int one = 1;

	if (argc != 3 || fd < 0)
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
		uint32_t end;
		char way = segment_of(bytes, recvmsg(fd, &msg, 0), atoi(argv[2]), first, &end);

		if (way)
			printf("%c %u %lld\n", way, end, stamp_of(&msg));
	}
}
