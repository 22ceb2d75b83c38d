// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/power/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/thread.h"

/* Closer together they are one reading, its last: a flood is no reason to run no memory left. */
#define CLOSEST_S 1e-3

static int take_reading(struct readings *r, struct reading reading)
{
	struct reading *last = r->count ? &r->at[r->count - 1] : NULL;

	if (!last || reading.at_s - last->at_s >= CLOSEST_S)
		return readings_add(r, reading);
	last->watts = reading.watts;
	return 0;
}

static void take_line(struct meter_command *m)
{
	struct reading reading = {.at_s = clock_s()};
	bool cut = m->len >= sizeof(m->line);

	m->line[cut ? sizeof(m->line) - 1 : m->len] = '\0';
	m->len = 0;
	if (!cut && !meter_watts(m->line, &reading.watts)) {
		int error;

		pthread_mutex_lock(&m->lock);
		error = take_reading(&m->readings, reading);
		pthread_mutex_unlock(&m->lock);
		if (!error)
			return;
	}
	m->odd_count++;
	snprintf(m->odd, sizeof(m->odd), "%.79s", m->line);
}

/* False where it has ended. */
static bool take_lines(struct meter_command *m)
{
	char block[512];
	ssize_t n = read(m->lines, block, sizeof(block));

	for (ssize_t i = 0; i < n; i++) {
		if (block[i] == '\n') {
			take_line(m);
			continue;
		}
		if (m->len < sizeof(m->line))
			m->line[m->len++] = block[i] ? block[i] : '?';
	}
	/* Who never stops printing waits for its turn, and the window's CPUs do not. */
	if (n == sizeof(block))
		usleep(1000);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void *follow(void *argument)
{
	struct meter_command *m = argument;
	struct pollfd fds[2] = {{.fd = m->lines, .events = POLLIN},
				{.fd = m->stop, .events = POLLIN}};

	while (!fds[1].revents) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents && !take_lines(m))
			fds[0].fd = -1;
	}
	return NULL;
}

/* It and all that it starts are one group, to be ended as one. 0 or a negative errno. */
static int start_shell(pid_t *pid, char *script, int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char *argv[] = {"/bin/sh", "-c", script, NULL};
	struct child shell = {.argv = argv, .fds = {null, out, null}, .own_group = true};
	int error = null < 0 ? -errno : child_start(&shell, pid);

	close(null);
	return error;
}

int meter_command_start(struct meter_command *m, const char *command)
{
	int pipe_of[2];
	char *script;
	int error;

	m->lines = m->stop = -1;
	pthread_mutex_init(&m->lock, NULL);
	if (pipe2(pipe_of, O_CLOEXEC))
		return errno;
	m->lines = pipe_of[0];
	m->stop = eventfd(0, EFD_CLOEXEC);
	if (m->stop < 0 || asprintf(&script, "while :; do\n(%s\n)\nsleep 1\ndone", command) < 0) {
		close(pipe_of[1]);
		return ENOMEM;
	}
	error = -start_shell(&m->shell, script, pipe_of[1]);
	close(pipe_of[1]);
	free(script);
	if (error)
		return error;
	error = thread_start_quiet(&m->thread, follow, m);
	m->started = !error;
	return error;
}

void meter_command_stop(struct meter_command *m)
{
	if (m->started) {
		eventfd_write(m->stop, 1);
		pthread_join(m->thread, NULL);
		m->started = false;
	}
	if (m->shell > 0) {
		kill(-m->shell, SIGKILL);
		child_kill(m->shell, NULL);
		m->shell = 0;
	}
}

double meter_command_mean(struct meter_command *m, double from_s, double to_s)
{
	size_t inside;
	double watts;

	pthread_mutex_lock(&m->lock);
	watts = readings_mean(&m->readings, from_s, to_s, &inside);
	pthread_mutex_unlock(&m->lock);
	return watts;
}

void meter_command_close(struct meter_command *m)
{
	meter_command_stop(m);
	if (m->lines >= 0)
		close(m->lines);
	if (m->stop >= 0)
		close(m->stop);
	readings_free(&m->readings);
}
