// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/adapters/overhear.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

/* What is behind that in a line is not heard. */
#define LINE_MAX_BYTES (1UL << 20)

struct overhear {
	int pipe[2];
	int stop; /* the command has ended */
	int out;
	overhear_fn on_line;
	void *data;
	pthread_t thread;
	bool started;
	char *line;
	size_t used, room;
};

static void hear_byte(struct overhear *o, char byte, uint64_t at_ns)
{
	if (byte == '\n') {
		if (o->used && o->line[o->used - 1] == '\r')
			o->used--;
		if (o->line) {
			o->line[o->used] = '\0';
			o->on_line(o->data, o->line, at_ns);
		}
		o->used = 0;
		return;
	}
	if (o->used + 1 >= o->room) {
		size_t room = o->room ? 2 * o->room : 256;
		char *grown = room > LINE_MAX_BYTES ? NULL : realloc(o->line, room);

		if (!grown)
			return;
		o->line = grown;
		o->room = room;
	}
	o->line[o->used++] = byte ? byte : ' ';
}

static bool pass_on(const struct overhear *o, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(o->out, bytes, len);
		struct pollfd p = {.fd = o->out, .events = POLLOUT};

		if (n >= 0) {
			bytes += n;
			len -= n;
		} else if (errno == EAGAIN) {
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static void *listen_to(void *argument)
{
	struct overhear *o = argument;
	struct pollfd fds[2] = {{.fd = o->pipe[0], .events = POLLIN},
				{.fd = o->stop, .events = POLLIN}};
	char bytes[16 * 1024];

	for (;;) {
		uint64_t at_ns;
		ssize_t n;

		if (poll(fds, 2, -1) < 0) {
			if (errno != EINTR)
				break;
			continue;
		}
		/* A process that the command left behind may hold the pipe for long. */
		if (!fds[0].revents && fds[1].revents)
			break;
		if (!fds[0].revents)
			continue;
		n = read(o->pipe[0], bytes, sizeof(bytes));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			break;
		at_ns = clock_ns();
		for (ssize_t i = 0; i < n; i++)
			hear_byte(o, bytes[i], at_ns);
		if (!pass_on(o, bytes, n))
			break;
	}
	/* Where nobody reads any more the command gets to know, as it would have. */
	close(o->pipe[0]);
	o->pipe[0] = -1;
	return NULL;
}

struct overhear *overhear_open(int out, overhear_fn on_line, void *data, char *why, size_t why_size)
{
	struct overhear *o = calloc(1, sizeof(*o));
	int error = 0;

	if (!o) {
		snprintf(why, why_size, "no memory left to read what the command prints");
		return NULL;
	}
	*o = (struct overhear){.pipe = {-1, -1}, .out = out, .on_line = on_line, .data = data};
	o->stop = eventfd(0, EFD_CLOEXEC);
	if (o->stop < 0 || pipe2(o->pipe, O_CLOEXEC))
		error = errno;
	if (!error) {
		error = thread_start_quiet(&o->thread, listen_to, o);
		o->started = !error;
	}
	if (!error)
		return o;
	snprintf(why, why_size, "cannot read what the command prints: %s", strerror(error));
	overhear_close(o);
	return NULL;
}

int overhear_fd(const struct overhear *o)
{
	return o->pipe[1];
}

void overhear_started(struct overhear *o)
{
	close(o->pipe[1]);
	o->pipe[1] = -1;
}

void overhear_finish(struct overhear *o)
{
	uint64_t one = 1;

	if (!o || !o->started)
		return;
	while (write(o->stop, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(o->thread, NULL);
	o->started = false;
}

void overhear_close(struct overhear *o)
{
	if (!o)
		return;
	overhear_finish(o);
	for (int i = 0; i < 2; i++)
		if (o->pipe[i] >= 0)
			close(o->pipe[i]);
	if (o->stop >= 0)
		close(o->stop);
	free(o->line);
	free(o);
}
