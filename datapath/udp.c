// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

int udp_join(struct flow *f)
{
	int one = 1;

	if (!f->config->options.udp_gro ||
	    !setsockopt(f->datagrams_fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)))
		return 0;
	return flow_unable(f, "cannot use UDP_GRO: %s; leave out --udp-gro", strerror(errno));
}

/* One byte more than fits tells what is too long. */
size_t udp_most(const struct flow *f)
{
	return (f->config->options.udp_gro ? UDP_MOST : f->all->datagram) + 1;
}

int udp_refused(struct flow *f, int error)
{
	bool size = error == EMSGSIZE || error == EINVAL;

	return flow_fail(f, "cannot send a datagram on flow %u: %s%s", f->number, strerror(error),
			 size ? "; it does not fit: give a smaller --udp" : "");
}

void udp_take(struct flow *f, const char *at, size_t bytes, size_t segment, uint64_t *next)
{
	/* Whoever else knows the ports: its size is not ours. */
	if (segment != f->all->datagram || bytes % segment)
		return;
	for (size_t done = 0; done < bytes; done += segment)
		udp_take_one(f, at + done, next);
	count(&f->counters.bytes_copied, bytes);
	count_received(&f->counters, bytes);
}
