// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/pair.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/say.h"
#include "base/stop.h"
#include "zcprof/attach/pair_asked.h"
#include "zcprof/attach/together.h"
#include "zcprof/reach/elsewhere.h"
#include "zcprof/reach/reach.h"

#define READY_MS 120000
/* Of one whose window should be over, and again once it was told to close it. */
#define SILENCE_MS 10000
/* As zcprof/run/far.c: reading every source of a busy machine takes a while, and so do the rows of a long profile. */
#define WORK_MS 60000

struct far {
	const char *name;
	pid_t pid;
	int in, out;
	struct together_half half;
	uint64_t heard_ns;
	bool ready, over;
	bool busy; /* at an edge of its window, or behind it: it may say nothing for WORK_MS */
	bool cut;  /* by this one: it said too much */
	double clock_ns; /* that it said last; 0: it was asked */
};

/* False after saying why. */
static bool add_plain(char **argv, size_t *count, const struct pair_one *one, char *const *words,
		      size_t more)
{
	for (size_t i = 0; i < more; i++) {
		if (strcmp(one->host, PAIR_HERE) != 0 && !elsewhere_plain(words[i])) {
			say_error("%s: a shell there would not take \"%s\" as it is", one->host,
				  words[i]);
			return false;
		}
		argv[(*count)++] = words[i];
	}
	return true;
}

static int start(struct far *f, const struct pair_asked *a, const struct pair_one *one)
{
	char *argv[3 * PAIR_WORDS_MAX + 8], *room = NULL;
	bool here = !strcmp(one->host, PAIR_HERE);
	const struct child child = {.argv = argv, .fds = {CHILD_PIPE, CHILD_PIPE, CHILD_AS_HERE}};
	size_t count = 0;
	int ends[3] = {-1, -1, -1};
	int error = 0;
	bool plain;

	f->name = here ? "this machine" : one->host;
	if (!here && !(count = reach_argv(a->ssh, one->host, argv, &room))) {
		say_error("no memory left to reach %s", one->host);
		return -1;
	}
	argv[count++] = here ? "/proc/self/exe" : (char *)a->zcprof;
	argv[count++] = "attach";
	plain = add_plain(argv, &count, one, a->common, a->commons) &&
		add_plain(argv, &count, one, one->words, one->count);
	argv[count++] = "--gate";
	argv[count++] = "-o";
	argv[count++] = "/dev/stdout";
	argv[count] = NULL;
	if (plain)
		error = child_start_piped(&child, &f->pid, ends);
	f->in = ends[0];
	f->out = ends[1];
	f->heard_ns = clock_ns();
	if (error)
		say_error("%s: cannot run %s: %s", f->name, argv[0], strerror(-error));
	free(room);
	return plain && !error ? 0 : -1;
}

static void take_answer(struct far *f, const char *text)
{
	const char *number = strchr(text, ' ');
	double ns = number ? strtod(number, NULL) : 0;

	/* "closed" is the last of its window, and the rows of all sources follow. */
	if (!strcmp(text, "busy") || !strncmp(text, "closed ", 7))
		f->busy = true;
	else if (!strcmp(text, "there"))
		f->busy = false;
	if (!strcmp(text, "ready"))
		f->ready = true;
	else if (!strncmp(text, "clock ", 6))
		f->clock_ns = ns;
	else if (!strncmp(text, "opened ", 7))
		f->half.at_ns[0] = ns;
	else if (!strncmp(text, "closed ", 7))
		f->half.at_ns[1] = ns;
}

static void read_one(struct far *f)
{
	char block[16384], text[ANSWER_MAX];
	ssize_t n = read(f->out, block, sizeof(block));

	if (n < 0 && errno == EINTR)
		return;
	f->heard_ns = clock_ns();
	f->over = n <= 0 || together_take(&f->half, block, n);
	while (together_answer(&f->half, text))
		take_answer(f, text);
	if (*f->half.why) {
		say_error("%s: what its zcprof says is not taken any further: %s", f->name,
			  f->half.why);
		f->over = f->cut = true;
	}
}

enum until { ONE_READY, ALL_READY, CLOCK, ONE_OVER, ALL_OVER };

/* One that has gone before the window leaves nothing to wait for. */
static bool is_reached(const struct far f[2], enum until until)
{
	if (until == ALL_OVER)
		return f[0].over && f[1].over;
	if (until == CLOCK && f[0].clock_ns > 0 && f[1].clock_ns > 0)
		return true;
	return f[0].over || f[1].over || (until == ALL_READY && f[0].ready && f[1].ready) ||
	       (until == ONE_READY && (f[0].ready || f[1].ready));
}

/* Who is there says so once a second, but for one that is at work; 0: may be silent for ever. */
static bool is_silent(const struct far *f, int silence_ms)
{
	int ms = f->busy && silence_ms < WORK_MS ? WORK_MS : silence_ms;

	return silence_ms && !f->over && f->heard_ns + ms * 1000000ULL < clock_ns();
}

/* 0: as long as it takes. False: asked to stop, or that took too long. */
static bool follow(struct far f[2], enum until until, int patience_ms, int silence_ms)
{
	uint64_t deadline = clock_ns() + (uint64_t)patience_ms * 1000000;

	while (!is_reached(f, until)) {
		struct pollfd fds[3] = {{.fd = stop_fd(), .events = POLLIN}};

		for (int i = 0; i < 2; i++)
			fds[1 + i] =
				(struct pollfd){.fd = f[i].over ? -1 : f[i].out, .events = POLLIN};
		if (stop_asked() || (patience_ms && clock_ns() > deadline) ||
		    is_silent(&f[0], silence_ms) || is_silent(&f[1], silence_ms) ||
		    (poll(fds, 3, 500) < 0 && errno != EINTR))
			return false;
		for (int i = 0; i < 2; i++)
			if (fds[1 + i].revents)
				read_one(&f[i]);
	}
	return true;
}

/* Its exit code, after it was given a moment to end; -1: it was ended. */
static int end(struct far *f)
{
	int status = 0;
	bool ended = true;

	if (f->in >= 0)
		close(f->in);
	if (f->pid > 0)
		ended = !child_end(f->pid, &status, 5000);
	if (f->out >= 0)
		close(f->out);
	return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * Of another version its rows that are not known here are left out, and those that mean something else. False after
 * saying that it speaks otherwise.
 */
static bool is_understood(struct far *f)
{
	char own[HELLO_MAX];

	request_hello(own);
	if (*f->half.protocol && strcmp(f->half.protocol, AGENT_PROTOCOL) != 0) {
		char why[VERSION_SAID_MAX];

		say_error("%s: %s", f->name, version_refuse(own, f->half.hello, why));
		return false;
	}
	if (!together_differs(&f->half))
		return true;
	if (!*f->half.hello) {
		say_warning("%s: its zcprof does not say its version, so it is another than \"%s\": what of its rows is not known here is left out, and what means something else there is not noticed",
			    f->name, own);
		return true;
	}
	say_warning("%s: its zcprof is of another version: here is \"%s\", there \"%s\": rows that differ are left out",
		    f->name, own, f->half.hello);
	return write(f->in, "metrics\n", 8) == 8 || f->over;
}

/* Of whichever has gone; else of the one that was asked. */
static void say_no_clock(const struct far f[2], const struct far *asked)
{
	for (int i = 0; i < 2; i++)
		if (f[i].over && !stop_asked())
			say_error("%s: zcprof attach there ended before the window was opened",
				  f[i].name);
	if (!f[0].over && !f[1].over && !stop_asked())
		say_error("%s: does not say its clock%s", asked->name,
			  *asked->half.hello ? "" : " (another version of zcprof?)");
}

/* How far both clocks are from this one. False after saying which of them does not say. */
static bool hold_clocks_together(struct far f[2])
{
	for (int i = 0; i < 2; i++)
		f[i].half.apart.error_ns = INFINITY;
	for (int n = 0; n < 2 * CLOCK_ROUNDS; n++) {
		struct far *one = &f[n % 2];
		double before = (double)clock_ns();

		f[0].clock_ns = f[1].clock_ns = 1;
		one->clock_ns = 0;
		if (write(one->in, "clock\n", 6) != 6 || !follow(f, CLOCK, SILENCE_MS, 0) ||
		    !(one->clock_ns > 0)) {
			say_no_clock(f, one);
			return false;
		}
		clock_compare(&one->half.apart, before, one->clock_ns, (double)clock_ns());
	}
	return true;
}

static void say_silent(const struct far f[2], const char *when, int ms, const char *perhaps)
{
	for (int i = 0; i < 2; i++)
		if (is_silent(&f[i], ms) && !stop_asked())
			say_error("%s: nothing was heard for %llu s %s: %sthe machine, the network or its zcprof is stopped",
				  f[i].name, (clock_ns() - f[i].heard_ns) / 1000000000ULL, when,
				  perhaps);
}

/* Of one that is there what it measured until now; of one that is silent nothing more will come. */
static void take_what_is_left(struct far f[2])
{
	for (int i = 0; i < 2; i++) {
		f[i].over = f[i].over || is_silent(&f[i], SILENCE_MS);
		close(f[i].in);
		f[i].in = -1;
	}
	follow(f, ALL_OVER, WORK_MS, SILENCE_MS);
}

/* False after saying why not. */
static bool are_ready(struct far f[2])
{
	/* An ssh may have to be answered by hand. */
	if (!follow(f, ONE_READY, 0, READY_MS)) {
		say_silent(f, "before it was ready", READY_MS,
			   "its ssh was not answered (ssh-agent(1) answers a passphrase in time), or ");
		return false;
	}
	if (!follow(f, ALL_READY, READY_MS, 0)) {
		for (int i = 0; i < 2; i++)
			if (!f[i].ready && !stop_asked())
				say_error("%s: zcprof attach there was not ready %d s after the other was",
					  f[i].name, READY_MS / 1000);
		return false;
	}
	for (int i = 0; i < 2; i++)
		if (!f[i].ready)
			say_error("%s: the window was not opened: zcprof attach ended %s",
				  f[i].name, f[i].over ? "there" : "on the other machine");
	return f[0].ready && f[1].ready && is_understood(&f[0]) && is_understood(&f[1]);
}

/* Whether both had their window. */
static bool run(struct far f[2])
{
	if (!are_ready(f) || !hold_clocks_together(f))
		return false;
	for (int i = 0; i < 2; i++)
		if (write(f[i].in, "\n", 1) != 1)
			say_warning("%s: cannot be told that the window opens", f[i].name);
	if (!follow(f, ONE_OVER, 0, SILENCE_MS)) {
		if (stop_asked())
			return false;
		say_silent(f, "in the window", SILENCE_MS, "");
		take_what_is_left(f);
		return false;
	}
	if (follow(f, ALL_OVER, SILENCE_MS, 0))
		return true;
	/* Both windows are equally long, but where a process ends in its own. */
	for (int i = 0; i < 2; i++)
		if (!f[i].over && !stop_asked()) {
			close(f[i].in);
			f[i].in = -1;
		}
	if (follow(f, ALL_OVER, WORK_MS, SILENCE_MS))
		return true;
	say_silent(f, "after the other's window had closed", SILENCE_MS, "");
	for (int i = 0; i < 2; i++)
		if (!f[i].over && !is_silent(&f[i], SILENCE_MS) && !stop_asked())
			say_error("%s: zcprof attach there was not done %d s after the other was",
				  f[i].name, (SILENCE_MS + WORK_MS) / 1000);
	return false;
}

int pair(int argc, char **argv)
{
	struct pair_asked asked;
	struct far f[2] = {{.in = -1, .out = -1}, {.in = -1, .out = -1}};
	int result = EXIT_FAILED;
	bool whole = false, failed = false, started;
	int error;

	if (!pair_is_asked(argc, argv))
		return -1;
	if (!pair_take(&asked, argc, argv))
		return EXIT_USAGE;
	error = stop_prepare();
	if (error) {
		say_error("cannot take signals: %s", strerror(-error));
		return EXIT_FAILED;
	}
	started = !start(&f[0], &asked, &asked.of[0]) && !start(&f[1], &asked, &asked.of[1]);
	if (started)
		whole = run(f);
	for (int i = 0; i < 2; i++) {
		int code = end(&f[i]);

		f[i].half.name = f[i].name;
		if (code && started && f[i].ready)
			say_warning("%s: zcprof attach there failed", f[i].name);
		failed = failed || code || f[i].cut;
		/* By itself it ends so after a window that was cut short, of which its rows are all there. */
		whole = whole && !f[i].cut && (!code || code == EXIT_FAILED);
	}
	if (started && f[0].ready && f[1].ready)
		result = together_write(asked.output, &asked.said,
					(struct together_half *[]){&f[0].half, &f[1].half}, whole);
	if (result == EXIT_DONE && failed)
		result = EXIT_FAILED;
	together_free(&f[0].half);
	together_free(&f[1].half);
	return result;
}
