// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/say.h"
#include "record/patience.h"
#include "zcprof/run/far.h"
#include "zcprof/facts.h"
#include "zcprof/origin.h"
#include "zcprof/run/refused.h"
#include "zcprof/run/typed.h"
#include "zcprof/run/watching.h"
#include "zcprof/run/words.h"

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
	static const enum option_id ids[] = {OPTION_seconds, OPTION_warmup, OPTION_bytes,
					     OPTION_flows};
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
		return run_fail(r, "no memory left to start the %s", run_side(side));
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
		TRY(run_tell(r, "open"));
		TRY(run_await(r, BOTH_ENDS, REACHED_CLOSED, "done"));
		return snapshot(r, EDGE_CLOSE);
	}
	TRY(run_tell(r, "start"));
	TRY(run_sleep(r, r->warmup));
	TRY(run_tell(r, "open"));
	TRY(run_await(r, BOTH_ENDS, REACHED_OPEN, "open"));
	TRY(snapshot(r, EDGE_OPEN));
	TRY(run_sleep(r, r->seconds));
	TRY(snapshot(r, EDGE_CLOSE));
	TRY(run_tell(r, "close"));
	return run_await(r, BOTH_ENDS, REACHED_CLOSED, "closed");
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

static enum run_result run_steps(struct running *r)
{
	write_first_facts(r);
	begin_here(r);
	TRY(far_begin(r));
	TRY(start_end(r, END_RX));
	TRY(run_await(r, END_RX, REACHED_LISTENING, "listening"));
	TRY(start_end(r, END_TX));
	TRY(run_await(r, BOTH_ENDS, REACHED_READY, "ready"));
	TRY(far_watch(r));
	if (is_here(r))
		part_watch(&r->part);
	TRY(far_await_work(r, "opened"));
	TRY(measure(r));
	TRY(run_finish_ends(r));
	part_finish(&r->part);
	TRY(far_finish(r));
	return writer_error(r->writer) ? RUN_NO_OUTPUT : RUN_DONE;
}

/* What an end found only once it was there, such as what a device's driver has. The other may have been told, and ended first. */
#define LAST_WORDS_MS 300

static bool is_unable(struct running *r)
{
	char why[sizeof(r->why)];

	for (enum record_end side = END_RX; side <= END_TX; side++) {
		struct end *end = &r->part.end[side];

		if (!r->part.here[side] || end->pid <= 0)
			continue;
		end_await(end, LAST_WORDS_MS);
		end_read_messages(end);
		if (!end_unable(end, why, sizeof(why)))
			continue;
		typed_options(&r->x->settings->plan, side, why, sizeof(why));
		progress_clear(&r->x->progress);
		refused_write(r->x, r->configuration, side, "cannot", why);
		say_warning("%s is left out: %s", r->configuration->name, why);
		return true;
	}
	return false;
}

static enum run_result run_end(struct running *r, enum run_result result)
{
	char text[80] = "failed";

	/* A run that broke off keeps what was measured until then, on each machine that is still there. */
	if (result == RUN_FAILED) {
		far_keep(r);
		part_edge(&r->part, EDGE_CLOSE);
		part_finish(&r->part);
		if (!r->window_ns && is_unable(r))
			result = RUN_UNABLE;
	}
	watching_closed(r);
	pass_on_warnings(r); /* before an end says that it was told to stop */
	far_drop(r);
	part_drop(&r->part);
	if (result == RUN_DONE || result == RUN_NO_OUTPUT) {
		progress_clear(&r->x->progress);
		result = writer_finish(r->writer) ? RUN_NO_OUTPUT : RUN_DONE;
	} else if (result == RUN_UNABLE) {
		writer_discard(r->writer); /* refused/ says why; there is no window */
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
	if (result == RUN_UNABLE)
		snprintf(text, sizeof(text), "cannot run");
	if (result == RUN_DONE || result == RUN_FAILED || result == RUN_UNABLE)
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
	r.patience_ms = (patience_s(timing.flows) + PATIENCE_LONGER_S) * 1000;
	r.ending_ms = r.patience_ms + 2000 * (patience_s(timing.flows) - patience_s(0));
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
