// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a record is whole and agrees with itself. */
#include <argp.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/figures/call_times.h"
#include "analyze/load/consistency.h"
#include "analyze/load/twice.h"
#include "analyze/figures/doubts.h"
#include "base/memory.h"
#include "page/page.h"
#include "base/say.h"
#include "base/standard.h"
#include "base/visible.h"
#include "record/reader.h"

/* After this many complaints a file is not read any further. */
#define COMPLAINTS 20

/*
 * The kernel reports whether a send was copied after the send, so at the edges of the window the
 * reports lag the bytes by what is in flight: a few socket buffers.
 */
#define REPORT_LAG_SHARE 0.02
#define REPORT_LAG_BYTES (256e6)

struct check {
	const char *path;
	struct twice twice;
	struct consistency consistency;
	unsigned int complaints;
	uint64_t rows;
	uint64_t first_figure; /* line; 0: none yet */
	uint64_t seen[METRIC_COUNT][RECORD_ENDS];
	double bytes[RECORD_ENDS], window[RECORD_ENDS], life[RECORD_ENDS];
	double zerocopy[RECORD_ENDS], copied[RECORD_ENDS];
	struct doubts doubts;
	struct call_times calls;
	struct {
		char source[32];
		enum record_end end;
	} absent[64];
	size_t absent_count;
	bool copies_said[END_COUNT]; /* why they do not add up */
};

__attribute__((format(printf, 2, 3))) static void complain(struct check *c, const char *format, ...)
{
	char text[512];
	va_list args;

	c->complaints++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say_error("%s%s", c->path, text);
}

static void check_fact(struct check *c, const struct row *row)
{
	/* Whether it is a version that can be read, the reader has seen to. */
	if (c->rows == 1 && row->id != METRIC_fact_record_version)
		complain(c, ":%" PRIu64 ": expected the fact record_version in the first row",
			 row->line);
	if (row->id == METRIC_path_given && row->key.len == strlen("copies") &&
	    !memcmp(row->key.at, "copies", row->key.len))
		c->copies_said[row->end] = true;
	if (row->id == METRIC_collector_absent && row->key.len < sizeof(c->absent->source) &&
	    c->absent_count < sizeof(c->absent) / sizeof(*c->absent)) {
		memcpy(c->absent[c->absent_count].source, row->key.at, row->key.len);
		c->absent[c->absent_count++].end = row->end;
	}
	/* How it ended, and whether what it said of its bytes can be used, is known last. */
	if (c->first_figure && !strcmp(metric_info(row->id)->source, "fact") &&
	    row->id != METRIC_fact_attached)
		complain(c,
			 ":%" PRIu64 ": a fact after the first figure in line %" PRIu64
			 "; facts come first",
			 row->line, c->first_figure);
}

static void check_window_figure(struct check *c, const struct row *row)
{
	switch (row->id) {
	case METRIC_path_bytes:
		c->bytes[row->end] = row->number;
		break;
	case METRIC_path_window_ns:
		c->window[row->end] = row->number;
		break;
	case METRIC_path_bytes_life:
		c->life[row->end] = row->number;
		break;
	case METRIC_path_bytes_zerocopy:
		c->zerocopy[row->end] = row->number;
		break;
	case METRIC_path_bytes_copied:
		c->copied[row->end] = row->number;
		break;
	default:
		break;
	}
}

static void check_row(struct check *c, const struct row *row)
{
	enum metric_kind kind = metric_info(row->id)->kind;
	char why[300];

	c->rows++;
	twice_row(&c->twice, row);
	consistency_row(&c->consistency, row);
	/* What was there inside the window and was gone at its end is absent all the same. */
	c->seen[row->id][row->end] += row->time_s == WINDOW;
	if (kind == KIND_FACT || row->time_s == WINDOW)
		doubts_take(&c->doubts, row->id, row->end, row->key, row->value, row->number);
	if (kind == KIND_FACT) {
		check_fact(c, row);
		return;
	}
	if (c->rows == 1)
		complain(c, ":%" PRIu64 ": expected the fact record_version in the first row",
			 row->line);
	/* Rows inside the window come while it lasts, before the facts that are found behind it. */
	if (!c->first_figure && row->time_s == WINDOW && row->id != METRIC_path_memory)
		c->first_figure = row->line;
	if (row->time_s == WINDOW)
		check_window_figure(c, row);
	if (call_times_row(&c->calls, row, why, sizeof(why)))
		complain(c, ":%" PRIu64 ": %s", row->line, why);
}

/* What zcprof attached to says little of itself: not even, where it has no TCP, how much it moved. */
static bool is_attached(const struct check *c, enum record_end end)
{
	return c->seen[METRIC_fact_attached][end];
}

/* While its ends went on: what they say when they end is not there. */
static bool is_saved(const struct check *c)
{
	return is_attached(c, END_HOST);
}

/* What other tools printed is what it is: much is not there, and is not said to be. */
static bool is_imported(const struct check *c)
{
	return c->seen[METRIC_fact_imported][END_RX] || c->seen[METRIC_fact_imported][END_TX] ||
	       c->seen[METRIC_fact_imported][END_HOST];
}

/* As with a sender whose datagrams nobody receives. */
static bool is_absent(const struct check *c, const char *source, enum record_end end)
{
	for (size_t i = 0; i < c->absent_count; i++)
		if (c->absent[i].end == end && !strcmp(c->absent[i].source, source))
			return true;
	return false;
}

static void check_end(struct check *c, enum record_end end)
{
	const char *name = record_end_name[end];
	double parts = c->zerocopy[end] + c->copied[end];
	double lag = fmax(REPORT_LAG_SHARE * c->bytes[end], REPORT_LAG_BYTES);

	if ((isnan(c->bytes[end]) && !is_attached(c, end)) || isnan(c->window[end])) {
		complain(c, ": no figures of the end %s over the window (path bytes and window_ns)",
			 name);
		return;
	}
	if (!(c->window[end] > 0))
		complain(c, ": the window of %s is %g ns long", name, c->window[end]);
	if (is_attached(c, end) || is_saved(c))
		return;
	if (isnan(parts) && !c->copies_said[end])
		complain(c, ": %s does not say how many bytes were copied and how many were not",
			 name);
	else if (!isnan(parts) && fabs(parts - c->bytes[end]) > lag)
		complain(c,
			 ": zero-copy and copied bytes of %s add up to %.0f, which is not the %.0f that were moved",
			 name, parts, c->bytes[end]);
}

/* What is absent on the machine is absent at both ends. */
static uint64_t rows_of(const struct check *c, int id, enum record_end end)
{
	uint64_t rows = c->seen[id][end];

	for (enum record_end other = END_RX; other < RECORD_ENDS; other++)
		if (other != end && (end == END_HOST || end_machine(other) == end))
			rows += c->seen[id][other];
	return rows;
}

/* What was not run has facts and a reason, and no figures. */
static bool is_refusal(const struct check *c)
{
	return rows_of(c, METRIC_fact_refused, END_HOST) ||
	       rows_of(c, METRIC_fact_refused, END_RX) || rows_of(c, METRIC_fact_refused, END_TX);
}

static void check_absent(struct check *c)
{
	for (size_t i = 0; i < c->absent_count; i++) {
		enum record_end end = c->absent[i].end;
		uint64_t rows = 0;

		for (int id = 0; id < METRIC_COUNT; id++)
			/* These are there whatever was measured. */
			if (id != METRIC_selfcost_edge_spread && id != METRIC_path_state &&
			    id != METRIC_path_memory &&
			    !strcmp(metric_info(id)->source, c->absent[i].source))
				rows += rows_of(c, id, end);
		if (rows)
			complain(c, ": %s is said to be absent at %s, but has %" PRIu64 " rows",
				 c->absent[i].source, record_end_name[end], rows);
	}
}

static void complain_of(void *data, const char *sentence)
{
	complain(data, ": %s", sentence);
}

/* False: that is enough. */
static bool complain_at(void *data, uint64_t line, const char *sentence)
{
	struct check *c = data;

	complain(c, ":%" PRIu64 ": %s", line, sentence);
	return c->complaints < COMPLAINTS;
}

static void check_whole(struct check *c)
{
	bool attached;

	if (!c->rows) {
		complain(c, ": no rows");
		return;
	}
	if (is_refusal(c)) {
		if (c->first_figure)
			complain(c, ": it says that it was not run, and has figures");
		return;
	}
	attached = is_attached(c, END_RX) || is_attached(c, END_TX) || is_imported(c);
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if ((!attached || is_attached(c, end)) && !is_absent(c, "path", end))
			check_end(c, end);
	if (attached || is_saved(c) || is_absent(c, "path", END_RX))
		; /* whoever was attached to says nothing of its whole life */
	else if (isnan(c->life[END_RX]) || isnan(c->life[END_TX]))
		complain(c, ": bytes_life of both ends is needed to see that none was lost");
	else if (c->life[END_RX] > c->life[END_TX] ||
		 (c->life[END_RX] < c->life[END_TX] && !c->seen[METRIC_path_datagrams][END_RX]))
		complain(c, ": tx sent %.0f bytes and rx received %.0f (bytes_life)",
			 c->life[END_TX], c->life[END_RX]);
	if (!is_imported(c)) /* other tools keep no histogram of times */
		call_times_each(&c->calls, complain_of, c);
	check_absent(c);
	twice_each(&c->twice, complain_at, c);
	consistency_each(&c->consistency, complain_of, c);
}

static bool check_file(const char *path)
{
	struct reader *reader = reader_open(path);
	struct check *c;
	char doubts[600];
	struct row row;
	bool sound;
	int got;

	if (!reader)
		return false;
	c = must_calloc(1, sizeof(*c));
	c->path = path;
	for (int end = 0; end < RECORD_ENDS; end++)
		c->bytes[end] = c->window[end] = c->life[end] = c->zerocopy[end] = c->copied[end] =
			NAN;
	while ((got = reader_next(reader, &row)) == 1 && c->complaints < COMPLAINTS)
		check_row(c, &row);
	if (got < 0) {
		say_error("%s", reader_error(reader));
		c->complaints++;
	} else if (got > 0) {
		say_error("%s: not read further, after %u complaints", path, c->complaints);
	} else {
		check_whole(c);
	}
	sound = !c->complaints;
	if (sound) {
		char name[PATH_MAX * (VISIBLE_BYTE - 1)];
		bool doubtful = doubts_print(&c->doubts, doubts, sizeof(doubts));

		visible_copy(name, sizeof(name), path, strlen(path));
		printf("%s: %" PRIu64 " rows, whole%s%s\n", name, c->rows,
		       doubtful ? ", but " : " and sound", doubts);
	}
	reader_close(reader);
	call_times_free(&c->calls);
	twice_free(&c->twice);
	consistency_free(&c->consistency);
	free(c);
	return sound;
}

struct check_options {
	char **paths;
	size_t path_count;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no files given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char doc[] =
	"Whether records are whole and agree with themselves. A sound file prints one line; each "
	"thing that is wrong is a line on standard error, and the exit code is 1.\v"
	"Checked: every row (fields, numbers, metrics and units of the registry); facts first, and "
	"the version; both ends with their windows; bytes sent are bytes received; zero-copy and "
	"copied bytes add up; every call is in its histogram, and buckets are buckets; an absent "
	"source has no rows; no row is there twice; what cannot be below zero is not; and figures that were measured in different "
	"ways do not contradict each other: each source looked inside the window; CPU time of "
	"threads, of components and of softirqs against that of the CPUs; bytes of the ends, of "
	"their flows, of TCP, of the device and of a program's own report; time in calls against "
	"that of the threads; parts against wholes; what was counted inside the window against all "
	"of it. How far they may be apart follows from ticks, samples, slices and edges.\n"
	"\n"
	"Examples:\n"
	"  zcroi check out/*/*.csv\n"
	"  zcroi check - < run-1.csv";

int command_check(int argc, char **argv)
{
	const struct argp argp = {NULL, parse, "FILE…", doc, NULL, NULL, NULL};
	struct check_options o = {NULL, 0};
	bool sound = true;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	for (size_t i = 0; i < o.path_count; i++)
		sound &= check_file(o.paths[i]);
	if (standard_flush())
		return EXIT_FAILED;
	return sound ? EXIT_DONE : EXIT_FAILED;
}
