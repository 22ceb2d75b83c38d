// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include "nic/neighbour.h"

#define HOPS 64

static void take_end(const struct sockaddr_storage *from, uint32_t address[4], uint16_t *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

	memset(address, 0, 4 * sizeof(*address));
	*port = v4->sin_port; /* at the same place in both */
	if (from->ss_family == AF_INET)
		address[0] = v4->sin_addr.s_addr;
	else if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		memcpy(address, v6->sin6_addr.s6_addr + 12, sizeof(*address));
	else
		memcpy(address, &v6->sin6_addr, sizeof(v6->sin6_addr));
}

int frame_ends(int fd, struct frame_ends *e)
{
	struct sockaddr_storage here;
	struct sockaddr_storage there;
	socklen_t here_size = sizeof(here);
	socklen_t there_size = sizeof(there);

	memset(&here, 0, sizeof(here));
	memset(&there, 0, sizeof(there));
	if (getsockname(fd, (struct sockaddr *)&here, &here_size) ||
	    getpeername(fd, (struct sockaddr *)&there, &there_size))
		return -1;
	e->ipv6 = here.ss_family == AF_INET6 &&
		  !IN6_IS_ADDR_V4MAPPED(&((struct sockaddr_in6 *)&here)->sin6_addr);
	take_end(&here, e->here, &e->here_port);
	take_end(&there, e->there, &e->there_port);
	return 0;
}

size_t frame_headers(const struct frame_ends *e)
{
	return sizeof(struct ether_header) + sizeof(struct udphdr) +
	       (e->ipv6 ? sizeof(struct ip6_hdr) : sizeof(struct iphdr));
}

/* Of the Internet checksum (RFC 1071), before it is folded. */
static uint32_t sum_of(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;
	uint32_t sum = 0;
	uint16_t word;

	for (; size > 1; size -= 2, at += 2) {
		memcpy(&word, at, sizeof(word));
		sum += word;
	}
	word = 0;
	memcpy(&word, at, size);
	return sum + word;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

/* What the checksum covers (RFC 8200, 8.1), with a number of 0, and a stamp of 0. */
static uint32_t sum_of_all(const struct frame *frame, const struct flow *f)
{
	const struct frame_ends *e = &frame->ends;
	size_t stamp = frame->stamped ? sizeof(uint64_t) : 0;
	uint16_t length = htons(sizeof(struct udphdr) + frame->payload);

	return sum_of(e->here, sizeof(e->here)) + sum_of(e->there, sizeof(e->there)) +
	       htons(IPPROTO_UDP) + length + length + e->here_port + e->there_port +
	       sum_of(f->message->at + stamp, frame->payload - sizeof(uint64_t) - stamp);
}

int frame_init(struct frame *frame, struct flow *f, const char *device)
{
	char why[200];

	memset(frame, 0, sizeof(*frame));
	if (frame_ends(f->fd, &frame->ends))
		return flow_fail(f, "flow %u has no peer any more: %s", f->number, strerror(errno));
	frame->headers = frame_headers(&frame->ends);
	frame->payload = f->all->datagram;
	frame->stamped = f->all->stamp;
	if (neighbour_macs(device, frame->ends.ipv6 ? AF_INET6 : AF_INET, frame->ends.there,
			   frame->macs, why, sizeof(why)))
		return flow_fail(f, "%s", why);
	frame->sum = frame->ends.ipv6 ? sum_of_all(frame, f) : 0;
	return 0;
}

static void write_ipv4(const struct frame *frame, void *at, size_t udp)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(ip) + udp),
		.frag_off = htons(IP_DF),
		.ttl = HOPS,
		.protocol = IPPROTO_UDP,
		.saddr = frame->ends.here[0],
		.daddr = frame->ends.there[0],
	};

	ip.check = fold(sum_of(&ip, sizeof(ip)));
	memcpy(at, &ip, sizeof(ip));
}

static void write_ipv6(const struct frame *frame, void *at, size_t udp)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6U << 28),
		.ip6_plen = htons(udp),
		.ip6_nxt = IPPROTO_UDP,
		.ip6_hlim = HOPS,
	};

	memcpy(&ip.ip6_src, frame->ends.here, sizeof(ip.ip6_src));
	memcpy(&ip.ip6_dst, frame->ends.there, sizeof(ip.ip6_dst));
	memcpy(at, &ip, sizeof(ip));
}

void frame_write(const struct frame *frame, void *at, const void *message)
{
	struct ether_header eth = {.ether_type =
					   htons(frame->ends.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP)};
	struct udphdr udp = {
		.source = frame->ends.here_port,
		.dest = frame->ends.there_port,
		.len = htons(sizeof(udp) + frame->payload),
	};
	unsigned char *to = at;

	memcpy(&eth, frame->macs, sizeof(frame->macs));
	memcpy(to, &eth, sizeof(eth));
	if (frame->ends.ipv6)
		write_ipv6(frame, to + sizeof(eth), sizeof(udp) + frame->payload);
	else
		write_ipv4(frame, to + sizeof(eth), sizeof(udp) + frame->payload);
	memcpy(to + frame->headers - sizeof(udp), &udp, sizeof(udp));
	memcpy(to + frame->headers + sizeof(uint64_t), message, frame->payload - sizeof(uint64_t));
	frame_number(frame, to, 0, 0);
}
