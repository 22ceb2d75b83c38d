// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S 2

struct serve {
	int listener;
	int stop;
	uint16_t port;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of what follows */
	char *text;
	size_t len;
};

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

static void reply(int fd, const char *status, const char *type, const char *text, size_t len)
{
	char head[300];
	int head_len = snprintf(head, sizeof(head),
				"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
				"Connection: close\r\n\r\n",
				status, type, len);

	if (send_all(fd, head, head_len))
		send_all(fd, text, len);
}

/* Up to the empty line behind the head, or as far as it came in time. */
static size_t read_head(int fd, char *head, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		ssize_t n = recv(fd, head + len, size - 1 - len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
		head[len] = '\0';
		if (strstr(head, "\r\n\r\n") || strstr(head, "\n\n"))
			break;
	}
	head[len] = '\0';
	return len;
}

static void answer(struct serve *s, int fd)
{
	static const char type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";
	static const char only[] = "there is only GET /metrics\n";
	const struct timeval patience = {PATIENCE_S, 0};
	char head[4096];
	char *text = NULL;
	size_t len = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	read_head(fd, head, sizeof(head));
	if (strncmp(head, "GET ", 4) != 0) {
		reply(fd, "405 Method Not Allowed", "text/plain", only, strlen(only));
		return;
	}
	if (strncmp(head + 4, "/metrics", 8) != 0 || !strchr(" ?\r\n", head[12])) {
		reply(fd, "404 Not Found", "text/plain", only, strlen(only));
		return;
	}
	pthread_mutex_lock(&s->lock);
	if (s->text)
		text = malloc(s->len);
	if (text) {
		len = s->len;
		memcpy(text, s->text, len);
	}
	pthread_mutex_unlock(&s->lock);
	if (text)
		reply(fd, "200 OK", type, text, len);
	else
		reply(fd, "503 Service Unavailable", "text/plain", "", 0);
	free(text);
}

static void *serve(void *argument)
{
	struct serve *s = argument;
	struct pollfd fds[2] = {{.fd = s->listener, .events = POLLIN},
				{.fd = s->stop, .events = POLLIN}};

	while (!fds[1].revents) {
		int fd;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (!fds[0].revents)
			continue;
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		answer(s, fd);
		close(fd);
	}
	return NULL;
}

static int listen_on(struct serve *s, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t len = sizeof(at);
	int yes = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return errno;
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(s->listener, (struct sockaddr *)&at, sizeof(at)) || listen(s->listener, 16) ||
	    getsockname(s->listener, (struct sockaddr *)&at, &len))
		return errno;
	s->port = ntohs(at.sin_port);
	return 0;
}

struct serve *serve_open(uint16_t port, char *why, size_t why_size)
{
	struct serve *s = calloc(1, sizeof(*s));
	sigset_t all, before;
	int error = 0;

	if (!s) {
		snprintf(why, why_size, "no memory left to serve port %u", port);
		return NULL;
	}
	s->listener = -1;
	pthread_mutex_init(&s->lock, NULL);
	s->stop = eventfd(0, EFD_CLOEXEC);
	if (s->stop < 0)
		error = errno;
	if (!error)
		error = listen_on(s, port);
	if (!error) {
		/* Signals stay with the thread that measures. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		error = pthread_create(&s->thread, NULL, serve, s);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
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
	char *old;

	pthread_mutex_lock(&s->lock);
	old = s->text;
	s->text = text;
	s->len = len;
	pthread_mutex_unlock(&s->lock);
	free(old);
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
	if (s->listener >= 0)
		close(s->listener);
	if (s->stop >= 0)
		close(s->stop);
	pthread_mutex_destroy(&s->lock);
	free(s->text);
	free(s);
}
