// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * segment_times DEVICE PORT: of each TCP segment with payload over IPv4 that goes to PORT (>) or comes from there (<), at which
 * byte of its stream it ends, and the kernel's stamp on the packet (SO_TIMESTAMPNS on a packet socket), which no program on the
 * way has a say in: nanoseconds of CLOCK_REALTIME. Of one connection, from its beginning on. One a line, until it is ended.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tool/stamped.h"

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
	int fd = argc == 3 ? stamped_open(argv[1]) : -1;
	uint32_t first[2] = {0};
	unsigned char bytes[STAMPED_BYTES];
	long long ns;

	if (fd < 0)
		return argc == 3 ? 1 : 2;
	for (;;) {
		ssize_t size = stamped_next(fd, bytes, &ns);
		uint32_t ends;
		char way = segment_of(bytes, size, atoi(argv[2]), first, &ends);

		if (way)
			printf("%c %u %lld\n", way, ends, ns);
	}
}
