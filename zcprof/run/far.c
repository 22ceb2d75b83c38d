// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/far.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/visible.h"
#include "zcprof/reach/host.h"
#include "zcprof/reach/push.h"

/* Opening every source of a busy machine takes a while, and so do the rows of a long profile. */
#define WORK_MS	  60000
#define ANSWER_MS 30000 /* all else, by a busy machine too */
#define KEEP_MS	  10000
/* What far_begin() asks at most, as many as it has add() for, and twice those of an end. */
#define VALUES_MAX 24
#define VALUE_MAX  4096

/* ---- who is where ---- */

/* The first or the second of them; NULL: there is none. */
static struct host *host_at(const struct experiment *x, int i)
{
	struct host *rx = x->host[END_RX], *tx = x->host[END_TX];

	if (!i)
		return rx ? rx : tx;
	return rx && tx != rx ? tx : NULL;
}

bool far_any(const struct experiment *x)
{
	return host_at(x, 0);
}

bool far_apart(const struct experiment *x)
{
	return x->host[END_RX] != x->host[END_TX];
}

enum record_end far_machine(const struct experiment *x, enum record_end side)
{
	return far_apart(x) ? end_machine(side) : END_HOST;
}

static enum record_end side_of(const struct experiment *x, const struct host *h)
{
	return x->host[END_RX] == h ? END_RX : END_TX;
}

static struct host *connect_to(const struct experiment *x, const char *name, int patience_s)
{
	const struct settings *s = x->settings;
	struct host_how how = {
		.ssh = s->ssh, .zcprof = s->zcprof, .zcpath = s->zcpath, .patience_s = patience_s};
	char path[PUSH_PATH_MAX], why[1200];
	struct host *h = NULL;
	bool pushed = s->push && !push_programs(s->ssh, name, x->zcpath, path, why, sizeof(why));

	if (pushed) {
		how.zcprof = path;
		how.pushed = true;
	}
	if (!s->push || pushed)
		h = host_connect(&how, name, why, sizeof(why));
	if (pushed && !h)
		push_remove(s->ssh, name, path);
	if (!h)
		say_error("%s", why);
	return h;
}

int far_open(struct experiment *x, int patience_s)
{
	const struct settings *s = x->settings;
	const char *rx = s->host[END_RX], *tx = s->host[END_TX];

	x->host[END_RX] = rx ? connect_to(x, rx, patience_s) : NULL;
	if (rx && !x->host[END_RX])
		return EXIT_UNABLE;
	if (rx && tx && !strcmp(rx, tx))
		x->host[END_TX] = x->host[END_RX];
	else if (tx)
		x->host[END_TX] = connect_to(x, tx, patience_s);
	return tx && !x->host[END_TX] ? EXIT_UNABLE : EXIT_DONE;
}

void far_close(struct experiment *x)
{
	if (far_apart(x))
		host_close(x->host[END_TX]);
	host_close(x->host[END_RX]);
	x->host[END_RX] = x->host[END_TX] = NULL;
}

/* ---- what they say ---- */

/* How an end went, as end_ending() has the words for it. */
static void take_ended(struct end *end, const struct row *row)
{
	char status[16];

	snprintf(status, sizeof(status), "%.*s", (int)(row->key.len < 15 ? row->key.len : 15),
		 row->key.at);
	end->status = (int)strtol(status, NULL, 10) & 0xffff;
	end->finished = true;
	end->said_len = visible_undo(end->said, sizeof(end->said), row->value.at, row->value.len);
}

/* What only the experiment knows. */
static bool is_of_experiment(enum metric_id id, enum record_end machine)
{
	switch (id) {
	case METRIC_agent_metric:
	case METRIC_fact_record_version:
	case METRIC_fact_program:
	case METRIC_fact_configuration:
	case METRIC_fact_repeat:
	case METRIC_fact_started:
	case METRIC_fact_order:
	case METRIC_fact_seed:
		return true;
	/* Of two ends on one machine the record's own name is that of whoever ran it. */
	case METRIC_fact_host:
		return machine == END_HOST;
	default:
		return false;
	}
}

/*
 * What a source has so far, for whoever watches, its facts too: it comes again, whole, when the window has closed. Until
 * then all else that comes is what ends say that move data, and answers.
 */
static bool is_look(const struct running *r, const struct host *h, const struct row *row)
{
	static const char *const others[] = {"path", "agent"};
	const char *source = metric_info(row->id)->source;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(source, others[i]))
			return false;
	return r->looking[host_at(r->x, 0) == h ? 0 : 1] && host_owes(h);
}

static void on_row(void *data, struct host *h, const struct row *row)
{
	struct running *r = data;
	struct row own = *row;

	if (is_look(r, h, row)) {
		if (row->end == END_HOST)
			own.end = far_machine(r->x, side_of(r->x, h));
		if (row->end == END_HOST || r->x->host[row->end] == h)
			r->on_look(r, &own);
		return;
	}
	if (row->end == END_HOST) {
		own.end = far_machine(r->x, side_of(r->x, h));
		if (row->id == METRIC_collector_absent && r->on_absent)
			r->on_absent(r, &own);
		if (!is_of_experiment(row->id, own.end))
			writer_row(r->writer, &own);
		return;
	}
	/* An agent speaks of the ends that it runs. */
	if (r->x->host[row->end] != h)
		return;
	if (row->id == METRIC_agent_ended) {
		take_ended(&r->part.end[row->end], row);
		return;
	}
	end_note(&r->part.end[row->end], row);
	run_take(r, row->end, row);
}

static void on_warning(void *data, struct host *h, const char *text)
{
	struct running *r = data;
	char line[1600];

	snprintf(line, sizeof(line), "%s: %s", host_name(h), text);
	once_warning(&r->x->once, line);
}

static struct host_hears hears_of(struct running *r)
{
	return (struct host_hears){on_row, on_warning, r};
}

void far_fds(const struct running *r, struct pollfd fds[FAR_FDS])
{
	for (int i = 0; i < 2; i++) {
		const struct host *h = host_at(r->x, i);

		fds[2 * i] = fds[2 * i + 1] = (struct pollfd){.fd = -1};
		if (h)
			host_fds(h, fds + 2 * i);
	}
}

static enum run_result lost(struct running *r, struct host *h)
{
	enum record_end machine = far_machine(r->x, side_of(r->x, h));
	char why[1000];

	snprintf(why, sizeof(why), "the host was lost in this run: %s", host_gone(h));
	writer_absent(r->writer, machine, "all", why);
	return run_fail(r, "%s: %s", host_name(h), host_gone(h));
}

enum run_result far_read(struct running *r)
{
	const struct host_hears hears = hears_of(r);
	struct host *h;

	for (int i = 0; i < 2; i++) {
		h = host_at(r->x, i);
		if (!h)
			continue;
		host_read(h, &hears);
		if (host_gone(h))
			return lost(r, h);
	}
	return RUN_DONE;
}

/* ---- what they are asked ---- */

enum run_result far_ask(struct running *r, const char *word)
{
	char *const words[] = {(char *)word, NULL};

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);

		if (h && host_ask(h, words) && host_gone(h))
			return lost(r, h);
	}
	return RUN_DONE;
}

static enum run_result await(struct running *r, const char *what, unsigned int ms)
{
	uint64_t deadline = clock_ns() + ms * 1000000ULL;
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);

		while (h && host_owes(h)) {
			enum run_result result = run_follow(r, deadline, what);

			if (result != RUN_DONE)
				return result;
			if (clock_ns() > deadline) {
				host_give_up(h, what, ms);
				return lost(r, h);
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
		struct host *h = host_at(r->x, i);

		r->looking[i] = h && !host_ask(h, words);
	}
}

bool far_looking(const struct running *r)
{
	for (int i = 0; i < 2; i++) {
		const struct host *h = host_at(r->x, i);

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

struct request {
	char text[VALUES_MAX][VALUE_MAX];
	char *words[VALUES_MAX + 1];
	size_t count;
	bool cut; /* some of it did not fit */
};

__attribute__((format(printf, 2, 3))) static void add(struct request *q, const char *format, ...)
{
	va_list args;

	if (q->count == VALUES_MAX) {
		q->cut = true;
		return;
	}
	va_start(args, format);
	if (vsnprintf(q->text[q->count], VALUE_MAX, format, args) >= VALUE_MAX)
		q->cut = true;
	va_end(args);
	q->words[q->count] = q->text[q->count];
	q->words[++q->count] = NULL;
}

static void add_end(struct request *q, const struct configuration *c, enum record_end side)
{
	const char *name = record_end_name[side];
	const char *cpus = configuration_cpus(c, side);

	add(q, "end=%s", name);
	if (cpus && *cpus)
		add(q, "%s-cpu=%s", name, cpus);
	if (c->value[side][OPTION_irq_cpu] && *c->value[side][OPTION_irq_cpu])
		add(q, "%s-irq-cpu=%s", name, c->value[side][OPTION_irq_cpu]);
}

enum run_result far_begin(struct running *r)
{
	const struct settings *s = r->x->settings;

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);
		struct request *q;

		if (!h)
			continue;
		q = calloc(1, sizeof(*q));
		if (!q)
			return run_fail(r, "no memory left to ask %s", host_name(h));
		add(q, "run");
		for (enum record_end side = END_RX; side <= END_TX; side++)
			if (r->x->host[side] == h)
				add_end(q, r->configuration, side);
		add(q, "address=%s", r->x->address);
		add(q, "port=%u", r->part.run.data_port);
		if (r->part.run.seconds > 0)
			add(q, "seconds=%g", r->part.run.seconds);
		if (s->collect)
			add(q, "collect=%s", s->collect);
		if (s->no_collect)
			add(q, "no-collect=%s", s->no_collect);
		if (s->exact)
			add(q, "exact=yes");
		if (s->live)
			add(q, "watched=yes");
		if (s->origin.unnamed)
			add(q, "unnamed=yes");
		if (r->slot->control)
			add(q, "control=yes");
		/* What is cut would be another experiment there. */
		if (q->cut) {
			free(q);
			return run_fail(r, "%s: cannot be asked for options of more than %d bytes",
					host_name(h), VALUE_MAX - 1);
		}
		host_ask(h, q->words);
		free(q);
		if (host_gone(h))
			return lost(r, h);
	}
	for (int i = 0; i < 2; i++) {
		const struct host *h = host_at(r->x, i);

		if (h && host_version(h) && far_apart(r->x))
			writer_fact(r->writer, far_machine(r->x, side_of(r->x, h)),
				    METRIC_fact_program, NULL, host_version(h));
	}
	return far_await(r, "ready to begin");
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

/* ---- the window ---- */

enum run_result far_watch(struct running *r)
{
	const struct host_hears hears = hears_of(r);

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);

		if (h && host_clock(h, &hears, &r->ahead_ns[i], &r->ahead_error_ns[i]))
			return lost(r, h);
	}
	return far_ask(r, "watch");
}

void far_note_edge(struct running *r, enum edge edge)
{
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);

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
		struct host *h = host_at(r->x, i);
		enum record_end machine;

		if (!h)
			continue;
		machine = far_machine(r->x, side_of(r->x, h));
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
	const struct host_hears hears = hears_of(r);
	const char *text;

	for (int i = 0; i < 2; i++) {
		struct host *h = host_at(r->x, i);

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
		struct host *h = host_at(r->x, i);

		if (h && !host_ask(h, words))
			host_await(h, NULL, 10000, &text);
	}
}
