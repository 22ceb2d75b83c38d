// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define NUMBER_BYTES sizeof(uint64_t)
#define GSO_MOST                                                                                   \
	64 /* datagrams that the kernel cuts from one send: UDP_MAX_SEGMENTS of older ones */

/* The socket of a flow, with the addresses of its connection; -1 after flow_fail(). */
static int open_beside(struct flow *f)
{
	struct sockaddr_storage here = {0};
	struct sockaddr_storage there = {0};
	socklen_t here_size = sizeof(here);
	socklen_t there_size = sizeof(there);
	const struct options *option = &f->config->options;
	int buffer = f->config->end == END_TX ? option->sndbuf : option->rcvbuf;
	int one = 1;
	int fd;

	if (getsockname(f->fd, (struct sockaddr *)&here, &here_size) ||
	    getpeername(f->fd, (struct sockaddr *)&there, &there_size))
		return flow_fail(f, "flow %u has no peer any more: %s", f->number, strerror(errno));
	fd = socket(here.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && buffer)
		setsockopt(fd, SOL_SOCKET, f->config->end == END_TX ? SO_SNDBUF : SO_RCVBUF,
			   &buffer, sizeof(buffer));
	/* All flows of a receiver have one port; whose a datagram is the sender's port says. */
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) &&
	    !bind(fd, (struct sockaddr *)&here, here_size) &&
	    !connect(fd, (struct sockaddr *)&there, there_size))
		return fd;
	flow_fail(f, "cannot open the UDP socket of flow %u: %s; give another port with --port",
		  f->number, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* While nothing moves, so that the first datagram finds it there. */
int udp_open(struct flow *f)
{
	f->datagrams_fd = -1;
	if (!f->all->datagram)
		return 0;
	f->datagrams_fd = open_beside(f);
	return f->datagrams_fd < 0 ? -1 : 0;
}

void udp_close(struct flow *f)
{
	if (f->all->datagram && f->datagrams_fd >= 0)
		close(f->datagrams_fd);
}

/* ---- the sender ---- */

static unsigned int at_once(const struct flow *f)
{
	unsigned int most = UDP_MOST / f->all->datagram;

	if (most > GSO_MOST)
		most = GSO_MOST;
	return f->config->options.udp_gso < most ? f->config->options.udp_gso : most;
}

/* As many datagrams as go at once, each the beginning of the message behind its number. */
static int fill(struct flow *f, struct memory *burst, unsigned int count)
{
	size_t size = f->all->datagram;
	char why[200];

	if (memory_get(burst, size * count, f->config->options.hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	for (unsigned int i = 0; i < count; i++)
		memcpy((char *)burst->at + i * size + NUMBER_BYTES, f->message->at,
		       size - NUMBER_BYTES);
	return 0;
}

static int send_bursts(struct flow *f, const struct memory *burst, unsigned int datagrams)
{
	struct counters *c = &f->counters;
	uint64_t number = 0;

	while (!flow_told(f)) {
		ssize_t sent;

		for (unsigned int i = 0; i < datagrams; i++) {
			uint64_t own = number + i;

			memcpy((char *)burst->at + i * f->all->datagram, &own, sizeof(own));
		}
		sent = send(f->datagrams_fd, burst->at, burst->size, MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		/* A full device or queue drops what it cannot take: the receiver knows by the numbers. */
		if (sent < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (sent < 0)
			return flow_fail(f, "cannot send a datagram on flow %u: %s%s", f->number,
					 strerror(errno),
					 errno == EMSGSIZE || errno == EINVAL
						 ? "; it does not fit: give a smaller --udp"
						 : "");
		number += datagrams;
		count(&c->event[EVENT_datagrams], datagrams);
		count(&c->bytes_copied, sent);
		count(&c->bytes, sent);
	}
	return 0;
}

int udp_send(struct flow *f)
{
	unsigned int datagrams = at_once(f);
	int segment = f->all->datagram;
	struct memory burst = {0};
	int result = fill(f, &burst, datagrams);

	if (!result && datagrams > 1 &&
	    setsockopt(f->datagrams_fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
		result = flow_unable(f, "cannot use UDP_SEGMENT: %s; leave out --udp-gso",
				     strerror(errno));
	if (!result)
		result = send_bursts(f, &burst, datagrams);
	memory_free(&burst);
	return result;
}

/* ---- the receiver ---- */

static void take(struct flow *f, const char *at, size_t size, uint64_t *next)
{
	struct counters *c = &f->counters;
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	if (number >= *next) {
		count(&c->event[EVENT_datagrams_missed], number - *next);
		*next = number + 1;
	} else {
		count(&c->event[EVENT_datagrams_late], 1);
	}
	count(&c->event[EVENT_datagrams], 1);
	if (f->verify.message) {
		f->verify.position = 0;
		verify_check(&f->verify, at + sizeof(number), size - sizeof(number));
	}
}

/* What the kernel joined is cut into datagrams again; *segment: of how many bytes each is. */
static ssize_t receive(struct flow *f, const struct memory *buffer, size_t *segment)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec into = {buffer->at, buffer->size};
	struct msghdr msg = {
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(f->datagrams_fd, &msg, MSG_DONTWAIT);
	int joined;

	count(&f->counters.call[CALL_recvmsg], 1);
	*segment = got > 0 ? got : 0;
	for (struct cmsghdr *m = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL; m; m = CMSG_NXTHDR(&msg, m))
		if (m->cmsg_level == SOL_UDP && m->cmsg_type == UDP_GRO) {
			memcpy(&joined, CMSG_DATA(m), sizeof(joined));
			*segment = joined;
		}
	return got;
}

/* All that is there; -1 after flow_fail(). */
static int drain(struct flow *f, const struct memory *buffer, uint64_t *next)
{
	size_t segment;
	ssize_t got;

	while ((got = receive(f, buffer, &segment)) > 0) {
		/* Whoever else knows the ports: its size is not ours. */
		if (segment != f->all->datagram || got % segment)
			continue;
		for (ssize_t at = 0; at < got; at += segment)
			take(f, (char *)buffer->at + at, segment, next);
		count(&f->counters.bytes_copied, got);
		count_received(&f->counters, got);
	}
	/* ECONNREFUSED: the sender's socket is closed already. */
	if (got < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
		return flow_fail(f, "cannot receive datagrams on flow %u: %s", f->number,
				 strerror(errno));
	return 0;
}

static int until_ended(struct flow *f, int epoll, const struct memory *buffer)
{
	uint64_t next = 0;

	for (;;) {
		struct epoll_event events[2];
		int ready = epoll_wait(epoll, events, 2, -1);
		bool ended = false;

		count(&f->counters.call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		for (int i = 0; i < ready; i++)
			ended = ended || events[i].data.fd == f->fd;
		if (drain(f, buffer, &next))
			return -1;
		if (ended)
			return 0;
	}
}

int udp_receive(struct flow *f)
{
	struct epoll_event datagrams = {.events = EPOLLIN, .data.fd = f->datagrams_fd};
	struct epoll_event end = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = f->fd};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct memory buffer = {0};
	char why[200];
	int one = 1;
	int result;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, f->datagrams_fd, &datagrams) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, f->fd, &end))
		result = flow_fail(f, "cannot watch flow %u with epoll: %s", f->number,
				   strerror(errno));
	else if (f->config->options.udp_gro &&
		 setsockopt(f->datagrams_fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)))
		result = flow_unable(f, "cannot use UDP_GRO: %s; leave out --udp-gro",
				     strerror(errno));
	else if (memory_get(&buffer, UDP_MOST + 1, f->config->options.hugepages, why, sizeof(why)))
		result = flow_unable(f, "%s", why);
	else
		result = until_ended(f, epoll, &buffer);
	memory_free(&buffer);
	if (epoll >= 0)
		close(epoll);
	return result;
}
