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
#include "zcprof/agent/part.h"
#include "zcprof/agent/request.h"
#include "zcprof/run/tool.h"

/* Whoever asked says something each second, and may be held up for a while at an edge. */
#define PATIENCE_NS (20 * 1000000000ULL)
#define CHECK_MS    30000

struct asked {
	const char *zcpath;
	bool pushed;
};

struct agent {
	struct writer *out;
	char zcpath[4096];
	struct part part;
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

static void answer(struct agent *a, int code, const char *text)
{
	char key[16];

	snprintf(key, sizeof(key), "%d", code);
	writer_fact(a->out, END_HOST, METRIC_agent_answer, key, text);
}

/* words: END and zcpath's own. They are run as they are, and no shell sees them. */
static int check(struct agent *a, char **words, char *why, size_t size)
{
	struct tool_result result;

	words[0] = a->zcpath;
	tool_run(words, CHECK_MS, &result);
	snprintf(why, size, "%s", result.exit_code ? tool_reason(&result) : result.out);
	return result.exit_code < 0 ? EXIT_FAILED : result.exit_code;
}

static int start(struct agent *a, char **words, char *why, size_t size)
{
	const char *end = words[1];

	words[0] = a->zcpath;
	return part_start(&a->part, end, words, why, size);
}

static int tell(struct agent *a, const char *word, char *why, size_t size)
{
	int error = a->part.running && a->part.end[END_TX].in >= 0
			    ? end_tell(&a->part.end[END_TX], word)
			    : -EPIPE;

	snprintf(why, size, "%s", error ? strerror(-error) : "");
	return error ? EXIT_FAILED : EXIT_DONE;
}

/* What the clock said then. */
static int edge(struct part *part, enum edge edge, char *why, size_t size)
{
	int code = part_edge(part, edge, why, size);

	if (!code)
		snprintf(why, size, "%llu",
			 (unsigned long long)(edge == EDGE_OPEN ? part->opened_ns
								: part->closed_ns));
	return code;
}

static int obey(struct agent *a, char **words, int count, char *why, size_t size)
{
	struct part *part = &a->part;
	const char *verb = words[0];

	if (!strcmp(verb, "run"))
		return part_begin(part, words + 1, why, size);
	if (!strcmp(verb, "check") && count > 1)
		return check(a, words, why, size);
	if (!strcmp(verb, "start") && count > 2)
		return start(a, words, why, size);
	if (!strcmp(verb, "tell") && count == 2)
		return tell(a, words[1], why, size);
	if (!strcmp(verb, "watch"))
		return part_watch(part, why, size);
	if (!strcmp(verb, "open"))
		return edge(part, EDGE_OPEN, why, size);
	if (!strcmp(verb, "close"))
		return edge(part, EDGE_CLOSE, why, size);
	if (!strcmp(verb, "finish"))
		return part_finish(part, why, size);
	if (!strcmp(verb, "drop")) {
		part_drop(part);
		return EXIT_DONE;
	}
	if (!strcmp(verb, "clock")) {
		snprintf(why, size, "%llu", (unsigned long long)clock_ns());
		return EXIT_DONE;
	}
	snprintf(why, size, "did not understand \"%.60s\"", verb);
	return EXIT_USAGE;
}

static void take_line(struct agent *a, char *line)
{
	char *words[REQUEST_WORDS_MAX + 1];
	char why[700] = "";
	int count;
	int code = EXIT_USAGE;

	if (!*line)
		return;
	count = request_split(line, words);
	if (count < 0)
		snprintf(why, sizeof(why), "a request of too many words");
	else
		code = obey(a, words, count, why, sizeof(why));
	answer(a, code, why);
}

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
		take_line(a, line);
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

static void serve(struct agent *a)
{
	struct pollfd fds[2 + PART_FDS] = {{.fd = STDIN_FILENO, .events = POLLIN},
					   {.fd = stop_fd(), .events = POLLIN}};

	a->heard_ns = clock_ns();
	while (!stop_asked()) {
		part_fds(&a->part, fds + 2);
		writer_flush(a->out);
		if (writer_error(a->out) || (poll(fds, 2 + PART_FDS, 1000) < 0 && errno != EINTR))
			return;
		part_follow(&a->part, fds + 2);
		if (fds[0].revents && !take_requests(a))
			return;
		if (a->part.running && clock_ns() - a->heard_ns > PATIENCE_NS) {
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
	a.part.out = a.out;
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
	part_drop(&a.part);
	__atomic_store_n(&a.over, true, __ATOMIC_RELAXED);
	if (thread)
		pthread_join(alive, NULL);
	once_free(&a.part.once);
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
