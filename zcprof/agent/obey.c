// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/obey.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/say.h"
#include "zcprof/agent/asked.h"
#include "zcprof/agent/request.h"
#include "zcprof/agent/version.h"
#include "zcprof/origin.h"
#include "zcprof/tool.h"

#define CHECK_MS 30000
/* An end says its last rows and goes; one that does not is ended. */
#define ENDS_WITHIN_MS 8000

void obey_new(struct servant *s, struct writer *out, char *zcpath)
{
	*s = (struct servant){.out = out, .zcpath = zcpath};
	part_new(&s->part);
}

/* ---- what its ends say ---- */

static void on_row(void *data, struct end *end, const struct row *row)
{
	const struct servant *s = data;

	(void)end;
	writer_row(s->out, row);
}

/* The last that it said, and how it went; whoever asked has the words for it. */
static void say_ended(struct servant *s, struct end *end)
{
	char status[24];

	end_stop(end, ENDS_WITHIN_MS);
	snprintf(status, sizeof(status), "%d", end->status);
	writer_fact(s->out, end->which, METRIC_agent_ended, status, end->said);
}

void obey_fds(const struct servant *s, struct pollfd fds[OBEY_FDS])
{
	for (int i = 0; i < OBEY_FDS; i++) {
		const struct end *end = &s->part.end[END_RX + i / 2];

		fds[i] = (struct pollfd){.fd = i % 2 ? end->err : end->out, .events = POLLIN};
	}
}

void obey_follow(struct servant *s, const struct pollfd fds[OBEY_FDS])
{
	char why[300];

	for (int i = 0; i < 2; i++) {
		struct end *end = &s->part.end[END_RX + i];
		int got = 1;

		if (end->out < 0)
			continue;
		if (fds[2 * i + 1].revents)
			end_read_messages(end);
		if (fds[2 * i].revents)
			got = end_read(end, on_row, s, why, sizeof(why));
		if (got < 0)
			say_warning("%s", why);
		if (got <= 0)
			say_ended(s, end);
	}
}

/* ---- requests ---- */

/* Each: an exit code, with a sentence or what was asked for in why. words[0] is the request's own. */
struct asking {
	char **words;
	int count;
	char *why;
	size_t size;
};

static int begin(struct servant *s, const struct asking *a)
{
	struct asked asked;
	struct origin origin = {.count = 0};

	part_drop(&s->part);
	part_new(&s->part);
	s->part.out = s->out;
	s->part.once = &s->once;
	s->part.chosen = s->chosen;
	if (asked_take(&asked, &s->part, a->words + 1, a->why, a->size))
		return EXIT_USAGE;
	collecting_choose(s->chosen, asked.collect, asked.no_collect);
	origin.unnamed = asked.unnamed;
	origin_facts(&origin, s->out);
	part_begin(&s->part);
	return EXIT_DONE;
}

/* They are run as they are, and no shell sees them. */
static int check(struct servant *s, const struct asking *a)
{
	struct tool_result result;

	a->words[0] = s->zcpath;
	tool_run(a->words, CHECK_MS, &result);
	snprintf(a->why, a->size, "%s", result.exit_code ? tool_reason(&result) : result.out);
	return result.exit_code < 0 ? EXIT_FAILED : result.exit_code;
}

/* In the child. What dies with an agent that was killed is asked to end, and so puts back what it set. */
static int outlive(void *data)
{
	(void)data;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	return 0;
}

static int start(struct servant *s, const struct asking *a)
{
	struct part *p = &s->part;
	enum record_end end = a->count > 1 ? asked_end(a->words[1]) : END_HOST;

	if (!p->running || end == END_HOST || !p->here[end] || p->end[end].pid) {
		snprintf(a->why, a->size, "no such end is to be started now");
		return EXIT_USAGE;
	}
	a->words[0] = s->zcpath;
	if (end_start_as(&p->end[end], end, a->words, outlive, NULL, a->why, a->size))
		return EXIT_FAILED;
	p->run.target[end].pid = p->end[end].pid;
	return EXIT_DONE;
}

static int tell(struct servant *s, const struct asking *a)
{
	struct end *end = &s->part.end[END_TX];
	int error = a->count == 2 && end->in >= 0 ? end_tell(end, a->words[1]) : -1;

	snprintf(a->why, a->size, "%s", error ? "there is no sender to tell" : "");
	return error ? EXIT_FAILED : EXIT_DONE;
}

static int turn(int error, const struct asking *a)
{
	if (error)
		snprintf(a->why, a->size, "it is not the turn of \"%.20s\"", a->words[0]);
	return error ? EXIT_USAGE : EXIT_DONE;
}

static int watch(struct servant *s, const struct asking *a)
{
	return turn(part_watch(&s->part), a);
}

/* What the clock said then. */
static int say_edge(const struct asking *a, int error, uint64_t at_ns)
{
	snprintf(a->why, a->size, "%llu", (unsigned long long)at_ns);
	return turn(error, a);
}

static int open_window(struct servant *s, const struct asking *a)
{
	int error = part_edge(&s->part, EDGE_OPEN);

	return say_edge(a, error, s->part.opened_ns);
}

static int look(struct servant *s, const struct asking *a)
{
	return turn(part_look(&s->part), a);
}

static int close_window(struct servant *s, const struct asking *a)
{
	int error = part_edge(&s->part, EDGE_CLOSE);

	return say_edge(a, error, s->part.closed_ns);
}

static int finish(struct servant *s, const struct asking *a)
{
	return turn(part_finish(&s->part), a);
}

static int drop(struct servant *s, const struct asking *a)
{
	(void)a;
	part_drop(&s->part);
	return EXIT_DONE;
}

static int say_clock(struct servant *s, const struct asking *a)
{
	(void)s;
	snprintf(a->why, a->size, "%llu", (unsigned long long)clock_ns());
	return EXIT_DONE;
}

static int say_metrics(struct servant *s, const struct asking *a)
{
	(void)a;
	version_tell(s->out);
	return EXIT_DONE;
}

static const struct {
	const char *verb;
	int (*does)(struct servant *s, const struct asking *a);
} requests[] = {
	{"check", check}, {"run", begin},	 {"start", start},	  {"watch", watch},
	{"tell", tell},	  {"open", open_window}, {"close", close_window}, {"finish", finish},
	{"drop", drop},	  {"clock", say_clock},	 {"look", look},	  {"metrics", say_metrics},
};

void obey(struct servant *s, char *line)
{
	char *words[REQUEST_WORDS_MAX + 1], why[700] = "", code[16];
	struct asking a = {words, request_split(line, words), why, sizeof(why)};
	int result = EXIT_USAGE;
	size_t i = 0;

	while (a.count > 0 && i < sizeof(requests) / sizeof(*requests) &&
	       strcmp(requests[i].verb, words[0]) != 0)
		i++;
	if (a.count > 0 && i < sizeof(requests) / sizeof(*requests))
		result = requests[i].does(s, &a);
	else
		snprintf(why, sizeof(why), "did not understand what was asked");
	snprintf(code, sizeof(code), "%d", result);
	writer_fact(s->out, END_HOST, METRIC_agent_answer, code, why);
}

void obey_end(struct servant *s)
{
	part_drop(&s->part);
	once_free(&s->once);
}
