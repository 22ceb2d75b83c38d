// SPDX-License-Identifier: GPL-2.0-or-later
/* Many experiments over time: where a configuration became another one, and why. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/figures/changes.h"
#include "analyze/figures/design.h"
#include "analyze/load/timeline.h"
#include "analyze/options.h"
#include "analyze/pages/history_words.h"
#include "base/say.h"

/* Of all series together: so often a history without a change has one. */
#define ALPHA 0.05

struct history_options {
	struct common common;
	bool all;
	char **paths;
	size_t path_count;
};

/* ---- series ---- */

static void fill_point(struct history *h, size_t at, const struct exponents *exponents)
{
	const struct configuration *c = h->line->points[at];
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));
	double *values = must_calloc(c->count + 1, sizeof(*values));

	h->strangers[at] = configuration_strangers(c, apart);
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		size_t n = 0;

		for (size_t i = 0; i < c->count; i++) {
			double value = outcome_of(c->runs[i], exponents).of[q];

			if (!apart[i] && !isnan(value))
				values[n++] = value;
		}
		h->series[q][at] = n ? stats_interval(values, n).center : NAN;
	}
	free(apart);
	free(values);
}

static void history_of(struct history *h, const struct timeline *line,
		       const struct exponents *exponents)
{
	*h = (struct history){.line = line};
	h->strangers = must_calloc(line->count, sizeof(*h->strangers));
	h->lonely = must_calloc(line->count, sizeof(*h->lonely));
	for (enum quantity q = 0; q < QUANTITIES; q++)
		h->series[q] = must_calloc(line->count, sizeof(**h->series));
	for (size_t i = 0; i < line->count; i++)
		fill_point(h, i, exponents);
	lonely_of(h->series[THROUGHPUT], line->count, h->lonely);
	for (enum quantity q = 0; q < QUANTITIES; q++)
		for (size_t i = 0; i < line->count; i++)
			h->measured[q] += !isnan(h->series[q][i]) && !h->lonely[i];
}

static void history_free(struct history *h)
{
	for (enum quantity q = 0; q < QUANTITIES; q++)
		free(h->series[q]);
	for (size_t i = 0; i < h->event_count; i++)
		free(h->events[i].moved);
	free(h->events);
	free(h->strangers);
	free(h->lonely);
}

/* ---- changes ---- */

static int by_place(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	if (x->change.after != y->change.after)
		return x->change.after < y->change.after ? -1 : 1;
	return x->quantity < y->quantity ? -1 : x->quantity > y->quantity;
}

/* What moved within one or two experiments moved together; the surest figure says where. */
static void add_to_event(struct history *h, const struct moved *moved)
{
	struct event *last = h->event_count ? &h->events[h->event_count - 1] : NULL;

	if (!last || moved->change.after > last->moved[last->count - 1].change.after + 2 ||
	    moved->change.after > last->moved[0].change.after + 3) {
		last = &ARRAY_ADD(h->events, h->event_count);
		*last = (struct event){.moved = NULL};
	}
	ARRAY_ADD(last->moved, last->count) = *moved;
	if (moved->change.p < last->moved[last->surest].change.p)
		last->surest = last->count - 1;
}

static void find_events(struct history *h, double alpha, double margin)
{
	struct moved *all = NULL;
	size_t count = 0;

	for (enum quantity q = 0; q < QUANTITIES; q++) {
		struct change *changes;
		size_t found;

		found = changes_of(h->series[q], h->lonely, h->line->count, alpha, margin, &changes);
		for (size_t i = 0; i < found; i++)
			ARRAY_ADD(all, count) = (struct moved){q, changes[i]};
		free(changes);
	}
	ARRAY_SORT(all, count, by_place);
	for (size_t i = 0; i < count; i++)
		add_to_event(h, &all[i]);
	free(all);
}

/* ---- the command ---- */

static size_t series_of(const struct history *h)
{
	size_t n = 0;

	for (enum quantity q = 0; q < QUANTITIES; q++)
		n += h->measured[q] > 0;
	return n;
}

static int answer(const struct experiment *e, const struct history_options *o)
{
	struct timeline *lines;
	size_t count = timelines_of(e, &lines), series = 0;
	struct history *histories = must_calloc(count + 1, sizeof(*histories));
	int result;

	for (size_t i = 0; i < count; i++) {
		history_of(&histories[i], &lines[i], &o->common.exponents);
		series += series_of(&histories[i]);
	}
	for (size_t i = 0; i < count; i++)
		find_events(&histories[i], ALPHA / series, o->common.margin);
	result = history_page(e, histories, count, &o->common, o->all);
	for (size_t i = 0; i < count; i++)
		history_free(&histories[i]);
	free(histories);
	timelines_free(lines, count);
	return result;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct history_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'a':
		o->all = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "no experiments given: name their directories, or one that holds all of them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "every experiment's figures too, as csv and json have them", 0},
	{0},
};

static const char doc[] =
	"Experiments of many days, each a directory of zcprof run: where throughput, CPU, power or return "
	"on investment of a configuration changed, between which two experiments, by how much, what was "
	"set otherwise since, and the likeliest cause.\v"
	"Experiments stand in the order in which they ran. One alone that is unlike those before and behind it is "
	"marked and left out; figures that some of them lack are compared over the gap. Without a "
	"change, and with normal noise, one is claimed in at most one of twenty histories.\n"
	"\n"
	"Examples:\n"
	"  zcroi history nightly                  all experiments under a directory\n"
	"  zcroi history nightly/2026-0[1-3]-*    some of them\n"
	"  zcroi history --format json nightly | jq '.changes[].cause'";

int command_history(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "DIR…", doc, children, NULL, NULL};
	struct history_options o = {.common = COMMON_DEFAULTS};
	struct experiment e;
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&e, o.paths, o.path_count, KEEP_WINDOW))
		return EXIT_FAILED;
	result = answer(&e, &o);
	experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
