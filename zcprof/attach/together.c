// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/together.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "base/visible.h"
#include "record/reader.h"
#include "record/writer.h"
#include "zcprof/attach/match.h"
#include "zcprof/facts.h"

/* A record of an hour by the second is smaller. */
#define BYTES_MAX (256UL << 20)

int together_take(struct together_half *h, const char *bytes, size_t len)
{
	if (h->len + len > BYTES_MAX) {
		snprintf(h->why, sizeof(h->why),
			 "it says more than %lu MiB, which no record of a machine has",
			 BYTES_MAX >> 20);
		return -1;
	}
	if (h->len + len > h->room) {
		size_t room = 2 * (h->len + len);
		char *grown = realloc(h->bytes, room);

		if (!grown) {
			snprintf(h->why, sizeof(h->why), "no memory left for its rows");
			return -1;
		}
		h->bytes = grown;
		h->room = room;
	}
	memcpy(h->bytes + h->len, bytes, len);
	h->len += len;
	return 0;
}

/* What it says that it is, once, and before all answers. */
static void take_hello(struct together_half *h, const char *line, size_t line_len)
{
	static const char hello[] = ",host,agent,hello,";
	size_t len = strlen(hello);
	char text[HELLO_MAX + 16], *comma;

	if (*h->hello || line_len <= len || memcmp(line, hello, len) != 0)
		return;
	visible_copy(text, sizeof(text), line + len, line_len - len);
	comma = strchr(text, ',');
	if (!comma)
		return;
	*comma++ = '\0';
	comma[strcspn(comma, ",")] = '\0';
	snprintf(h->protocol, sizeof(h->protocol), "%.15s", text);
	snprintf(h->hello, sizeof(h->hello), "%.*s", HELLO_MAX - 1, comma);
}

bool together_differs(const struct together_half *h)
{
	char own[HELLO_MAX];

	request_hello(own);
	return strcmp(h->hello, own) != 0;
}

bool together_answer(struct together_half *h, char text[ANSWER_MAX])
{
	static const char answer[] = ",host,agent,answer,0,";
	char *line, *end;

	/* What was looked through is not looked through again with each block that comes. */
	while (h->scanned < h->len &&
	       (end = memchr(h->bytes + h->scanned, '\n', h->len - h->scanned))) {
		size_t len = strlen(answer);

		line = h->bytes + h->looked;
		h->looked = h->scanned = end + 1 - h->bytes;
		take_hello(h, line, end - line);
		if ((size_t)(end - line) <= len || memcmp(line, answer, len) != 0)
			continue;
		snprintf(text, ANSWER_MAX, "%.*s", (int)(end - line - len), line + len);
		text[strcspn(text, ",")] = '\0';
		return true;
	}
	h->scanned = h->len;
	if (h->len - h->looked > ROW_MAX)
		snprintf(h->why, sizeof(h->why),
			 "it said a line of more than %u bytes, which is no row", ROW_MAX);
	return false;
}

void together_free(struct together_half *h)
{
	free(h->bytes);
	*h = (struct together_half){0};
}

/* ---- as one ---- */

struct reading {
	struct together_half *half;
	enum record_end end; /* whose half it is */
	bool facts;	     /* are the rows that are wanted */
	bool first;	     /* it has what is said once of both */
	bool *ended;	     /* that a window was cut short stands there already */
	struct writer *writer;
	struct match_half match; /* its connections */
	struct version version;	 /* where it is another */
};

static struct reader *open_half(struct reading *r)
{
	struct reader *reader = reader_memory(r->half->name, r->half->bytes, r->half->len);

	if (reader && together_differs(r->half))
		reader_skip(reader, r->version.otherwise);
	return reader;
}

/* What rows it has, where it is of another version: it said so before its window. */
static void learn_version(struct reading *r)
{
	char own[HELLO_MAX], text[VERSION_SAID_MAX];
	struct reader *reader;
	struct row row;

	if (!together_differs(r->half))
		return;
	request_hello(own);
	reader = open_half(r);
	while (reader && reader_next(reader, &row) == 1)
		version_take(&r->version, &row);
	reader_close(reader);
	if (r->version.told)
		say_warning("%s: %s", r->half->name,
			    version_say(&r->version, own, r->half->hello, text));
}

/* The end of which it says what it attached to. */
static int find_end(struct reading *r)
{
	struct reader *reader = open_half(r);
	struct row row;
	int got = 1;

	r->end = END_HOST;
	while (reader && r->end == END_HOST && (got = reader_next(reader, &row)) == 1)
		if (row.id == METRIC_fact_attached && !end_is_machine(row.end))
			r->end = row.end;
	if (r->end == END_HOST)
		say_error("%s: zcprof attach there does not say which end it measured%s%s",
			  r->half->name, got < 0 ? ": " : "", got < 0 ? reader_error(reader) : "");
	reader_close(reader);
	return r->end == END_HOST ? -1 : 0;
}

/* Said once of an attach, and of no machine. */
static bool is_of_attach(const struct row *row)
{
	return row->end == END_HOST &&
	       (row->id == METRIC_fact_attached || row->id == METRIC_fact_label);
}

/* Whichever of the two had a window that was cut short. */
static bool is_ended(const struct row *row)
{
	static const char ended[] = "ended";

	return row->id == METRIC_fact_attached && row->end == END_HOST &&
	       row->key.len == strlen(ended) && !memcmp(row->key.at, ended, row->key.len);
}

/* Of both together, and said by whoever writes the record. */
static bool is_of_both(const struct reading *r, const struct row *row)
{
	switch (row->id) {
	case METRIC_fact_record_version:
	case METRIC_fact_program:
	case METRIC_fact_configuration:
	case METRIC_fact_repeat:
	case METRIC_agent_hello:
	case METRIC_agent_answer:
	case METRIC_agent_connection:
	case METRIC_agent_metric:
	case METRIC_agent_ended:
		return true;
	default:
		return is_of_attach(row) && !is_ended(row) && !r->first;
	}
}

static void hand_on(const struct reading *r, const struct row *row)
{
	struct row own = *row;
	bool fact = !strcmp(metric_info(row->id)->source, "fact");

	if (fact != r->facts || is_of_both(r, row) || row->end >= END_COUNT)
		return;
	if (is_ended(row) && *r->ended)
		return;
	*r->ended = *r->ended || is_ended(row);
	if (row->end == END_HOST && !is_of_attach(row))
		own.end = end_machine(r->end);
	else if (row->end != END_HOST && row->end != r->end)
		return; /* it speaks of its own end */
	writer_row(r->writer, &own);
}

static int read_half(struct reading *r)
{
	struct reader *reader = open_half(r);
	struct row row;
	int got;

	if (!reader)
		return -1;
	while ((got = reader_next(reader, &row)) == 1) {
		if (r->facts)
			match_take(&r->match, &row);
		hand_on(r, &row);
	}
	if (got < 0 && r->facts)
		say_error("%s; what came before is kept", reader_error(reader));
	reader_close(reader);
	return got;
}

static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	char *dot = name ? strrchr(name, '.') : NULL;

	if (dot && dot != name)
		*dot = '\0';
	return name;
}

/* How much later the second's window was than the first's. */
static void write_apart(struct together_half *const halves[2], enum record_end machine,
			struct writer *w)
{
	static const char *const edges[] = {"open", "close"};

	for (int i = 0; i < 2; i++)
		if (halves[0]->at_ns[i] > 0 && halves[1]->at_ns[i] > 0)
			writer_f64(w, WINDOW, machine, METRIC_window_later, edges[i],
				   halves[1]->at_ns[i] - halves[1]->apart.ahead_ns -
					   (halves[0]->at_ns[i] - halves[0]->apart.ahead_ns));
	writer_f64(w, WINDOW, machine, METRIC_window_later_error, NULL,
		   halves[0]->apart.error_ns + halves[1]->apart.error_ns);
}

int together_write(const char *path, const struct together_said *said,
		   struct together_half *const halves[2], bool whole)
{
	bool ended = false;
	struct reading r[2] = {{.half = halves[0], .first = true, .ended = &ended},
			       {.half = halves[1], .ended = &ended}};
	const struct origin own = {.unnamed = said->unnamed};
	char *name;
	struct writer *w;

	learn_version(&r[0]);
	learn_version(&r[1]);
	if (find_end(&r[0]) || find_end(&r[1]))
		return EXIT_FAILED;
	if (r[0].end == r[1].end) {
		say_error("both machines have the same end, %s: give one of them the other by --as, or --rx-pid and --tx-pid",
			  record_end_name[r[0].end]);
		return EXIT_FAILED;
	}
	w = writer_create(path);
	if (!w)
		return EXIT_FAILED;
	r[0].match.end = r[0].end;
	r[1].match.end = r[1].end;
	name = name_of(path);
	facts_record(w, said->name ? said->name : name ? name : "", 1, &own);
	free(name);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < 2; i++) {
			r[i].facts = !pass;
			r[i].writer = w;
			if (read_half(&r[i]) < 0)
				whole = false;
		}
	for (int i = 0; i < 2; i++)
		if (*halves[i]->hello && together_differs(halves[i]))
			writer_fact(w, end_machine(r[i].end), METRIC_fact_program, NULL,
				    halves[i]->hello);
	match_write((struct match_half *[]){&r[0].match, &r[1].match}, w);
	match_free(&r[0].match);
	match_free(&r[1].match);
	write_apart(halves, end_machine(r[1].end), w);
	if (whole)
		return writer_finish(w) ? EXIT_FAILED : EXIT_DONE;
	writer_abandon(w);
	say_error("one of the two was not heard to its end; what came is in %s.part", path);
	return EXIT_FAILED;
}
