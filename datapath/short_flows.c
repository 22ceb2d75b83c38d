// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/short_flows.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "datapath/calls.h"
#include "datapath/rpc.h"
#include "datapath/sockets.h"

#define SECOND_NS  1000000000ULL
#define PATIENCE_S 5 /* for the rest of a request, and for an answer to be taken */

static void close_counted(struct flow *f, int fd)
{
	close(fd);
	count(&f->counters.call[CALL_close], 1);
}

/* All of it, whatever the socket takes at once; 0, or an errno. */
static int send_all(struct flow *f, int fd, const unsigned char *at, size_t size)
{
	while (size) {
		ssize_t sent = call_send(fd, at, size, MSG_NOSIGNAL);

		count(&f->counters.call[CALL_sendto], 1);
		if (sent < 0 && errno != EINTR)
			return errno;
		count(&f->counters.event[EVENT_sends], sent > 0);
		at += sent > 0 ? sent : 0;
		size -= sent > 0 ? sent : 0;
	}
	return 0;
}

static ssize_t receive(struct flow *f, int fd, void *at, size_t size)
{
	ssize_t got;

	do {
		got = call_recv(fd, at, size, 0);
		count(&f->counters.call[CALL_recvfrom], 1);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* ---- the client ---- */

/* Until the server has closed: who closes first keeps the port for a minute (TIME_WAIT). */
static int await_answer(struct flow *f, int fd)
{
	struct rpc *r = f->rpc;
	uint64_t missing = r->response;

	for (;;) {
		ssize_t got = receive(f, fd, r->buffer.at, r->buffer.size);

		if (got < 0)
			return errno;
		if (!got)
			return missing ? EPIPE : 0;
		rpc_received(f, r->buffer.at, got);
		missing -= (uint64_t)got < missing ? (uint64_t)got : missing;
	}
}

static int ask(struct flow *f, const struct sockaddr_storage *server, socklen_t server_size)
{
	struct counters *c = &f->counters;
	int fd = socket(server->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct failure failure;
	int error = fd < 0 ? errno : 0;

	count(&c->call[CALL_socket], 1);
	if (error)
		return flow_fail(f, "cannot make a connection for flow %u: %s", f->number,
				 strerror(error));
	if (socket_options(fd, f->config, &failure)) {
		close(fd);
		return flow_fail(f, "%s", failure.why);
	}
	if (connect(fd, (const struct sockaddr *)server, server_size))
		error = errno;
	count(&c->call[CALL_connect], 1);
	if (!error)
		error = send_all(f, fd, f->message->at, f->rpc->request);
	if (!error) {
		rpc_sent(f, f->rpc->request);
		count(&c->bytes_copied, f->rpc->request);
		count(&c->bytes, f->rpc->request);
		error = await_answer(f, fd);
	}
	close_counted(f, fd);
	if (!error)
		return 0;
	return flow_fail(f, "a connection of flow %u failed: %s%s", f->number, strerror(error),
			 error == EADDRNOTAVAIL
				 ? "; all ports are taken: see sysctl net.ipv4.ip_local_port_range"
				 : "");
}

static void sleep_until_due(struct flow *f)
{
	uint64_t ns = rpc_patience(f);
	struct timespec most = {0};

	/* Told to stop since it looked, it has no answer to wait for, and nothing would wake it. */
	if (ns > flow_look_ns(f))
		ns = flow_look_ns(f);
	most.tv_sec = ns / SECOND_NS;
	most.tv_nsec = ns % SECOND_NS;
	ppoll(NULL, 0, &most, NULL);
	count(&f->counters.call[CALL_ppoll], 1);
}

int short_flows_ask(struct flow *f)
{
	struct sockaddr_storage server = {0};
	socklen_t size = sizeof(server);

	if (getpeername(f->fd, (struct sockaddr *)&server, &size))
		return flow_fail(f, "flow %u has no peer any more: %s", f->number, strerror(errno));
	while (!flow_told(f)) {
		if (!rpc_due(f))
			sleep_until_due(f);
		else if (ask(f, &server, size))
			return -1;
	}
	return 0;
}

/* ---- the server ---- */

/* Anybody may connect; only the sender's host is answered. */
static bool is_sender(const struct flow *f, const struct sockaddr_storage *from)
{
	struct sockaddr_storage sender = {0};
	socklen_t size = sizeof(sender);

	if (getpeername(f->fd, (struct sockaddr *)&sender, &size) ||
	    sender.ss_family != from->ss_family)
		return false;
	if (from->ss_family == AF_INET)
		return ((const struct sockaddr_in *)from)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)&sender)->sin_addr.s_addr;
	return from->ss_family == AF_INET6 &&
	       !memcmp(&((const struct sockaddr_in6 *)from)->sin6_addr,
		       &((const struct sockaddr_in6 *)&sender)->sin6_addr, sizeof(struct in6_addr));
}

/* One request, and what answers it. Who says nothing is no client, and is let go. */
static int serve(struct flow *f, int fd, const struct memory *buffer)
{
	struct counters *c = &f->counters;
	uint64_t missing = f->rpc->request;
	int error;

	while (missing) {
		size_t most = missing < buffer->size ? missing : buffer->size;
		ssize_t got = receive(f, fd, buffer->at, most);

		if (got <= 0 && missing == f->rpc->request)
			return 0;
		if (got <= 0)
			return got ? errno : EPIPE;
		verify_bytes(&f->verify, buffer->at, got);
		count(&c->bytes_copied, got);
		count_received(c, got);
		missing -= got;
	}
	error = send_all(f, fd, f->rpc->answer, f->rpc->response);
	if (!error)
		rpc_answered(f, 1);
	return error;
}

static int accept_one(struct flow *f, const struct memory *buffer)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	int fd = accept4(f->all->listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
	int error;

	count(&f->counters.call[CALL_accept4], 1);
	if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED))
		return 0;
	if (fd < 0)
		return flow_fail(f, "cannot accept a connection: %s", strerror(errno));
	if (!is_sender(f, &from)) {
		close_counted(f, fd);
		return 0;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* Who asks and never reads would hold the flow for ever. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	error = serve(f, fd, buffer);
	close_counted(f, fd);
	return error ? flow_fail(f, "a connection that flow %u answers failed: %s", f->number,
				 strerror(error))
		     : 0;
}

static int until_told(struct flow *f, int epoll, const struct memory *buffer)
{
	for (;;) {
		struct epoll_event events[2];
		int ready = call_epoll_wait(epoll, events, 2, -1);

		count(&f->counters.call[CALL_epoll_wait], 1);
		if (ready < 0 && errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
		for (int i = 0; i < ready; i++) {
			if (events[i].data.fd == f->fd)
				return 0;
			if (accept_one(f, buffer))
				return -1;
		}
	}
}

int short_flows_answer(struct flow *f)
{
	/* The queue is that of all flows: one of them is woken for one connection. */
	struct epoll_event queue = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = f->all->listener};
	struct epoll_event own = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = f->fd};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct memory buffer = {0};
	char why[200];
	int result;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, f->all->listener, &queue) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, f->fd, &own))
		result = flow_fail(f, "cannot watch flow %u with epoll: %s", f->number,
				   strerror(errno));
	else if (memory_get(&buffer, f->config->options.read, f->config->options.hugepages, why,
			    sizeof(why)))
		result = flow_unable(f, "%s", why);
	else
		result = until_told(f, epoll, &buffer);
	memory_free(&buffer);
	if (epoll >= 0)
		close(epoll);
	return result;
}
