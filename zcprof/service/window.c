// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/window.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/say.h"
#include "base/stop.h"
#include "record/reader.h"

/* Opening the sources and naming symbols take seconds, on a busy machine many. */
#define PATIENCE_MS 60000
/* For its last rows, once it was told to end. */
#define GRACE_MS 10000

/* As attach takes them, and a NULL. */
#define WORDS_MOST (12 + ORIGIN_LABELS)

struct words {
	char *at[WORDS_MOST];
	bool failed;
	size_t count;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&w->at[w->count], format, args) >= 0)
		w->count++;
	else
		w->failed = true;
	va_end(args);
}

static void add_words(struct words *w, const struct service_settings *s, const struct rule *rule,
		      const char *who, const char *path)
{
	add(w, "/proc/self/exe");
	add(w, "attach");
	add(w, "%s", who);
	add(w, "--name=%s", rule->name);
	add(w, "--warmup=%g", s->warmup);
	add(w, "--seconds=%g", s->seconds);
	add(w, "--output=%s", path);
	if (s->collect)
		add(w, "--collect=%s", s->collect);
	if (s->no_collect)
		add(w, "--no-collect=%s", s->no_collect);
	if (s->origin.unnamed)
		add(w, "--no-host-name");
	for (size_t i = 0; i < s->origin.count; i++)
		add(w, "--label=%s=%s", s->origin.labels[i].name, s->origin.labels[i].value);
}

/* Has it ended within that time, or was it asked to stop? */
static bool await_end(int pidfd, int ms, bool until_stop)
{
	struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN},
			       {.fd = until_stop ? stop_fd() : -1, .events = POLLIN}};

	while (poll(fds, 2, ms) < 0 && errno == EINTR)
		if (until_stop && stop_asked())
			break;
	return fds[0].revents;
}

/* How it ended, as waitpid(2) says it. */
static int wait_for(pid_t pid, int ms)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int status = 0;
	bool ended = pidfd >= 0 && (await_end(pidfd, ms, true) || !kill(pid, SIGTERM)) &&
		     await_end(pidfd, GRACE_MS, false);

	if (pidfd >= 0)
		close(pidfd);
	/* One that hangs in the kernel is killed as soon as that lets go of it. */
	if (ended ? child_wait(pid, &status) : child_kill(pid, &status))
		status = SIGKILL;
	return status;
}

/* What it said last, without whose words these are. */
static void last_line(int said, char *text, size_t size)
{
	char all[4096];
	off_t len = lseek(said, 0, SEEK_END);
	off_t from = len > (off_t)sizeof(all) - 1 ? len - (off_t)sizeof(all) + 1 : 0;
	ssize_t got = pread(said, all, sizeof(all) - 1, from);
	char *line;

	all[got > 0 ? got : 0] = '\0';
	while (got > 0 && all[got - 1] == '\n')
		all[--got] = '\0';
	line = strrchr(all, '\n');
	line = line ? line + 1 : all;
	if (!strncmp(line, "zcprof: ", 8))
		line += 8;
	snprintf(text, size, "%s", *line ? line : "it said nothing");
}

/* Warnings that came before are left out; all else is of this window. */
static void say_all(int said, struct heard *heard)
{
	FILE *in = fdopen(dup(said), "r");
	const char *text;
	char *line = NULL;
	size_t room = 0;

	if (!in)
		return;
	rewind(in);
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		text = strncmp(line, "zcprof: ", 8) ? line : line + 8;
		if (strncmp(text, "warning: ", 9) != 0 || !heard_before(heard, text))
			say_detail("  %s", text);
	}
	free(line);
	fclose(in);
}

/* 0: it does not say, or is none. */
static double seconds_of(const char *path)
{
	struct reader *r = access(path, F_OK) ? NULL : reader_open_regular(path);
	double seconds = 0;
	struct row row;

	while (r && reader_next(r, &row) == 1)
		if (row.id == METRIC_path_window_ns && row.time_s < 0)
			seconds = row.number / 1e9;
	reader_close(r);
	return seconds;
}

/* With what lies beside it. */
static void drop(const char *path)
{
	char *folded = NULL;

	unlink(path);
	if (asprintf(&folded, "%.*s.folded", (int)(strlen(path) - strlen(".csv")), path) >= 0)
		unlink(folded);
	free(folded);
}

double window_measure(const struct service_settings *s, const struct rule *rule, const char *who,
		      const char *path, struct heard *heard, char *why, size_t why_size)
{
	struct words words = {.count = 0};
	struct child child = {.argv = words.at, .own_group = true};
	int said = memfd_create("said", MFD_CLOEXEC);
	int status = 0, error;
	double seconds;
	pid_t pid;

	add_words(&words, s, rule, who, path);
	child.fds[0] = -1;
	child.fds[1] = child.fds[2] = said;
	error = words.failed ? -ENOMEM : child_start(&child, &pid);
	if (!error)
		status = wait_for(pid, (int)fmin(1000 * (s->warmup + s->seconds) + PATIENCE_MS,
						 INT_MAX));
	for (size_t i = 0; i < words.count; i++)
		free(words.at[i]);
	say_all(said, heard);
	if (error)
		snprintf(why, why_size, "zcprof attach cannot be started: %s", strerror(-error));
	else if (WIFSIGNALED(status))
		snprintf(why, why_size, "zcprof attach was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		last_line(said, why, why_size);
	if (said >= 0)
		close(said);
	seconds = error ? 0 : seconds_of(path);
	if (seconds > 0 && seconds < s->seconds / 2) {
		snprintf(why, why_size, "its window was over after %.2f s of %g", seconds,
			 s->seconds);
		drop(path);
		seconds = 0;
	}
	return seconds;
}
