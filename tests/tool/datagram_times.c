// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * datagram_times DEVICE PORT to|from: of each UDP datagram over IPv4 to or from PORT that DEVICE sends or receives, the number that it
 * begins with (datapath/udp.h) and the kernel's stamp on the packet (SO_TIMESTAMPNS on a packet socket), which no program
 * on the way has a say in: nanoseconds of CLOCK_REALTIME. One a line, until it is ended.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tool/stamped.h"

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
	int fd = argc == 4 ? stamped_open(argv[1]) : -1;
	unsigned char bytes[STAMPED_BYTES];
	long long ns;

	if (fd < 0)
		return argc == 4 ? 1 : 2;
	for (;;) {
		ssize_t size = stamped_next(fd, bytes, &ns);
		uint64_t number;

		if (!number_of(bytes, size, atoi(argv[2]), !strcmp(argv[3], "from"), &number))
			printf("%llu %lld\n", (unsigned long long)number, ns);
	}
}
