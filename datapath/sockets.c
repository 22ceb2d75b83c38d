// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/device.h"
#include "record/patience.h"

#define BACKLOG 16384 /* as many flows as there may be; net.core.somaxconn bounds it */

int failure_of(struct failure *failure, bool unable, const char *format, ...)
{
	va_list args;

	failure->unable = unable;
	va_start(args, format);
	vsnprintf(failure->why, sizeof(failure->why), format, args);
	va_end(args);
	return -1;
}

/* The options that are a number of a socket. */
static const struct socket_number {
	enum option_id id;
	int level;
	int name;
	size_t size; /* of the kernel's type */
	const char *fix;
} socket_numbers[] = {
	{OPTION_mss, IPPROTO_TCP, TCP_MAXSEG, 4, "give another --mss"},
	{OPTION_pacing, SOL_SOCKET, SO_MAX_PACING_RATE, 8, "leave out --pacing"},
	{OPTION_busy_poll, SOL_SOCKET, SO_BUSY_POLL, 4, "it needs CAP_NET_ADMIN"},
	{OPTION_sndbuf, SOL_SOCKET, SO_SNDBUF, 4, "give another --sndbuf"},
	{OPTION_rcvbuf, SOL_SOCKET, SO_RCVBUF, 4, "give another --rcvbuf"},
};

#define SOCKET_NUMBERS (sizeof(socket_numbers) / sizeof(socket_numbers[0]))

static int set_number(int fd, const struct socket_number *n, const struct config *config,
		      struct failure *failure)
{
	/* A rate is bits per second for people and bytes per second for the kernel. */
	struct options options = config->options;
	uint64_t wanted = *options_number(&options, n->id);
	uint64_t number = wanted / (n->id == OPTION_pacing ? 8 : 1);
	uint32_t narrow = number;
	char name[OPTION_SPELL_MAX];

	if (!setsockopt(fd, n->level, n->name, n->size == 8 ? (void *)&number : (void *)&narrow,
			n->size))
		return 0;
	return failure_of(failure, true, "cannot set --%s to %llu: %s; %s",
			  option_spell(n->id, name), (unsigned long long)wanted, strerror(errno),
			  n->fix);
}

int socket_options(int fd, const struct config *config, struct failure *failure)
{
	const struct options *option = &config->options;

	for (size_t i = 0; i < SOCKET_NUMBERS; i++)
		if (option->set[socket_numbers[i].id] &&
		    option_info(socket_numbers[i].id)->ends & ENDS_OF(config->end) &&
		    set_number(fd, &socket_numbers[i], config, failure))
			return -1;
	if (*option->cc &&
	    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, option->cc, strlen(option->cc)))
		return failure_of(failure, true,
				  "cannot use congestion control %s: %s; see sysctl net.ipv4.tcp_available_congestion_control, or 'modprobe tcp_%s'",
				  option->cc, strerror(errno), option->cc);
	return 0;
}

static void effective_number(int fd, const struct socket_number *n, struct options *o)
{
	uint64_t number = 0;
	socklen_t size = n->size;

	if (!o->set[n->id] || getsockopt(fd, n->level, n->name, &number, &size))
		return;
	*options_number(o, n->id) = number * (n->id == OPTION_pacing ? 8 : 1);
}

int socket_effective(const struct config *config, struct options *effective, struct failure *failure)
{
	socklen_t size = sizeof(effective->cc) - 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*effective = config->options;
	if (fd < 0)
		return failure_of(failure, true, "cannot make a TCP socket: %s", strerror(errno));
	if (socket_options(fd, config, failure)) {
		close(fd);
		return -1;
	}
	for (size_t i = 0; i < SOCKET_NUMBERS; i++)
		effective_number(fd, &socket_numbers[i], effective);
	memset(effective->cc, 0, sizeof(effective->cc));
	effective->set[OPTION_cc] =
		!getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, effective->cc, &size);
	close(fd);
	return 0;
}

static struct addrinfo *resolve(const char *host, uint16_t port, int flags, struct failure *failure)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo *found;
	char service[8];
	int error;

	snprintf(service, sizeof(service), "%u", port);
	error = getaddrinfo(host, service, &hints, &found);
	if (!error)
		return found;
	failure_of(failure, false, "cannot resolve '%s': %s; give an address or a name of a host",
		   host, gai_strerror(error));
	return NULL;
}

int socket_listen(const char *address, uint16_t port, const struct config *options,
		  struct failure *failure)
{
	struct addrinfo *at = resolve(address, port, AI_PASSIVE | AI_NUMERICHOST, failure);
	int one = 1;
	int fd;

	if (!at)
		return -1;
	fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		goto failed;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (options && socket_options(fd, options, failure)) {
		close(fd);
		freeaddrinfo(at);
		return -1;
	}
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG))
		goto failed;
	freeaddrinfo(at);
	return fd;
failed:
	failure_of(failure, false,
		   "cannot listen on %s port %u: %s; give another address with --bind or another port with --port (the data flows use the port after it)",
		   address, port, strerror(errno));
	if (fd >= 0)
		close(fd);
	freeaddrinfo(at);
	return -1;
}

static int connect_within(int fd, const struct sockaddr *at, socklen_t size, int timeout_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t error_size = sizeof(int);
	int error;

	if (!connect(fd, at, size))
		return 0;
	if (errno != EINPROGRESS)
		return -1;
	switch (poll(&wait, 1, timeout_ms)) {
	case 0:
		errno = ETIMEDOUT;
		return -1;
	case -1:
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size))
		return -1;
	errno = error;
	return error ? -1 : 0;
}

static int connect_failed(struct failure *failure, const char *host, uint16_t port)
{
	if (errno == EMFILE || errno == ENFILE)
		return failure_of(failure, true,
				  "cannot make a socket: %s; raise the hard limit of 'ulimit -n', or use fewer --flows",
				  strerror(errno));
	return failure_of(failure, false,
			  "cannot connect to %s port %u: %s; start 'zcpath rx' there first, with a --bind that this host can reach",
			  host, port, strerror(errno));
}

static void close_socket(int fd)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
}

int socket_connect(const char *host, uint16_t port, int timeout_ms, struct failure *failure)
{
	struct addrinfo *all = resolve(host, port, 0, failure);
	int fd = -1;

	if (!all)
		return -1;
	for (struct addrinfo *at = all; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && !connect_within(fd, at->ai_addr, at->ai_addrlen, timeout_ms))
			break;
		close_socket(fd);
		fd = connect_failed(failure, host, port);
	}
	freeaddrinfo(all);
	return fd;
}

/* By the address alone: a name is looked up once in a run, and may have several. */
int socket_beside(int other, uint16_t port, int timeout_ms, const struct config *config,
		  struct failure *failure)
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof(at);
	int fd;

	if (getpeername(other, (struct sockaddr *)&at, &size))
		return connect_failed(failure, config->to, port);
	/* The port is at the same place in both families. */
	((struct sockaddr_in *)&at)->sin_port = htons(port);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return connect_failed(failure, config->to, port);
	if (socket_options(fd, config, failure)) {
		close(fd);
		return -1;
	}
	if (!connect_within(fd, (struct sockaddr *)&at, size, timeout_ms))
		return fd;
	close_socket(fd);
	return connect_failed(failure, config->to, port);
}

int socket_blocking(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	return fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/*
 * A host that vanished is noticed after 2 + 3 * 1 seconds, whether something was sent or not; as often as long where
 * machines are that slow: a CPU whose emulator gives it no turn does not answer either.
 */
void socket_control(int fd)
{
	const int within_s = (int)patience_reply_s(0), step_s = within_s / 5;
	const struct {
		int level;
		int name;
		int value;
	} settings[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 2 * step_s},
		{IPPROTO_TCP, TCP_KEEPINTVL, step_s},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, within_s * 1000},
		{IPPROTO_TCP, TCP_NODELAY, 1},
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value,
			   sizeof(settings[i].value));
}

uint64_t socket_acked(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) ? 0 : info.tcpi_bytes_acked;
}

/* As IPv6, in which an IPv4 address is a mapped one: then either kind of socket compares alike. */
static bool mapped(int family, const void *address, unsigned char bytes[16])
{
	static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

	if (family == AF_INET6) {
		memcpy(bytes, address, 16);
		return true;
	}
	memcpy(bytes, prefix, 12);
	memcpy(bytes + 12, address, family == AF_INET ? 4 : 0);
	return family == AF_INET;
}

static bool address_bytes(const struct sockaddr_storage *from, unsigned char bytes[16])
{
	if (from->ss_family == AF_INET6)
		return mapped(AF_INET6, &((const struct sockaddr_in6 *)from)->sin6_addr, bytes);
	return mapped(from->ss_family, &((const struct sockaddr_in *)from)->sin_addr, bytes);
}

struct search {
	unsigned char here[16];
	unsigned char there[16];
	char *device;
	bool peer_is_here;
};

static void take_address(void *data, const struct device_address *a)
{
	struct search *s = data;
	unsigned char bytes[16];

	mapped(a->family, a->bytes, bytes);
	if (!memcmp(bytes, s->here, sizeof(bytes)))
		memcpy(s->device, a->device, IF_NAMESIZE);
	s->peer_is_here |= !memcmp(bytes, s->there, sizeof(bytes));
}

/* The device that has the local address; the loopback device when the peer's is here as well. */
int socket_device(int fd, char name[IF_NAMESIZE])
{
	struct sockaddr_storage local = {0};
	struct sockaddr_storage peer = {0};
	socklen_t local_size = sizeof(local);
	socklen_t peer_size = sizeof(peer);
	struct search s = {.device = name};

	name[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&local, &local_size) ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_size) ||
	    !address_bytes(&local, s.here) || !address_bytes(&peer, s.there) ||
	    device_addresses(take_address, &s))
		return -1;
	if (s.peer_is_here)
		snprintf(name, IF_NAMESIZE, "lo");
	return name[0] ? 0 : -1;
}

int socket_datagrams(const char *number, uint16_t port, struct failure *failure)
{
	struct addrinfo *at = resolve(number, port, AI_NUMERICHOST, failure);
	int fd = at ? socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (!at)
		return -1;
	if (fd < 0 || connect(fd, at->ai_addr, at->ai_addrlen)) {
		failure_of(failure, false, "cannot send datagrams there: %s; see 'ip route get %s'",
			   strerror(errno), number);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(at);
	return fd;
}

int socket_device_to(const char *host, char name[IF_NAMESIZE])
{
	struct failure failure;
	struct addrinfo *all = resolve(host, 1, 0, &failure);
	int result = -1;

	for (struct addrinfo *at = all; at && result; at = at->ai_next) {
		/* UDP sends nothing to be connected. */
		int fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd >= 0 && !connect(fd, at->ai_addr, at->ai_addrlen))
			result = socket_device(fd, name);
		if (fd >= 0)
			close(fd);
	}
	if (all)
		freeaddrinfo(all);
	return result;
}

int socket_device_at(const char *address, char name[IF_NAMESIZE])
{
	struct failure failure;
	struct addrinfo *at = resolve(address, 1, AI_NUMERICHOST, &failure);
	struct search s = {.device = name};
	struct sockaddr_storage storage = {0};

	name[0] = '\0';
	if (!at)
		return -1;
	memcpy(&storage, at->ai_addr, at->ai_addrlen);
	freeaddrinfo(at);
	if (!address_bytes(&storage, s.here) || device_addresses(take_address, &s))
		return -1;
	return name[0] ? 0 : -1;
}
