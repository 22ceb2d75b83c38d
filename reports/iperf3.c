// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iperf3: one JSON text per test, when it is over (-J), or an event per line (--json-stream, from
 * 3.17). A text begins and ends with a brace that stands alone on its line.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "reports/adapter.h"
#include "reports/words.h"

/* Some days of one flow. */
#define TEXT_MAX (64UL << 20)

struct state {
	char *text; /* as far as it came; NULL: between two */
	size_t used, room;
	bool streamed; /* this test's intervals came as events: its text has them once more */
	/* What the test's begin says, for sums of old versions that do not say who sent. */
	enum record_end end;
};

/* ---- its words ---- */

enum { BIDIR = 0x100, STREAM, OTHER };

static const char letters[] = "p:f:i:D1VJvsc:ub:t:n:k:l:P:Rw:B:M:N46S:L:ZO:F:A:T:C:dI:hX:m";

/* All, because what is short for one has to be for no other. */
static const struct option longs[] = {
	{"port", 1, NULL, 'p'},
	{"format", 1, NULL, 'f'},
	{"interval", 1, NULL, 'i'},
	{"daemon", 0, NULL, 'D'},
	{"one-off", 0, NULL, '1'},
	{"idle-timeout", 1, NULL, OTHER},
	{"rcv-timeout", 1, NULL, OTHER},
	{"snd-timeout", 1, NULL, OTHER},
	{"debug", 2, NULL, OTHER},
	{"verbose", 0, NULL, 'V'},
	{"json", 0, NULL, 'J'},
	{"json-stream", 0, NULL, STREAM},
	{"json-stream-full-output", 0, NULL, OTHER},
	{"version", 0, NULL, 'v'},
	{"server", 0, NULL, 's'},
	{"client", 1, NULL, 'c'},
	{"udp", 0, NULL, 'u'},
	{"bitrate", 1, NULL, 'b'},
	{"bandwidth", 1, NULL, 'b'},
	{"server-bitrate-limit", 1, NULL, OTHER},
	{"server-max-duration", 1, NULL, OTHER},
	{"time", 1, NULL, 't'},
	{"bytes", 1, NULL, 'n'},
	{"blockcount", 1, NULL, 'k'},
	{"length", 1, NULL, 'l'},
	{"parallel", 1, NULL, 'P'},
	{"reverse", 0, NULL, 'R'},
	{"bidir", 0, NULL, BIDIR},
	{"window", 1, NULL, 'w'},
	{"bind", 1, NULL, 'B'},
	{"bind-dev", 1, NULL, OTHER},
	{"cport", 1, NULL, OTHER},
	{"set-mss", 1, NULL, 'M'},
	{"no-delay", 0, NULL, 'N'},
	{"version4", 0, NULL, '4'},
	{"version6", 0, NULL, '6'},
	{"tos", 1, NULL, 'S'},
	{"dscp", 1, NULL, OTHER},
	{"flowlabel", 1, NULL, 'L'},
	{"sctp", 0, NULL, OTHER},
	{"mptcp", 0, NULL, 'm'},
	{"nstreams", 1, NULL, OTHER},
	{"xbind", 1, NULL, 'X'},
	{"pidfile", 1, NULL, 'I'},
	{"logfile", 1, NULL, OTHER},
	{"forceflush", 0, NULL, OTHER},
	{"get-server-output", 0, NULL, OTHER},
	{"udp-counters-64bit", 0, NULL, OTHER},
	{"no-fq-socket-pacing", 0, NULL, OTHER},
	{"fq-rate", 1, NULL, OTHER},
	{"pacing-timer", 1, NULL, OTHER},
	{"repeating-payload", 0, NULL, OTHER},
	{"skip-rx-copy", 0, NULL, OTHER},
	{"timestamps", 2, NULL, OTHER},
	{"zerocopy", 0, NULL, 'Z'},
	{"omit", 1, NULL, 'O'},
	{"file", 1, NULL, 'F'},
	{"affinity", 1, NULL, 'A'},
	{"title", 1, NULL, 'T'},
	{"congestion", 1, NULL, 'C'},
	{"linux-congestion", 1, NULL, 'C'},
	{"extra-data", 1, NULL, OTHER},
	{"connect-timeout", 1, NULL, OTHER},
	{"dont-fragment", 0, NULL, OTHER},
	{"gsro", 0, NULL, OTHER},
	{"cntl-ka", 2, NULL, OTHER},
	{"username", 1, NULL, OTHER},
	{"rsa-public-key-path", 1, NULL, OTHER},
	{"rsa-private-key-path", 1, NULL, OTHER},
	{"authorized-users-path", 1, NULL, OTHER},
	{"time-skew-threshold", 1, NULL, OTHER},
	{"use-pkcs1-padding", 0, NULL, OTHER},
	{"help", 0, NULL, 'h'},
	{0},
};

struct words {
	bool client, json, reverse, both;
};

static void take_option(void *data, int option, const char *value)
{
	struct words *w = data;

	(void)value;
	w->client = w->client || option == 'c';
	w->json = w->json || option == 'J' || option == STREAM;
	w->reverse = w->reverse || option == 'R';
	w->both = w->both || option == BIDIR;
}

static const char *missing(char *const argv[])
{
	struct words w = {0};

	words_parse(argv, letters, longs, take_option, &w);
	return w.json ? NULL : "-J";
}

static enum record_end end_of(char *const argv[])
{
	struct words w = {0};

	words_parse(argv, letters, longs, take_option, &w);
	if (!w.client || w.both)
		return END_HOST;
	return w.reverse ? END_RX : END_TX;
}

/* ---- its report ---- */

/* Which way a sum went: as it says, else by how the test began. */
static enum record_end end_of_sum(const struct state *s, const json_t *sum)
{
	const json_t *sender = json_object_get(sum, "sender");

	if (json_is_boolean(sender))
		return json_is_true(sender) ? END_TX : END_RX;
	return s->end;
}

static void take_begin(struct state *s, struct report *r, const json_t *begin)
{
	static const char *const known[] = {"TCP", "UDP", "SCTP"};
	const json_t *test = json_object_get(begin, "test_start");
	const char *protocol = json_string_value(json_object_get(test, "protocol"));
	bool client = json_object_get(begin, "connecting_to");
	bool server = json_object_get(begin, "accepted_connection");
	bool reverse = json_integer_value(json_object_get(test, "reverse"));

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (protocol && !strcmp(protocol, known[i]))
			r->protocol = known[i];
	if (client != server)
		s->end = client != reverse ? END_TX : END_RX;
}

/* Bytes that one side or both moved until then; returns when they began. */
static uint64_t take_sums(const struct state *s, struct report *r, const json_t *from,
			  const char *const *names, uint64_t to_ns)
{
	double moved[END_COUNT] = {0};
	double seconds = 0;
	bool known = true;
	uint64_t from_ns;

	for (; *names; names++) {
		const json_t *sum = json_object_get(from, *names);
		enum record_end end = end_of_sum(s, sum);

		if (!sum)
			continue;
		if (!(seconds > 0))
			seconds = json_number_value(json_object_get(sum, "seconds"));
		known = known && end != END_HOST;
		moved[end] += json_number_value(json_object_get(sum, "bytes"));
	}
	if (!(seconds > 0) || !(seconds * 1e9 < (double)to_ns))
		return to_ns;
	from_ns = to_ns - (uint64_t)(seconds * 1e9);
	if (known)
		report_add(r, from_ns, to_ns, moved[END_RX], moved[END_TX]);
	else
		r->why = "it does not say which way its bytes went";
	return from_ns;
}

static uint64_t take_interval(const struct state *s, struct report *r, const json_t *interval,
			      uint64_t to_ns)
{
	/* The second of a test in both directions at once. */
	static const char *const sums[] = {"sum", "sum_bidir_reverse", NULL};

	return take_sums(s, r, interval, sums, to_ns);
}

/* Its sums of the whole, where it was told to say nothing between (-i 0). */
static void take_whole(const struct state *s, struct report *r, const json_t *end, uint64_t at_ns)
{
	static const char *const sent[] = {"sum_sent", "sum_sent_bidir_reverse", NULL};
	static const char *const received[] = {"sum_received", "sum_received_bidir_reverse", NULL};
	const json_t *first = json_object_get(end, "sum_sent");

	take_sums(s, r, end, end_of_sum(s, first) == END_RX ? received : sent, at_ns);
}

static void take_error(struct report *r, const json_t *text)
{
	if (json_object_get(text, "error"))
		r->why = "it said that it failed";
}

/* The test was over when its text came: its last interval ends there. */
static void take_text(struct state *s, struct report *r, uint64_t at_ns)
{
	json_t *text = json_loadb(s->text, s->used, 0, NULL);
	const json_t *intervals = json_object_get(text, "intervals");

	if (text)
		take_begin(s, r, json_object_get(text, "start"));
	if (!s->streamed) {
		if (text && !json_array_size(intervals))
			take_whole(s, r, json_object_get(text, "end"), at_ns);
		for (size_t i = json_array_size(intervals); i-- > 0;)
			at_ns = take_interval(s, r, json_array_get(intervals, i), at_ns);
	}
	if (!text)
		r->why = "its JSON is broken";
	take_error(r, text);
	json_decref(text);
}

static void take_event(struct state *s, struct report *r, const char *line, uint64_t at_ns)
{
	json_t *event = json_loads(line, 0, NULL);
	const char *name = json_string_value(json_object_get(event, "event"));
	const json_t *data = json_object_get(event, "data");

	if (name && !strcmp(name, "start")) {
		s->end = END_HOST;
		s->streamed = false;
		take_begin(s, r, data);
	}
	if (name && !strcmp(name, "interval")) {
		take_interval(s, r, data, at_ns);
		s->streamed = true;
	}
	if (name && !strcmp(name, "end") && !s->streamed) {
		take_whole(s, r, data, at_ns);
		s->streamed = true;
	}
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
		take_event(s, r, line, at_ns);
		return;
	}
	if (!s->text && strcmp(line, "{"))
		return;
	keep(s, r, line);
	if (s->text && !strcmp(line, "}")) {
		take_text(s, r, at_ns);
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
