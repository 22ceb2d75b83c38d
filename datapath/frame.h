/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow's datagrams as they are on the wire, for paths that see them there: Ethernet, IPv4 or IPv6, UDP,
 * and a payload that begins with the datagram's number, and its stamp if it has one (datapath/udp.h).
 *
 *   frame_ends()     addresses and ports of a flow, as a packet has them
 *   frame_headers()  bytes before the payload
 *   frame_init()     all that a flow's frames have in common; asks the kernel for the way to the peer
 *   frame_write()    a whole frame
 *   frame_number()   give it its number and its stamp, and the checksum of that
 */
#ifndef DATAPATH_FRAME_H
#define DATAPATH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "datapath/flow.h"

/* In network order; an IPv4 address is the first word, also where a socket of IPv6 has it. */
struct frame_ends {
	bool ipv6;
	uint32_t here[4];
	uint32_t there[4];
	uint16_t here_port;
	uint16_t there_port;
};

struct frame {
	struct frame_ends ends;
	unsigned char macs[12]; /* the receiver's, and this device's */
	size_t headers;
	size_t payload;
	bool stamped;
	uint32_t sum; /* IPv6: of all that a checksum covers but the number and the stamp, not folded */
};

/* 0, or -1 with errno. */
int frame_ends(int fd, struct frame_ends *e);
size_t frame_headers(const struct frame_ends *e);
/* 0, or -1 after flow_fail(). device: that the frames will leave by. */
int frame_init(struct frame *frame, struct flow *f, const char *device);
void frame_write(const struct frame *frame, void *at, const void *message);

/* Of the Internet checksum (RFC 1071), before it is folded. */
static inline uint32_t frame_sum(uint64_t word)
{
	return (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
}

/* stamp: nothing where there is none. */
static inline void frame_number(const struct frame *frame, unsigned char *at, uint64_t number,
				uint64_t stamp)
{
	memcpy(at + frame->headers, &number, sizeof(number));
	if (frame->stamped)
		memcpy(at + frame->headers + sizeof(number), &stamp, sizeof(stamp));
	/* IPv4 lets a sender leave the checksum out (RFC 768), IPv6 does not (RFC 8200, 8.1). */
	if (frame->ends.ipv6) {
		uint32_t sum =
			frame->sum + frame_sum(number) + (frame->stamped ? frame_sum(stamp) : 0);
		uint16_t checksum;

		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		checksum = ~sum;
		checksum = checksum ? checksum : 0xffff; /* 0 says that there is none */
		memcpy(at + frame->headers - sizeof(checksum), &checksum, sizeof(checksum));
	}
}

#endif
