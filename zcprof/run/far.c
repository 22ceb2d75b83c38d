// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/far_within.h"

#include <stdlib.h>

#include "base/clock.h"
#include "zcprof/reach/host.h"

/* Opening every source of a busy machine takes a while, and so do the rows of a long profile. */
#define WORK_MS	  60000
#define ANSWER_MS 30000 /* all else, by a busy machine too */
#define KEEP_MS	  10000

void far_fds(const struct running *r, struct pollfd fds[FAR_FDS])
{
	for (int i = 0; i < 2; i++) {
		const struct host *h = far_host(r->x, i);

		fds[2 * i] = fds[2 * i + 1] = (struct pollfd){.fd = -1};
		if (h)
			host_fds(h, fds + 2 * i);
	}
}

enum run_result far_read(struct running *r)
{
	const struct host_hears hears = far_hears(r);
	struct host *h;

	for (int i = 0; i < 2; i++) {
		h = far_host(r->x, i);
		if (!h)
			continue;
		host_read(h, &hears);
		if (host_gone(h))
			return far_lost(r, h);
	}
	return RUN_DONE;
}

enum run_result far_ask(struct running *r, const char *word)
{
	char *const words[] = {(char *)word, NULL};

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		if (h && host_ask(h, words) && host_gone(h))
			return far_lost(r, h);
	}
	return RUN_DONE;
}

static enum run_result await(struct running *r, const char *what, unsigned int ms)
{
	uint64_t deadline = clock_ns() + ms * 1000000ULL;
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		while (h && host_owes(h)) {
			enum run_result result = run_follow(r, deadline, what);

			if (result != RUN_DONE)
				return result;
			if (clock_ns() > deadline) {
				host_give_up(h, what, ms);
				return far_lost(r, h);
			}
		}
		if (h && host_answer(h, &text))
			return run_fail(r, "%s: %s", host_name(h), text);
		r->looking[i] = false;
	}
	return RUN_DONE;
}

void far_look(struct running *r, void (*take)(struct running *r, const struct row *row))
{
	char *const words[] = {"look", NULL};

	r->on_look = take;
	/* One that is lost is noticed by whoever reads next. */
	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		r->looking[i] = h && !host_ask(h, words);
	}
}

bool far_looking(const struct running *r)
{
	for (int i = 0; i < 2; i++) {
		const struct host *h = far_host(r->x, i);

		if (h && r->looking[i] && host_owes(h))
			return true;
	}
	return false;
}

enum run_result far_await(struct running *r, const char *what)
{
	return await(r, what, ANSWER_MS);
}

enum run_result far_await_work(struct running *r, const char *what)
{
	return await(r, what, WORK_MS);
}

enum run_result far_start(struct running *r, enum record_end side, char **words)
{
	r->part.end[side].which = side;
	r->part.end[side].far = true;
	host_ask(r->x->host[side], words);
	return far_await(r, "started");
}

enum run_result far_tell(struct running *r, const char *word)
{
	char *const words[] = {"tell", (char *)word, NULL};

	host_ask(r->x->host[END_TX], words);
	return far_await(r, "told");
}

enum run_result far_watch(struct running *r)
{
	const struct host_hears hears = far_hears(r);

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		if (h && host_clock(h, &hears, &r->ahead_ns[i], &r->ahead_error_ns[i]))
			return far_lost(r, h);
	}
	return far_ask(r, "watch");
}

void far_note_edge(struct running *r, enum edge edge)
{
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		if (h && !host_answer(h, &text))
			r->later_ns[i][edge] =
				strtod(text, NULL) - r->ahead_ns[i] - (double)r->edge_ns[edge];
	}
}

enum run_result far_finish(struct running *r)
{
	enum run_result result = far_ask(r, "finish");

	if (result == RUN_DONE)
		result = far_await_work(r, "done with its rows");
	for (int i = 0; i < 2 && result == RUN_DONE; i++) {
		struct host *h = far_host(r->x, i);
		enum record_end machine;

		if (!h)
			continue;
		machine = far_machine(r->x, far_side(r->x, h));
		writer_f64(r->writer, WINDOW, machine, METRIC_window_later, "open",
			   r->later_ns[i][EDGE_OPEN]);
		writer_f64(r->writer, WINDOW, machine, METRIC_window_later, "close",
			   r->later_ns[i][EDGE_CLOSE]);
		writer_f64(r->writer, WINDOW, machine, METRIC_window_later_error, NULL,
			   r->ahead_error_ns[i]);
	}
	return result;
}

void far_keep(struct running *r)
{
	static const char *const words[] = {"close", "finish"};
	const struct host_hears hears = far_hears(r);
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		for (int word = 0; h && !host_gone(h) && word < 2; word++) {
			char *const asked[] = {(char *)words[word], NULL};

			/* What has had its turn is refused, and that is right. */
			if (!host_ask(h, asked))
				host_await(h, &hears, KEEP_MS, &text);
		}
	}
}

void far_drop(struct running *r)
{
	char *const words[] = {"drop", NULL};
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);

		if (h && !host_ask(h, words))
			host_await(h, NULL, 10000, &text);
	}
}
