// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's connection: begun, understood, told once a second that this one is there, and ended. */
#include "zcprof/reach/host_within.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/thread.h"
#include "zcprof/reach/reach.h"

/* One of another version says which rows it has. */
#define METRICS_MS 60000
#define CLOSE_MS   12000

void host_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int start(struct host *h, char *const argv[])
{
	const struct child child = {.argv = argv, .fds = {CHILD_PIPE, CHILD_PIPE, CHILD_PIPE}};
	int here[3];
	int error = child_start_piped(&child, &h->pid, here);

	h->in = here[0];
	h->out = here[1];
	h->err = here[2];
	return error;
}

static int run_agent(struct host *h, const struct host_how *how)
{
	char *words[REACH_ARGV_MAX + 8], *room;
	size_t count = reach_argv(how->ssh, h->name, words, &room);
	int error;

	if (!count)
		return -ENOMEM;
	words[count++] = (char *)how->zcprof;
	words[count++] = "agent";
	if (how->pushed)
		words[count++] = "--pushed";
	if (how->zcpath && !how->pushed) {
		words[count++] = "--zcpath";
		words[count++] = (char *)how->zcpath;
	}
	words[count] = NULL;
	error = start(h, words);
	free(room);
	return error;
}

/* Once a second, whatever this program is at: an agent that hears nothing drops its run. */
static void *beat(void *data)
{
	struct host *h = data;
	struct pollfd calm = {.fd = h->calm, .events = POLLIN};

	bool gone = false;

	while (!gone && poll(&calm, 1, 1000) <= 0) {
		pthread_mutex_lock(&h->saying);
		/* A pipe that takes nothing is full of what was said. */
		gone = write(h->in, "\n", 1) < 0 && errno == EPIPE;
		pthread_mutex_unlock(&h->saying);
	}
	return NULL;
}

static void await_hello(struct host *h, int patience_s)
{
	uint64_t deadline = clock_ns() + patience_s * 1000000000ULL;
	struct pollfd fds[3];

	while (!*h->hello && !*h->gone) {
		host_fds(h, fds);
		fds[2] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
		if (stop_asked())
			host_lose(h, "was not waited for");
		else if (clock_ns() > deadline)
			host_lose(h, "its zcprof agent did not answer within %d s", patience_s);
		else if (poll(fds, 3, 200) < 0 && errno != EINTR)
			host_lose(h, "cannot be waited for: %s", strerror(errno));
		else
			host_read(h, NULL);
	}
}

static void lose_strange(struct host *h, const char *own)
{
	char why[VERSION_SAID_MAX];

	host_lose(h, "%s, or give --push, which takes this one there for as long as it lasts",
		  version_refuse(own, h->hello, why));
}

static void on_metric(void *data, struct host *h, const struct row *row)
{
	const char *own = data;

	version_take(&h->version, row);
	if (h->version.strange)
		lose_strange(h, own);
}

static bool compare(struct host *h, char *own)
{
	char *const words[] = {"metrics", NULL};
	const struct host_hears hears = {on_metric, NULL, own};
	char line[VERSION_SAID_MAX];
	const char *text = "";

	reader_skip(h->reader, h->version.otherwise);
	if (host_ask(h, words) || host_await(h, &hears, METRICS_MS, &text)) {
		host_lose(h,
			  "its zcprof is of another version, and does not say which rows it has: %.300s",
			  text);
		return false;
	}
	h->differs = true;
	host_warn(h, NULL, version_say(&h->version, own, h->hello, line));
	return true;
}

static bool is_understood(struct host *h)
{
	char own[HELLO_MAX];

	request_hello(own);
	if (*h->gone)
		return false;
	if (!strcmp(h->protocol, AGENT_PROTOCOL))
		return !strcmp(h->hello, own) || compare(h, own);
	lose_strange(h, own);
	return false;
}

struct host *host_connect(const struct host_how *how, const char *name, char *why, size_t why_size)
{
	struct host *h = calloc(1, sizeof(*h));
	int error = -ENOMEM;

	if (h) {
		h->in = h->out = h->err = -1;
		h->heard_ns = clock_ns();
		h->calm = eventfd(0, EFD_CLOEXEC);
		pthread_mutex_init(&h->saying, NULL);
		h->name = strdup(name);
		h->reader = reader_pieces(name);
	}
	if (h && h->name && h->reader)
		error = run_agent(h, how);
	if (error) {
		snprintf(why, why_size, "%s: cannot run %s: %s", name, how->ssh, strerror(-error));
		host_close(h);
		return NULL;
	}
	await_hello(h, how->patience_s);
	h->beats = !*h->gone && h->calm >= 0 && !thread_start_quiet(&h->beating, beat, h);
	if (!h->beats)
		host_lose(h,
			  "no thread can be started that tells it once a second that this one is there");
	if (is_understood(h))
		return h;
	snprintf(why, why_size, "%s: %s", name, h->gone);
	host_close(h);
	return NULL;
}

/* What its agent started ends first, and puts back what it set. */
void host_close(struct host *h)
{
	/* One that was given up will not end by being asked. */
	int patience_ms = h && *h->gone && !stop_asked() ? 200 : CLOSE_MS, status;

	if (!h)
		return;
	if (h->beats && !eventfd_write(h->calm, 1))
		pthread_join(h->beating, NULL);
	host_close_fd(&h->calm);
	host_close_fd(&h->in);
	if (h->pid)
		child_end(h->pid, &status, patience_ms);
	host_close_fd(&h->out);
	host_close_fd(&h->err);
	reader_close(h->reader);
	while (h->early_count)
		free(h->early[--h->early_count]);
	free(h->name);
	free(h);
}
