// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

/*
 * From its first packet to its last, whatever it does meanwhile, a client has so long: on a busy machine it, too,
 * waits seconds for a CPU, and Prometheus had its connection ended before it had asked.
 */
#define PATIENCE_NS 5000000000ULL
#define CLIENTS	    32U
#define HEAD_BYTES  ((size_t)16 * 1024)

/* Of one request: the connection ends with its answer. */
struct client {
	int fd;
	uint64_t until_ns;
	bool ended;
	struct client *next;
};

struct serve {
	struct MHD_Daemon *daemon;
	int stop;
	uint16_t port;
	pthread_t thread;
	bool started;
	struct client *clients; /* newest first; of the thread alone, as what follows */
	unsigned int count;
	bool room; /* one went: the daemon, which takes no more at its limit, is to look */
	pthread_mutex_t lock; /* of what follows */
	struct MHD_Response *metrics;
};

/* Takes the text. NULL where there is no memory. */
static struct MHD_Response *response(const char *type, char *text, size_t len,
				     enum MHD_ResponseMemoryMode whose)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(len, text, whose);

	if (r) {
		MHD_add_response_header(r, "Content-Type", type);
		MHD_add_response_header(r, "Connection", "close");
	}
	return r;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned int status)
{
	static char only[] = "there is only GET /metrics\n";
	struct MHD_Response *r = response("text/plain", only, strlen(only), MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result = r ? MHD_queue_response(c, status, r) : MHD_NO;

	if (r)
		MHD_destroy_response(r);
	return result;
}

static enum MHD_Result answer(void *data, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_len, void **request)
{
	struct serve *s = data;
	enum MHD_Result result;

	(void)version, (void)upload, (void)upload_len, (void)request;
	if (strcmp(method, "GET") != 0)
		return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED);
	if (strcmp(url, "/metrics") != 0)
		return refuse(c, MHD_HTTP_NOT_FOUND);
	pthread_mutex_lock(&s->lock);
	result = s->metrics ? MHD_queue_response(c, MHD_HTTP_OK, s->metrics)
			    : refuse(c, MHD_HTTP_SERVICE_UNAVAILABLE);
	pthread_mutex_unlock(&s->lock);
	return result;
}

/* It has a moment for its end to arrive. */
static void end_client(struct client *c, uint64_t now_ns)
{
	shutdown(c->fd, SHUT_RDWR);
	c->until_ns = now_ns + PATIENCE_NS;
	c->ended = true;
}

/* Whoever asks anew is not to wait for those that came before and say nothing: the oldest makes room. */
static void make_room(struct serve *s)
{
	struct client *oldest = NULL;

	if (s->count < CLIENTS)
		return;
	for (struct client *c = s->clients; c; c = c->next)
		if (!c->ended)
			oldest = c;
	if (oldest)
		end_client(oldest, clock_ns());
}

static void note_client(void *data, struct MHD_Connection *c, void **context,
			enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct serve *s = data;
	struct client *client = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		client = malloc(sizeof(*client));
		if (!client) {
			shutdown(info->connect_fd, SHUT_RDWR);
			return;
		}
		*client = (struct client){.fd = info->connect_fd,
					  .until_ns = clock_ns() + PATIENCE_NS,
					  .next = s->clients};
		s->clients = *context = client;
		s->count++;
		make_room(s);
	} else if (client) {
		struct client **at = &s->clients;

		while (*at != client)
			at = &(*at)->next;
		*at = client->next;
		free(client);
		s->count--;
		s->room = true;
	}
}

/* Ends what took too long; returns the ms until the next may have, -1: there is none. */
static int end_late(struct serve *s)
{
	uint64_t now = clock_ns(), first = UINT64_MAX;

	for (struct client *c = s->clients; c; c = c->next) {
		if (c->until_ns <= now)
			end_client(c, now);
		first = c->until_ns < first ? c->until_ns : first;
	}
	return first == UINT64_MAX ? -1 : (int)((first - now) / 1000000) + 1;
}

static void *serve(void *argument)
{
	struct serve *s = argument;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = {{.fd = info->epoll_fd, .events = POLLIN},
				{.fd = s->stop, .events = POLLIN}};

	while (!fds[1].revents) {
		MHD_UNSIGNED_LONG_LONG theirs;
		int wait_ms = end_late(s);

		if (MHD_get_timeout(s->daemon, &theirs) == MHD_YES &&
		    (wait_ms < 0 || theirs < (MHD_UNSIGNED_LONG_LONG)wait_ms))
			wait_ms = (int)theirs;
		if (s->room)
			wait_ms = 0;
		s->room = false;
		if (poll(fds, 2, wait_ms) < 0 && errno != EINTR)
			break;
		MHD_run(s->daemon);
	}
	return NULL;
}

static int start_daemon(struct serve *s, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	const union MHD_DaemonInfo *info;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	errno = 0;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, s, MHD_OPTION_SOCK_ADDR,
				     &at, MHD_OPTION_CONNECTION_LIMIT, CLIENTS,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES,
				     MHD_OPTION_NOTIFY_CONNECTION, note_client, s, MHD_OPTION_END);
	if (!s->daemon)
		return errno ? errno : ENOMEM;
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info ? info->port : port;
	return 0;
}

struct serve *serve_open(uint16_t port, char *why, size_t why_size)
{
	struct serve *s = calloc(1, sizeof(*s));
	int error = 0;

	if (!s) {
		snprintf(why, why_size, "no memory left to serve port %u", port);
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->stop = eventfd(0, EFD_CLOEXEC);
	if (s->stop < 0)
		error = errno;
	if (!error)
		error = start_daemon(s, port);
	if (!error) {
		error = thread_start_quiet(&s->thread, serve, s);
		s->started = !error;
	}
	if (!error)
		return s;
	snprintf(why, why_size, "cannot serve port %u of 127.0.0.1: %s%s", port, strerror(error),
		 error == EADDRINUSE ? "; give another port" : "");
	serve_close(s);
	return NULL;
}

uint16_t serve_port(const struct serve *s)
{
	return s->port;
}

void serve_text(struct serve *s, char *text, size_t len)
{
	static const char type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	struct MHD_Response *old, *r = response(type, text, len, MHD_RESPMEM_MUST_FREE);

	if (!r)
		free(text);
	pthread_mutex_lock(&s->lock);
	old = s->metrics;
	s->metrics = r;
	pthread_mutex_unlock(&s->lock);
	/* Who is being answered with it keeps it until then. */
	if (old)
		MHD_destroy_response(old);
}

void serve_close(struct serve *s)
{
	uint64_t one = 1;

	if (!s)
		return;
	if (s->started) {
		while (write(s->stop, &one, sizeof(one)) < 0 && errno == EINTR)
			;
		pthread_join(s->thread, NULL);
	}
	/* Whoever is still connected is cut off. */
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	if (s->stop >= 0)
		close(s->stop);
	if (s->metrics)
		MHD_destroy_response(s->metrics);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
