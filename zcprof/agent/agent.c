// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/agent.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/stop.h"
#include "base/thread.h"
#include "collectors/kit/process.h"
#include "nic/journal.h"
#include "zcprof/agent/obey.h"
#include "zcprof/agent/request.h"

/* Whoever asked says something each second, and takes what is said here. */
#define PATIENCE_NS (7 * 1000000000ULL)
#define TAKEN_MS    6000

struct asked {
	const char *zcpath;
	bool pushed;
};

struct agent {
	struct writer *out;
	char zcpath[4096];
	struct servant servant;
	uint64_t heard_ns;
	size_t used;
	bool over;
	char request[REQUEST_MAX];
};

/* As asked, else the one beside this program, else by PATH. */
static void find_zcpath(struct agent *a, const char *wanted)
{
	ssize_t len = readlink("/proc/self/exe", a->zcpath, sizeof(a->zcpath) - sizeof("/zcpath"));
	char *slash;

	a->zcpath[len > 0 ? len : 0] = '\0';
	if (wanted) {
		snprintf(a->zcpath, sizeof(a->zcpath), "%s", wanted);
		return;
	}
	slash = strrchr(a->zcpath, '/');
	if (slash)
		strcpy(slash, "/zcpath");
	if (!slash || access(a->zcpath, X_OK))
		strcpy(a->zcpath, "zcpath");
}

/*
 * Taken here for this once: both programs are removed, with their folder, and run on from what is open. False
 * where they cannot be.
 */
static bool remove_pushed(struct agent *a)
{
	char *slash;
	int fd;

	find_zcpath(a, NULL);
	slash = strrchr(a->zcpath, '/');
	/* By hand, it would remove what is installed. */
	if (strncmp(a->zcpath, PUSH_FOLDER, strlen(PUSH_FOLDER))) {
		errno = EINVAL;
		return false;
	}
	fd = slash ? open(a->zcpath, O_PATH | O_CLOEXEC) : -1;
	if (fd < 0 || unlink(a->zcpath))
		return false;
	strcpy(slash, "/zcprof");
	unlink(a->zcpath);
	*slash = '\0';
	rmdir(a->zcpath);
	/* A descriptor that closes when a program runs is open until that is found. */
	snprintf(a->zcpath, sizeof(a->zcpath), "/proc/self/fd/%d", fd);
	return true;
}

/* ---- requests ---- */

/* Whole lines; false: nobody is there any more. */
static bool take_requests(struct agent *a)
{
	ssize_t n = read(STDIN_FILENO, a->request + a->used, sizeof(a->request) - 1 - a->used);
	char *line = a->request, *end;

	if (n <= 0)
		return n < 0 && (errno == EINTR || errno == EAGAIN);
	a->heard_ns = clock_ns();
	a->used += n;
	a->request[a->used] = '\0';
	while ((end = memchr(line, '\n', a->request + a->used - line))) {
		*end = '\0';
		if (*line)
			obey(&a->servant, line);
		line = end + 1;
	}
	a->used -= line - a->request;
	memmove(a->request, line, a->used);
	return a->used < sizeof(a->request) - 1;
}

/* ---- being there ---- */

static void *say_alive(void *data)
{
	const bool *over = data;

	while (!__atomic_load_n(over, __ATOMIC_RELAXED) && write(STDERR_FILENO, "\n", 1) == 1)
		poll(NULL, 0, 1000);
	return NULL;
}

/* What was said while this one was at work waits to be read. */
static bool is_forsaken(const struct agent *a)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	return a->servant.part.running && clock_ns() - a->heard_ns > PATIENCE_NS && !poll(&in, 1, 0);
}

static void serve(struct agent *a)
{
	struct pollfd fds[2 + OBEY_FDS] = {{.fd = STDIN_FILENO, .events = POLLIN},
					   {.fd = stop_fd(), .events = POLLIN}};

	a->heard_ns = clock_ns();
	while (!stop_asked()) {
		int ready;

		obey_fds(&a->servant, fds + 2);
		writer_flush(a->out);
		if (writer_error(a->out))
			return;
		ready = poll(fds, 2 + OBEY_FDS, 1000);
		if (ready < 0 && errno != EINTR)
			return;
		/* After a signal there stands what was true before. */
		if (ready < 0)
			continue;
		obey_follow(&a->servant, fds + 2);
		if (fds[0].revents && !take_requests(a))
			return;
		if (is_forsaken(a)) {
			say_error("nothing was heard of whoever runs this for %llu s; the run is dropped",
				  PATIENCE_NS / 1000000000);
			return;
		}
	}
}

static int agent(const struct asked *asked)
{
	static struct agent a;
	char hello[HELLO_MAX], why[300];
	pthread_t alive;
	bool thread;

	find_zcpath(&a, asked->zcpath);
	if (asked->pushed && !remove_pushed(&a)) {
		say_error("cannot remove the programs that were brought here: %s", strerror(errno));
		return EXIT_FAILED;
	}
	a.out = writer_stream(STDOUT_FILENO, "standard output");
	if (!a.out)
		return EXIT_FAILED;
	/* Where the network died, what was set is put back now, and not when TCP gives up. */
	writer_patience(a.out, TAKEN_MS);
	obey_new(&a.servant, a.out, a.zcpath);
	request_hello(hello);
	writer_fact(a.out, END_HOST, METRIC_agent_hello, AGENT_PROTOCOL, hello);
	if (!process_numbers(why, sizeof(why))) {
		say_error("%s", why);
		writer_discard(a.out);
		return EXIT_UNABLE;
	}
	if (journal_recover(JOURNAL_DIR).failed)
		say_warning("this machine may not be as it was before an earlier run");
	thread = !thread_start_quiet(&alive, say_alive, &a.over);
	serve(&a);
	obey_end(&a.servant);
	__atomic_store_n(&a.over, true, __ATOMIC_RELAXED);
	if (thread)
		pthread_join(alive, NULL);
	writer_discard(a.out);
	return EXIT_DONE;
}

enum { KEY_ZCPATH = 0x100, KEY_PUSHED };

static const struct argp_option options[] = {
	{"zcpath", KEY_ZCPATH, "PATH", 0, "The zcpath to run (the one beside zcprof, else by PATH)",
	 0},
	{"pushed", KEY_PUSHED, NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct asked *asked = state->input;

	if (key == KEY_PUSHED)
		asked->pushed = true;
	else if (key == KEY_ZCPATH)
		asked->zcpath = text;
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

int agent_command(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Run one machine's part of an experiment, for a zcprof on another that started it through ssh: requests on standard input, rows on standard output. Nobody starts it by hand.",
	};
	struct asked asked = {0};
	int error;

	argp_parse(&argp, argc, argv, 0, NULL, &asked);
	error = stop_prepare();
	if (error) {
		say_error("cannot take signals: %s", strerror(-error));
		return EXIT_FAILED;
	}
	return agent(&asked);
}
