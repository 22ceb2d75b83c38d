// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/run.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/run/far.h"
#include "zcprof/facts.h"
#include "zcprof/origin.h"
#include "base/stop.h"
#include "zcprof/run/refused.h"
#include "zcprof/run/watching.h"
#include "zcprof/run/words.h"

/* zcpath gives up on a dead peer within 10 s; its own sentence is better than ours. */
#define PATIENCE_MS 15000
/* What still moves is waited for, but no end keeps another waiting by what it says alone. */
#define MOVING_MS 60000
#define LOOK_NS	  500000000

enum run_result run_fail(struct running *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	return RUN_FAILED;
}

static const char *side_name(enum record_end side)
{
	return side == END_RX ? "receiver" : "sender";
}

/* ---- following the ends ---- */

void run_take(struct running *r, enum record_end side, const struct row *row)
{
	bool rx = side == END_RX;

	writer_row(r->writer, row);
	if (row->id == METRIC_path_bytes && row->time_s >= 0) {
		r->moved[side] = r->moved[side] || row->number > 0;
		if (rx)
			r->claimed_bytes += row->number;
		watching_moved(r, side, row->number, row->time_s);
		if (rx)
			progress_rate(&r->x->progress, row->number * 8 / 1e9);
	} else if (row->id == METRIC_path_bytes && rx) {
		r->bytes = row->number;
	} else if (row->id == METRIC_path_window_ns && rx) {
		r->window_ns = row->number;
	} else if (row->id == METRIC_path_datagrams) {
		r->datagrams = true;
	} else if (row->id == METRIC_path_bytes_life) {
		r->bytes_life[side] = row->number;
	}
}

static void on_row(void *data, struct end *end, const struct row *row)
{
	run_take(data, end->which, row);
}

/*
 * An end that was killed takes the other with it, which may be seen first and says only that its
 * peer has gone.
 */
static enum record_end first_to_go(struct running *r, enum record_end seen)
{
	enum record_end other = seen == END_RX ? END_TX : END_RX;

	if (!end_await(&r->part.end[seen], 1000) || end_was_killed(&r->part.end[seen]))
		return seen;
	if (r->part.end[other].pid > 0 && end_await(&r->part.end[other], 1000) &&
	    end_was_killed(&r->part.end[other]))
		return other;
	return seen;
}

/* An end that is gone too early: what it said, once it had a moment to say it. */
static enum run_result gone(struct running *r, enum record_end seen, const char *before)
{
	enum record_end side = first_to_go(r, seen);
	char ending[1200];
	size_t how;

	end_stop(&r->part.end[side], 1000);
	how = strcspn(end_ending(&r->part.end[side], ending, sizeof(ending)), ":");
	return run_fail(r, "the %s %.*s before it was %s%s", side_name(side), (int)how, ending,
			before, ending + how);
}

static enum run_result read_ends(struct running *r, const struct pollfd *fds,
				 const char *wanted_name)
{
	char why[300];

	for (enum record_end side = END_RX; side <= END_TX; side++) {
		struct end *end = &r->part.end[side];

		if (fds[2 * side + 1].revents)
			end_read_messages(end);
		if (!fds[2 * side].revents)
			continue;
		switch (end_read(end, on_row, r, why, sizeof(why))) {
		case -1:
			return run_fail(r, "the %s %s", side_name(side), why);
		case 0:
			if (end->reached < REACHED_CLOSED)
				return gone(r, side, wanted_name);
		}
	}
	for (enum record_end side = END_RX; side <= END_TX; side++)
		if (r->part.end[side].far && r->part.end[side].finished &&
		    r->part.end[side].reached < REACHED_CLOSED)
			return gone(r, side, wanted_name);
	return RUN_DONE;
}

enum run_result run_follow(struct running *r, uint64_t deadline_ns, const char *wanted_name)
{
	struct pollfd fds[2 * END_COUNT + FAR_FDS];
	uint64_t now = clock_ns();
	struct timespec timeout = {0};
	enum run_result result;

	/* That a host says nothing has to be noticed too. */
	if (far_any(r->x) && deadline_ns > now + LOOK_NS)
		deadline_ns = now + LOOK_NS;
	deadline_ns = watching_until(r, deadline_ns);
	if (deadline_ns > now) {
		timeout.tv_sec = (deadline_ns - now) / 1000000000;
		timeout.tv_nsec = (deadline_ns - now) % 1000000000;
	}
	for (enum record_end side = END_RX; side <= END_TX; side++) {
		fds[2 * side] = (struct pollfd){.fd = r->part.end[side].out, .events = POLLIN};
		fds[2 * side + 1] = (struct pollfd){.fd = r->part.end[side].err, .events = POLLIN};
	}
	/* END_HOST says nothing but that it is time to stop, and what a person who watches asks for. */
	fds[2 * END_HOST] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	fds[2 * END_HOST + 1] = (struct pollfd){.fd = watching_fd(r), .events = POLLIN};
	far_fds(r, fds + 2 * END_COUNT);
	if (ppoll(fds, 2 * END_COUNT + FAR_FDS, &timeout, NULL) < 0 && errno != EINTR)
		return run_fail(r, "cannot wait for the ends: %s", strerror(errno));
	if (stop_asked())
		return RUN_STOPPED;
	if (writer_error(r->writer))
		return RUN_NO_OUTPUT;
	result = far_read(r);
	watching_heed(r);
	return result == RUN_DONE ? read_ends(r, fds, wanted_name) : result;
}

#define BOTH_ENDS END_COUNT

/* Both ends say that bytes move, which there can be more of. */
static bool goes_on_moving(struct running *r, uint64_t since_ns)
{
	bool moving = r->moved[END_RX] && r->moved[END_TX];

	if (moving)
		memset(r->moved, 0, sizeof(r->moved));
	return moving && (r->by_bytes ? r->claimed_bytes < r->asked_bytes
				      : clock_ns() < since_ns + MOVING_MS * 1000000ULL);
}

/* Until this end, or each where side is BOTH_ENDS, has reached it. */
static enum run_result await(struct running *r, enum record_end side, enum reached wanted,
			     const char *name)
{
	uint64_t began = clock_ns(), deadline = began + PATIENCE_MS * 1000000ULL;

	memset(r->moved, 0, sizeof(r->moved));
	for (;;) {
		int late = side;
		enum run_result result;

		if (side == BOTH_ENDS)
			late = r->part.end[END_RX].reached < wanted ? END_RX : END_TX;
		if (r->part.end[late].reached >= wanted)
			return RUN_DONE;
		if (clock_ns() >= deadline)
			return run_fail(r, "the %s was not %s after %d s", side_name(late), name,
					PATIENCE_MS / 1000);
		result = run_follow(r, deadline, name);
		if (result != RUN_DONE)
			return result;
		if (goes_on_moving(r, began))
			deadline = clock_ns() + PATIENCE_MS * 1000000ULL;
	}
}

static enum run_result sleep_for(struct running *r, double seconds)
{
	uint64_t deadline = clock_ns() + (uint64_t)(seconds * 1e9);

	while (clock_ns() < deadline) {
		enum run_result result = run_follow(r, deadline, "told to end");

		if (result != RUN_DONE)
			return result;
		writer_flush(r->writer);
	}
	return RUN_DONE;
}

static enum run_result tell(struct running *r, const char *word)
{
	int error;

	if (r->x->host[END_TX])
		return far_tell(r, word);
	error = end_tell(&r->part.end[END_TX], word);
	if (!error)
		return RUN_DONE;
	return error == -EPIPE
		       ? gone(r, END_TX, "told to end")
		       : run_fail(r, "cannot tell the sender to %s: %s", word, strerror(-error));
}

/* ---- the run ---- */

static void set_targets(struct running *r)
{
	for (enum record_end side = END_RX; side <= END_TX; side++) {
		struct target *t = &r->part.run.target[side];
		const char *lists[] = {configuration_cpus(r->configuration, side),
				       r->configuration->value[side][OPTION_irq_cpu]};
		const char *why;

		t->netns = r->x->link.side[side].netns;
		/* CPUs of another machine have the numbers of ours, and are not ours. */
		if (r->x->host[side])
			continue;
		snprintf(t->iface, sizeof(t->iface), "%s", r->x->link.side[side].iface);
		for (int i = 0; i < 2; i++) {
			cpu_set_t cpus;

			if (!lists[i] || cpulist_parse(lists[i], &cpus, &why))
				continue;
			CPU_OR(&t->cpus, &t->cpus, &cpus);
			t->cpus_known = t->cpus_known || !i;
		}
		if (!t->cpus_known && far_apart(r->x))
			target_has_machine(t);
	}
}

/* What the sender will do, and for how long; a plan's texts have been checked as they came in. */
static void timing_of(const struct configuration *c, struct options *o)
{
	static const enum option_id ids[] = {OPTION_seconds, OPTION_warmup, OPTION_bytes};
	char why[160];

	options_preset(o);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (c->value[END_TX][ids[i]])
			options_take(o, ids[i], c->value[END_TX][ids[i]], why, sizeof(why));
}

static void write_first_facts(struct running *r)
{
	const struct settings *s = r->x->settings;
	struct writer *w = r->writer;
	char text[64];

	facts_record(w, r->configuration->name, r->slot->repeat, &s->origin);
	writer_fact(w, END_HOST, METRIC_fact_option, "control", r->slot->control ? "yes" : "no");
	if (r->configuration->against)
		writer_fact(w, END_HOST, METRIC_fact_option, "against", r->configuration->against);
	snprintf(text, sizeof(text), "%zu", (size_t)(r->slot - s->plan.slots) + 1);
	writer_fact(w, END_HOST, METRIC_fact_order, NULL, text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)s->seed);
	writer_fact(w, END_HOST, METRIC_fact_seed, NULL, text);
	writer_fact(w, END_HOST, METRIC_fact_link, NULL, s->link);
	for (enum record_end side = END_RX; side <= END_TX; side++)
		if (s->host[side])
			writer_fact(w, side, METRIC_fact_link, "host", s->host[side]);
}

/* Of this machine, where it has an end. */
static bool is_here(const struct running *r)
{
	return !r->x->host[END_RX] || !r->x->host[END_TX];
}

static void begin_here(struct running *r)
{
	struct origin name = {.unnamed = r->x->settings->origin.unnamed};

	if (!is_here(r))
		return;
	writer_machine(r->writer, far_machine(r->x, r->x->host[END_RX] ? END_TX : END_RX));
	if (far_apart(r->x))
		origin_facts(&name, r->writer);
	part_begin(&r->part);
}

static enum run_result start_end(struct running *r, enum record_end side)
{
	char **words = words_of_end(r->x, r->configuration, side);
	char why[300];
	int error;

	if (!words)
		return run_fail(r, "no memory left to start the %s", side_name(side));
	if (r->x->host[side]) {
		enum run_result result = far_start(r, side, words);

		words_free(words);
		return result;
	}
	error = end_start(&r->part.end[side], side, words, r->part.run.target[side].netns, why,
			  sizeof(why));
	words_free(words);
	if (error)
		return run_fail(r, "%s", why);
	r->part.run.target[side].pid = r->part.end[side].pid;
	return RUN_DONE;
}

#define TRY(step)                                                                                  \
	do {                                                                                       \
		enum run_result result_ = (step);                                                  \
		if (result_ != RUN_DONE)                                                           \
			return result_;                                                            \
	} while (0)

/* A snapshot of every machine that has an end, all at once. */
static enum run_result snapshot(struct running *r, enum edge edge)
{
	TRY(far_ask(r, edge == EDGE_OPEN ? "open" : "close"));
	r->edge_ns[edge] = clock_ns();
	if (edge == EDGE_CLOSE)
		watching_closed(r);
	if (is_here(r) && !part_edge(&r->part, edge))
		r->edge_ns[edge] = edge == EDGE_OPEN ? r->part.opened_ns : r->part.closed_ns;
	if (edge == EDGE_OPEN)
		watching_opened(r);
	TRY(far_await(r, edge == EDGE_OPEN ? "open" : "closed"));
	far_note_edge(r, edge);
	return RUN_DONE;
}

/*
 * By time, traffic flows before, in and after the window, and both snapshots lie inside it: open
 * after the ends have opened, close before they are told to. By bytes the window holds all of the
 * traffic, and the snapshots lie around it, so that every call is counted.
 */
static enum run_result measure(struct running *r)
{
	if (r->by_bytes) {
		TRY(snapshot(r, EDGE_OPEN));
		TRY(tell(r, "open"));
		TRY(await(r, BOTH_ENDS, REACHED_CLOSED, "done"));
		return snapshot(r, EDGE_CLOSE);
	}
	TRY(tell(r, "start"));
	TRY(sleep_for(r, r->warmup));
	TRY(tell(r, "open"));
	TRY(await(r, BOTH_ENDS, REACHED_OPEN, "open"));
	TRY(snapshot(r, EDGE_OPEN));
	TRY(sleep_for(r, r->seconds));
	TRY(snapshot(r, EDGE_CLOSE));
	TRY(tell(r, "close"));
	return await(r, BOTH_ENDS, REACHED_CLOSED, "closed");
}

/* What zcpath warned of, such as queues that it could not place. */
static void pass_on_warnings(struct running *r)
{
	for (enum record_end side = END_RX; side <= END_TX; side++) {
		char *line = r->part.end[side].said;

		for (char *next; *line; line = next) {
			char *warning;

			next = line + strcspn(line, "\n");
			if (*next)
				*next++ = '\0';
			warning = strstr(line, "warning: ");
			if (warning)
				once_warning(&r->x->once, warning + strlen("warning: "));
		}
	}
}

static bool goes_on(const struct end *end)
{
	return end->far ? !end->finished : end->out >= 0;
}

/* Of datagrams some may be lost: the receiver's rows say how many. */
static bool counted_alike(const struct running *r)
{
	return r->bytes_life[END_RX] == r->bytes_life[END_TX] ||
	       (r->datagrams && r->bytes_life[END_RX] < r->bytes_life[END_TX]);
}

/* Their last rows, and how they ended. */
static enum run_result finish_ends(struct running *r)
{
	uint64_t deadline = clock_ns() + PATIENCE_MS * 1000000ULL;
	char ending[1200];

	while (goes_on(&r->part.end[END_RX]) || goes_on(&r->part.end[END_TX])) {
		if (clock_ns() >= deadline)
			return run_fail(r, "the %s did not end within %d s",
					side_name(goes_on(&r->part.end[END_RX]) ? END_RX : END_TX),
					PATIENCE_MS / 1000);
		TRY(run_follow(r, deadline, "closed"));
	}
	for (enum record_end side = END_RX; side <= END_TX; side++)
		if (end_stop(&r->part.end[side], PATIENCE_MS)) {
			enum record_end first = first_to_go(r, side);

			return run_fail(r, "the %s %s", side_name(first),
					end_ending(&r->part.end[first], ending, sizeof(ending)));
		}
	if (!counted_alike(r))
		return run_fail(r, "the sender counted %.0f bytes and the receiver %.0f",
				r->bytes_life[END_TX], r->bytes_life[END_RX]);
	return RUN_DONE;
}

static enum run_result run_steps(struct running *r)
{
	write_first_facts(r);
	begin_here(r);
	TRY(far_begin(r));
	TRY(start_end(r, END_RX));
	TRY(await(r, END_RX, REACHED_LISTENING, "listening"));
	TRY(start_end(r, END_TX));
	TRY(await(r, BOTH_ENDS, REACHED_READY, "ready"));
	TRY(far_watch(r));
	if (is_here(r))
		part_watch(&r->part);
	TRY(far_await_work(r, "opened"));
	TRY(measure(r));
	TRY(finish_ends(r));
	part_finish(&r->part);
	TRY(far_finish(r));
	return writer_error(r->writer) ? RUN_NO_OUTPUT : RUN_DONE;
}

static enum run_result run_end(struct running *r, enum run_result result)
{
	char text[80] = "failed";

	/* A run that broke off keeps what was measured until then, on each machine that is still there. */
	if (result == RUN_FAILED) {
		far_keep(r);
		part_edge(&r->part, EDGE_CLOSE);
		part_finish(&r->part);
	}
	watching_closed(r);
	pass_on_warnings(r); /* before an end says that it was told to stop */
	far_drop(r);
	part_drop(&r->part);
	if (result == RUN_DONE || result == RUN_NO_OUTPUT) {
		progress_clear(&r->x->progress);
		result = writer_finish(r->writer) ? RUN_NO_OUTPUT : RUN_DONE;
	} else {
		writer_abandon(r->writer);
	}
	if (result == RUN_DONE && r->window_ns > 1e9 * (1.1 * r->seconds + 0.2))
		say_warning("the window of %s run %u was %.2f s long and not %.2f: an end was held up, as on a machine with more work than CPUs",
			    r->configuration->name, r->slot->repeat, r->window_ns / 1e9, r->seconds);
	if (result == RUN_DONE && r->window_ns > 0)
		snprintf(text, sizeof(text), "%.2f Gbit/s", r->bytes * 8 / r->window_ns);
	else if (result == RUN_DONE)
		snprintf(text, sizeof(text), "sent to nobody");
	if (result == RUN_FAILED) {
		progress_clear(&r->x->progress);
		say_error("%s run %u: %s", r->configuration->name, r->slot->repeat, r->why);
		refused_write(r->x, r->configuration, END_HOST, "failed", r->why);
	}
	if (result == RUN_DONE || result == RUN_FAILED)
		progress_end(&r->x->progress, text);
	return result;
}

double run_seconds(const struct configuration *c)
{
	struct options o;

	timing_of(c, &o);
	return o.seconds + o.warmup;
}

char *run_path(const struct experiment *x, const struct slot *slot)
{
	char *path;

	if (asprintf(&path, "%s/%s/%s-%u.csv", x->directory,
		     x->settings->plan.configurations[slot->configuration].name,
		     slot->control ? "control" : "run", slot->repeat) < 0)
		return NULL;
	return path;
}

enum run_result run_once(struct experiment *x, const struct slot *slot)
{
	struct running r = {.x = x, .slot = slot};
	struct options timing;
	char *path = run_path(x, slot);
	char *sidecar = path ? strndup(path, strlen(path) - strlen(".csv")) : NULL;
	enum run_result result = RUN_NO_OUTPUT;

	part_new(&r.part);
	r.configuration = &x->settings->plan.configurations[slot->configuration];
	r.part.run.sidecar = sidecar;
	r.part.run.meter = &x->settings->meter;
	r.part.run.exact = x->settings->exact;
	r.part.run.watched = x->settings->live;
	r.part.run.data_port = x->settings->port + 1;
	timing_of(r.configuration, &timing);
	r.seconds = timing.seconds;
	r.warmup = timing.warmup;
	r.by_bytes = timing.bytes;
	r.asked_bytes = (double)timing.bytes;
	r.part.run.seconds = r.by_bytes ? 0 : r.seconds;
	set_targets(&r);
	progress_begin(&x->progress, r.configuration->name, slot->repeat);
	watching_begin(&r);
	if (sidecar)
		r.writer = writer_create(path);
	r.part.out = r.writer;
	r.part.once = &x->once;
	r.part.chosen = x->chosen;
	r.part.control = slot->control;
	for (enum record_end side = END_RX; side <= END_TX; side++)
		r.part.here[side] = !x->host[side];
	if (r.writer)
		result = run_end(&r, run_steps(&r));
	free(sidecar);
	free(path);
	return result;
}
