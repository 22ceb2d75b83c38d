// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/reach/host_within.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/visible.h"
#include "record/reader.h"
#include "zcprof/agent/request.h"

/* It says something each second; and in one run no more than any machine has to say. */
#define SILENCE_NS   (7 * 1000000000ULL)
#define BYTES_MAX    (128ULL << 20)
#define WARNINGS_MAX 200

const char *host_name(const struct host *h)
{
	return h->name;
}

const char *host_gone(const struct host *h)
{
	return *h->gone ? h->gone : NULL;
}

const char *host_version(const struct host *h)
{
	return h->differs ? h->hello : NULL;
}

bool host_owes(const struct host *h)
{
	return h->owed;
}

int host_answer(const struct host *h, const char **text)
{
	*text = h->text;
	return h->code;
}

void host_lose(struct host *h, const char *format, ...)
{
	va_list args;

	if (*h->gone)
		return;
	va_start(args, format);
	vsnprintf(h->gone, sizeof(h->gone), format, args);
	va_end(args);
}

/* Its connection is closed: how that ended, with the last that was said on it. */
static void lose_by_end(struct host *h)
{
	int status = 0;
	char how[80] = "";

	if (child_end(h->pid, &status, 1000))
		snprintf(how, sizeof(how), "and its process does not");
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "by signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "with exit code %d", WEXITSTATUS(status));
	h->pid = 0;
	host_lose(h, "the connection to its zcprof agent ended %s%s%s", how, *h->last ? ": " : "",
		  h->last);
}

/* ---- what it says ---- */

static void take_own(struct host *h, const struct row *row)
{
	char key[16];

	snprintf(key, sizeof(key), "%.*s", (int)(row->key.len < 15 ? row->key.len : 15),
		 row->key.at);
	if (row->id == METRIC_agent_hello) {
		snprintf(h->protocol, sizeof(h->protocol), "%s", key);
		visible_copy(h->hello, sizeof(h->hello), row->value.at, row->value.len);
		return;
	}
	if (!h->owed) {
		host_lose(h, "its agent answered what nobody asked");
		return;
	}
	h->owed--;
	h->code = (int)strtol(key, NULL, 10);
	/* It is escaped where it is shown, or written to a record, and only there. */
	visible_undo(h->text, sizeof(h->text), row->value.at, row->value.len);
}

static void take_rows(struct host *h, const struct host_hears *hears)
{
	struct row row;
	int got;

	while ((got = reader_next(h->reader, &row)) == 1) {
		if (row.id == METRIC_agent_hello || row.id == METRIC_agent_answer)
			take_own(h, &row);
		else if (row.end >= END_COUNT)
			host_lose(h, "its agent says something of a machine of another");
		else if (hears)
			hears->on_row(hears->data, h, &row);
	}
	if (got < 0)
		host_lose(h, "its agent said what is no row: %.500s", reader_error(h->reader));
}

static void read_rows(struct host *h, const struct host_hears *hears)
{
	char block[16384];
	ssize_t n = 1;

	while (!*h->gone && (n = read(h->out, block, sizeof(block))) > 0) {
		h->heard_ns = clock_ns();
		h->bytes += n;
		if (h->bytes > BYTES_MAX)
			host_lose(h, "its agent says more than any machine has to say");
		else if (reader_push(h->reader, block, n))
			host_lose(h, "its agent said what is no row: %.500s",
				  reader_error(h->reader));
		else
			take_rows(h, hears);
	}
	if (!n && !*h->gone)
		lose_by_end(h);
}

/* Of a warning that comes between two runs, and of one in a run. */
void host_warn(struct host *h, const struct host_hears *hears, const char *text)
{
	if (hears && hears->on_warning)
		hears->on_warning(hears->data, h, text);
	else if (h->early_count < EARLY_MAX && (h->early[h->early_count] = strdup(text)))
		h->early_count++;
}

static void warn_late(struct host *h, const struct host_hears *hears)
{
	for (size_t i = 0; i < h->early_count; i++) {
		hears->on_warning(hears->data, h, h->early[i]);
		free(h->early[i]);
	}
	h->early_count = 0;
}

static void take_line(struct host *h, const struct host_hears *hears)
{
	const char *warning;

	h->line[h->line_len] = '\0';
	warning = strstr(h->line, "warning: ");
	if (warning && h->warnings++ < WARNINGS_MAX)
		host_warn(h, hears, warning + strlen("warning: "));
	else if (!warning && h->line_len)
		memcpy(h->last, h->line, sizeof(h->last));
	h->line_len = 0;
}

static void read_messages(struct host *h, const struct host_hears *hears)
{
	char block[512];
	ssize_t n = -1;

	while (h->err >= 0 && !*h->gone && (n = read(h->err, block, sizeof(block))) > 0) {
		h->heard_ns = clock_ns();
		/* Who writes faster than this reads would be read for ever. */
		h->bytes += n;
		if (h->bytes > BYTES_MAX)
			host_lose(h, "its agent says more than any machine has to say");
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] == '\n')
				take_line(h, hears);
			else if (block[i] && h->line_len < sizeof(h->line) - 1)
				h->line[h->line_len++] = block[i];
		}
	}
	if (h->err >= 0 && !n)
		host_close_fd(&h->err);
}

void host_fds(const struct host *h, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){.fd = *h->gone ? -1 : h->out, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = *h->gone ? -1 : h->err, .events = POLLIN};
}

/* A signal is no answer: the next write asks again. */
static bool is_full(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	int ready = poll(&room, 1, 1000);

	return !ready || (ready < 0 && errno != EINTR);
}

static int say_line(struct host *h, const char *line)
{
	size_t len = strlen(line);
	ssize_t n = 0;

	pthread_mutex_lock(&h->saying);
	while (len && !*h->gone) {
		n = write(h->in, line, len);
		if (n < 0 && errno == EAGAIN) {
			if (is_full(h->in))
				host_lose(h, "its agent takes nothing any more");
		} else if (n < 0 && errno != EINTR) {
			break; /* it is closed, and reading will say why */
		}
		line += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
	pthread_mutex_unlock(&h->saying);
	return *h->gone || len ? -1 : 0;
}

void host_read(struct host *h, const struct host_hears *hears)
{
	uint64_t now = clock_ns();

	if (*h->gone)
		return;
	if (hears && hears->on_warning)
		warn_late(h, hears);
	read_messages(h, hears);
	read_rows(h, hears);
	if (*h->hello && h->heard_ns + SILENCE_NS < now)
		host_lose(h,
			  "nothing was heard of its zcprof agent for %llu s: the machine, the network or the agent is stopped",
			  SILENCE_NS / 1000000000);
}

/* ---- requests ---- */

int host_ask(struct host *h, char *const words[])
{
	char line[REQUEST_MAX + 1];

	if (*h->gone)
		return -1;
	if (request_join(line, words)) {
		host_lose(h,
			  "cannot be asked what holds a tab or a line break, or is longer than %d bytes",
			  REQUEST_MAX);
		return -1;
	}
	strcat(line, "\n");
	h->owed++;
	h->bytes = 0;
	return say_line(h, line);
}

int host_await(struct host *h, const struct host_hears *hears, int ms, const char **text)
{
	uint64_t deadline = clock_ns() + ms * 1000000ULL;
	struct pollfd fds[3];

	*text = h->text;
	while (h->owed && !*h->gone && clock_ns() < deadline && !stop_asked()) {
		host_fds(h, fds);
		fds[2] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
		if (poll(fds, 3, 200) < 0 && errno != EINTR)
			host_lose(h, "cannot be waited for: %s", strerror(errno));
		host_read(h, hears);
	}
	if (h->owed && !*h->gone)
		host_lose(h, stop_asked() ? "was not waited for" : "did not answer within %d s",
			  ms / 1000);
	if (*h->gone)
		*text = h->gone;
	return *h->gone ? -1 : h->code;
}

void host_give_up(struct host *h, const char *what, unsigned int after_ms)
{
	host_lose(h, "was not %s within %u s", what, after_ms / 1000);
}

int host_clock(struct host *h, const struct host_hears *hears, double *ahead_ns, double *error_ns)
{
	char *const words[] = {"clock", NULL};

	struct clock_apart apart = {.error_ns = INFINITY};

	for (int i = 0; i < CLOCK_ROUNDS; i++) {
		double before = (double)clock_ns();
		const char *text;

		/* Where it could not be said, reading says why. */
		host_ask(h, words);
		if (host_await(h, hears, 10000, &text)) {
			host_lose(h, "its agent does not say its clock: %.500s", text);
			return -1;
		}
		clock_compare(&apart, before, strtod(text, NULL), (double)clock_ns());
	}
	*ahead_ns = apart.ahead_ns;
	*error_ns = apart.error_ns;
	return 0;
}
