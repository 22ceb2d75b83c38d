// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/pace.h"
#include "datapath/sockets.h"

/* The socket of a flow, with the addresses of its connection; -1 after flow_fail(). */
static int open_beside(struct flow *f)
{
	struct sockaddr_storage here = {0};
	struct sockaddr_storage there = {0};
	socklen_t here_size = sizeof(here);
	socklen_t there_size = sizeof(there);
	int one = 1;
	int fd;

	if (getsockname(f->fd, (struct sockaddr *)&here, &here_size) ||
	    getpeername(f->fd, (struct sockaddr *)&there, &there_size))
		return flow_fail(f, "flow %u has no peer any more: %s", f->number, strerror(errno));
	fd = socket(here.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
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

/* The socket of a flow whose datagrams go elsewhere, and so from another address; -1 after flow_fail(). */
static int open_away(struct flow *f)
{
	struct failure failure;
	int fd = socket_datagrams(f->config->away, f->config->port + 1, &failure);

	return fd < 0 ? flow_fail(f, "--away %s: %s", f->config->away, failure.why) : fd;
}

/* While nothing moves, so that the first datagram finds it there. */
int udp_open(struct flow *f)
{
	const struct options *option = &f->config->options;
	bool tx = f->config->end == END_TX;
	int buffer = tx ? option->sndbuf : option->rcvbuf;

	f->datagrams_fd = -1;
	if (!f->all->datagram)
		return 0;
	if (flows_idle(f->all))
		return 0;
	f->datagrams_fd = f->all->away ? open_away(f) : open_beside(f);
	if (f->datagrams_fd < 0)
		return -1;
	if (buffer)
		setsockopt(f->datagrams_fd, SOL_SOCKET, tx ? SO_SNDBUF : SO_RCVBUF, &buffer,
			   sizeof(buffer));
	return tx ? 0 : stamps_open(f);
}

void udp_close(struct flow *f)
{
	pace_close(f);
	stamps_close(f);
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
	const char *advice = "";

	if (error == EMSGSIZE || error == EINVAL)
		advice = "; it does not fit: give a smaller --udp";
	else if (error == ECONNREFUSED && f->all->away)
		advice =
			"; somebody has that address: give --away one that nobody has, such as of a dummy device's network";
	return flow_fail(f, "cannot send a datagram on flow %u: %s%s", f->number, strerror(error),
			 advice);
}

void udp_take(struct flow *f, const char *at, size_t bytes, size_t segment, uint64_t *next)
{
	size_t taken = 0;

	/*
	 * Whoever else knows the ports: its size is not ours. The kernel joins a shorter one behind those of
	 * ours, as the last (udp_gro_receive_segment() in net/ipv4/udp_offload.c).
	 */
	if (segment != f->all->datagram)
		return;
	stamps_now(f);
	for (size_t done = 0; done + segment <= bytes; done += segment)
		if (udp_take_one(f, at + done, next))
			taken += segment;
	if (!taken)
		return;
	count(&f->counters.bytes_copied, taken);
	count_received(&f->counters, taken);
}
