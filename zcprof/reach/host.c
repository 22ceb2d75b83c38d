// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/host.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/stop.h"
#include "base/thread.h"
#include "base/visible.h"
#include "record/reader.h"
#include "zcprof/agent/request.h"
#include "zcprof/agent/version.h"
#include "zcprof/reach.h"

/* One of another version says which rows it has. */
#define METRICS_MS 60000
/* It says something each second; and in one run no more than any machine has to say. */
#define SILENCE_NS   (7 * 1000000000ULL)
#define BYTES_MAX    (128ULL << 20)
#define WARNINGS_MAX 200
#define EARLY_MAX    16
#define CLOSE_MS     12000

struct host {
	char *name;
	pid_t pid;
	int in, out, err; /* -1 once closed */
	pthread_mutex_t saying;
	pthread_t beating;
	bool beats;
	int calm; /* a descriptor that ends the beating */
	struct reader *reader;
	char hello[HELLO_MAX];
	char protocol[16];
	unsigned int owed;
	int code;
	char text[700];
	uint64_t heard_ns, bytes;
	char line[512]; /* of its standard error, and the last whole one */
	size_t line_len;
	char last[512];
	unsigned int warnings;	/* that were taken */
	char *early[EARLY_MAX]; /* and of those what nobody heard so far */
	size_t early_count;
	char gone[900];
	bool differs; /* it is of another version: */
	struct version version;
};

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

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

__attribute__((format(printf, 2, 3))) static void lose(struct host *h, const char *format, ...)
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

	child_end(h->pid, &status, 1000);
	h->pid = 0;
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "by signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "with exit code %d", WEXITSTATUS(status));
	lose(h, "the connection to its zcprof agent ended %s%s%s", how, *h->last ? ": " : "",
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
		lose(h, "its agent answered what nobody asked");
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
			lose(h, "its agent says something of a machine of another");
		else if (hears)
			hears->on_row(hears->data, h, &row);
	}
	if (got < 0)
		lose(h, "its agent said what is no row: %.500s", reader_error(h->reader));
}

static void read_rows(struct host *h, const struct host_hears *hears)
{
	char block[16384];
	ssize_t n = 1;

	while (!*h->gone && (n = read(h->out, block, sizeof(block))) > 0) {
		h->heard_ns = clock_ns();
		h->bytes += n;
		if (h->bytes > BYTES_MAX)
			lose(h, "its agent says more than any machine has to say");
		else if (reader_push(h->reader, block, n))
			lose(h, "its agent said what is no row: %.500s", reader_error(h->reader));
		else
			take_rows(h, hears);
	}
	if (!n && !*h->gone)
		lose_by_end(h);
}

/* Of a warning that comes between two runs, and of one in a run. */
static void warn(struct host *h, const struct host_hears *hears, const char *text)
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
		warn(h, hears, warning + strlen("warning: "));
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
			lose(h, "its agent says more than any machine has to say");
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] == '\n')
				take_line(h, hears);
			else if (block[i] && h->line_len < sizeof(h->line) - 1)
				h->line[h->line_len++] = block[i];
		}
	}
	if (h->err >= 0 && !n)
		close_fd(&h->err);
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
				lose(h, "its agent takes nothing any more");
		} else if (n < 0 && errno != EINTR) {
			break; /* it is closed, and reading will say why */
		}
		line += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
	pthread_mutex_unlock(&h->saying);
	return *h->gone || len ? -1 : 0;
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
		lose(h,
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
		lose(h,
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
			lose(h, "cannot be waited for: %s", strerror(errno));
		host_read(h, hears);
	}
	if (h->owed && !*h->gone)
		lose(h, stop_asked() ? "was not waited for" : "did not answer within %d s",
		     ms / 1000);
	if (*h->gone)
		*text = h->gone;
	return *h->gone ? -1 : h->code;
}

void host_give_up(struct host *h, const char *what, unsigned int after_ms)
{
	lose(h, "was not %s within %u s", what, after_ms / 1000);
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
			lose(h, "its agent does not say its clock: %.500s", text);
			return -1;
		}
		clock_compare(&apart, before, strtod(text, NULL), (double)clock_ns());
	}
	*ahead_ns = apart.ahead_ns;
	*error_ns = apart.error_ns;
	return 0;
}

/* ---- the connection ---- */

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
	char *words[REACH_WORDS_MAX + 8];
	char *ssh = strdup(how->ssh);
	size_t count = ssh ? reach_words(ssh, words) : 0;
	int error = ssh ? 0 : -ENOMEM;

	words[count++] = h->name;
	words[count++] = (char *)how->zcprof;
	words[count++] = "agent";
	if (how->pushed)
		words[count++] = "--pushed";
	if (how->zcpath && !how->pushed) {
		words[count++] = "--zcpath";
		words[count++] = (char *)how->zcpath;
	}
	words[count] = NULL;
	if (!error)
		error = start(h, words);
	free(ssh);
	return error;
}

static void await_hello(struct host *h, int patience_s)
{
	uint64_t deadline = clock_ns() + patience_s * 1000000000ULL;
	struct pollfd fds[3];

	while (!*h->hello && !*h->gone) {
		host_fds(h, fds);
		fds[2] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
		if (stop_asked())
			lose(h, "was not waited for");
		else if (clock_ns() > deadline)
			lose(h, "its zcprof agent did not answer within %d s", patience_s);
		else if (poll(fds, 3, 200) < 0 && errno != EINTR)
			lose(h, "cannot be waited for: %s", strerror(errno));
		else
			host_read(h, NULL);
	}
}

static void lose_strange(struct host *h, const char *own)
{
	lose(h,
	     "its zcprof is of another version: here is \"%s\", there \"%.80s\", which understands nothing of what this one asks; install the same on both sides, or give --push, which takes this one there for as long as it lasts",
	     own, h->hello);
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
		lose(h,
		     "its zcprof is of another version, and does not say which rows it has: %.300s",
		     text);
		return false;
	}
	h->differs = true;
	warn(h, NULL, version_say(&h->version, own, h->hello, line));
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
		lose(h,
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
	close_fd(&h->calm);
	close_fd(&h->in);
	if (h->pid)
		child_end(h->pid, &status, patience_ms);
	close_fd(&h->out);
	close_fd(&h->err);
	reader_close(h->reader);
	while (h->early_count)
		free(h->early[--h->early_count]);
	free(h->name);
	free(h);
}
