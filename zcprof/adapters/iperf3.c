// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iperf3: one JSON text per test, when it is over (-J), or an event per line (--json-stream, from
 * 3.17). A text begins and ends with a brace that stands alone on its line.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "zcprof/adapters/adapter.h"

/* Some days of one flow. */
#define TEXT_MAX (64UL << 20)

struct state {
	char *text; /* as far as it came; NULL: between two */
	size_t used, room;
};

static const char *missing(char *const argv[])
{
	static const char *const words[] = {"-J", "--json", "--json-stream", NULL};

	return adapter_has_word(argv, words) ? NULL : "-J";
}

static enum record_end end_of(char *const argv[])
{
	static const char *const client[] = {"-c", "--client", NULL};
	static const char *const both[] = {"--bidir", NULL};
	static const char *const reverse[] = {"-R", "--reverse", NULL};

	if (!adapter_has_word(argv, client) || adapter_has_word(argv, both))
		return END_HOST;
	return adapter_has_word(argv, reverse) ? END_RX : END_TX;
}

/* One interval, which ended then; returns when it began. */
static uint64_t take_interval(struct report *r, const json_t *interval, uint64_t to_ns)
{
	/* The second of a test in both directions at once. */
	static const char *const sums[] = {"sum", "sum_bidir_reverse"};
	double received = 0, sent = 0, seconds = 0;
	uint64_t from_ns;

	for (int i = 0; i < 2; i++) {
		const json_t *sum = json_object_get(interval, sums[i]);
		double bytes = json_number_value(json_object_get(sum, "bytes"));

		if (!sum)
			continue;
		if (!i)
			seconds = json_number_value(json_object_get(sum, "seconds"));
		if (json_is_true(json_object_get(sum, "sender")))
			sent += bytes;
		else
			received += bytes;
	}
	if (!(seconds > 0) || !(seconds * 1e9 < (double)to_ns))
		return to_ns;
	from_ns = to_ns - (uint64_t)(seconds * 1e9);
	report_add(r, from_ns, to_ns, received, sent);
	return from_ns;
}

static void take_error(struct report *r, const json_t *text)
{
	if (json_object_get(text, "error"))
		r->why = "it said that it failed";
}

/* The test was over when its text came: its last interval ends there. */
static void take_text(struct report *r, const char *bytes, size_t len, uint64_t at_ns)
{
	json_t *text = json_loadb(bytes, len, 0, NULL);
	const json_t *intervals = json_object_get(text, "intervals");

	for (size_t i = json_array_size(intervals); i-- > 0;)
		at_ns = take_interval(r, json_array_get(intervals, i), at_ns);
	if (!text)
		r->why = "its JSON is broken";
	take_error(r, text);
	json_decref(text);
}

static void take_event(struct report *r, const char *line, uint64_t at_ns)
{
	json_t *event = json_loads(line, 0, NULL);
	const char *name = json_string_value(json_object_get(event, "event"));

	if (name && !strcmp(name, "interval"))
		take_interval(r, json_object_get(event, "data"), at_ns);
	if (name && !strcmp(name, "error"))
		r->why = "it said that it failed";
	json_decref(event);
}

static void keep(struct state *s, struct report *r, const char *line)
{
	size_t len = strlen(line);

	if (!s->text || s->used + len + 2 > s->room) {
		size_t room = 2 * (s->room + len + 2);
		char *grown = room > TEXT_MAX ? NULL : realloc(s->text, room);

		if (!grown) {
			r->why = "its JSON is too long";
			free(s->text);
			*s = (struct state){0};
			return;
		}
		s->text = grown;
		s->room = room;
	}
	memcpy(s->text + s->used, line, len);
	s->text[s->used + len] = '\n';
	s->used += len + 1;
}

static void hear(void *state, struct report *r, const char *line, uint64_t at_ns)
{
	struct state *s = state;

	if (!s->text && !strncmp(line, "{\"", 2)) {
		take_event(r, line, at_ns);
		return;
	}
	if (!s->text && strcmp(line, "{"))
		return;
	keep(s, r, line);
	if (s->text && !strcmp(line, "}")) {
		take_text(r, s->text, s->used, at_ns);
		free(s->text);
		*s = (struct state){0};
	}
}

static void close_state(void *state)
{
	free(((struct state *)state)->text);
}

const struct adapter iperf3_adapter = {
	.name = "iperf3",
	.programs = (const char *const[]){"iperf3", NULL},
	.state_size = sizeof(struct state),
	.says_all = true,
	.missing = missing,
	.end = end_of,
	.line = hear,
	.close = close_state,
};
