// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf trace -s: a table of system calls for each thread, or for all of them (--summary-mode), also
 * as counted by BPF (--bpf-summary). Threads of a file are one end's, and are added up.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/calls.h"
#include "base/say.h"

#define HEADING "syscall "
#define COLUMNS 9

enum column { NAME, CALLS, ERRORS, TOTAL, MIN, AVG, MAX, STDDEV, UNKNOWN };

static const char *const names[] = {"syscall", "calls", "errors", "total",
				    "min",     "avg",	"max",	  "stddev"};

struct table {
	struct side side;
	enum column columns[COLUMNS];
	size_t count;
};

static bool is(const char *head)
{
	const char *at = strstr(head, HEADING);

	/* With -S calls come one by one before their summary: "16.322 ( 0.038 ms): zcpath/4711 brk(…". */
	if (strstr(head, " ms): ") && strchr(strstr(head, " ms): "), '/'))
		return true;
	/* With tabs for blanks (pr -m). */
	if (!at)
		at = strstr(head, "syscall\t");
	for (; at; at = strstr(at + 1, "syscall")) {
		size_t end = strcspn(at, "\n");
		const char *calls = memmem(at, end, "calls", 5);
		const char *avg = memmem(at, end, "avg", 3);

		if (calls && avg && calls < avg && strchr(" \t", at[7]))
			return true;
	}
	return false;
}

static void take_head(struct table *t, char *line)
{
	char *words[COLUMNS];

	t->count = input_words(line, words, COLUMNS);
	for (size_t i = 0; i < t->count; i++) {
		t->columns[i] = UNKNOWN;
		for (size_t j = 0; j < UNKNOWN; j++)
			if (!strcmp(words[i], names[j]))
				t->columns[i] = j;
	}
}

static int take_row(struct input *in, const struct table *t, char *line, struct calls *calls)
{
	/* perf before 4.6 has no errors, and before 4.0 no total. */
	double v[UNKNOWN + 1] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	char *words[COLUMNS + 1];
	size_t count = input_words(line, words, COLUMNS + 1);

	if (count != t->count)
		return input_refuse(in, count ? words[count - 1] : line,
				    "expected a row of %zu columns as in the table's head, found %zu",
				    t->count, count);
	for (size_t i = 1; i < count; i++) {
		size_t len = strlen(words[i]);

		if (len > 1 && words[i][len - 1] == '%')
			words[i][len - 1] = '\0';
		/* The deviation of nothing but zeros. */
		if (t->columns[i] == STDDEV && strstr(words[i], "nan"))
			continue;
		if (input_number(in, words[i], &v[t->columns[i]]))
			return -1;
	}
	if (isnan(v[TOTAL]))
		v[TOTAL] = v[AVG] * v[CALLS];
	if (v[ERRORS] > v[CALLS])
		return input_refuse(in, words[2], "more errors than calls");
	return calls_add(calls, in, words[0],
			 &(struct call){
				 .calls = v[CALLS],
				 .errors = v[ERRORS],
				 .total_ns = v[TOTAL] * 1e6,
				 .system_ns = NAN,
				 .min_ns = v[MIN] * 1e6,
				 .max_ns = v[MAX] * 1e6,
				 .error_of_mean = v[STDDEV] / 100,
			 });
}

/* Programs whose threads the tables are of, as far as there is room to name them. */
struct programs {
	char names[8][32];
	size_t count;
};

/* " zcpath rx (6557), 3564035 events, 100.0%" */
static void take_thread(struct programs *p, const char *line)
{
	const char *end = strstr(line, " events");
	const char *bracket = end ? strstr(line, " (") : NULL;
	int len;

	line += strspn(line, " ");
	if (!bracket || bracket > end || bracket <= line)
		return;
	len = (int)(bracket - line);
	for (size_t i = 0; i < p->count; i++)
		if (!strncmp(p->names[i], line, len < 31 ? (size_t)len : 31))
			return;
	if (p->count < sizeof(p->names) / sizeof(*p->names))
		snprintf(p->names[p->count++], sizeof(p->names[0]), "%.*s", len, line);
}

/* A sender and a receiver in one table are of no one end. */
static void say_programs(const struct programs *p, const struct input *in)
{
	char said[300] = "";

	for (size_t i = 0; i < p->count; i++)
		snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%s", i ? ", " : "",
			 p->names[i]);
	if (p->count > 1)
		say_info("%s: calls of several programs are added up as those of one end: %s%s; trace one with -p to tell them apart",
			 in->path, said, p->count == 8 ? ", …" : "");
}

static bool is_head(const char *line)
{
	return strstr(line, HEADING) && strstr(line, " calls ") && strstr(line, " avg ");
}

static int read_tables(struct import *im, struct input *in, struct calls *calls,
		       struct programs *programs)
{
	struct table t = {.count = 0};
	bool inside = false; /* of a table, behind its line of dashes */
	char *line;

	while ((line = input_line(in))) {
		char *part;

		import_untab(in, &t.side, HEADING);

		if (is_head(line)) {
			if (import_side(im, in, line, HEADING, &t.side))
				return -1;
			take_head(&t, side_of(&t.side, line));
			inside = false;
			continue;
		}
		part = t.count ? side_of(&t.side, line) : line;
		if (!inside && !im->side)
			take_thread(programs, part);
		if (t.count && strstr(part, "-----")) {
			inside = true;
			continue;
		}
		/* The numbers of each error stand under its call (--errno-summary). */
		if (!inside || (strchr(part, ':') && (*part == '\t' || strspn(part, " \t") > 8)))
			continue;
		if (!part[strspn(part, " \t")])
			inside = false;
		else if (take_row(in, &t, part, calls))
			return -1;
	}
	if (!in->failed && t.count && !calls->count && !inside)
		return input_refuse(in, in->line, "the table ends before its first row");
	return in->failed ? -1 : 0;
}

static int read(struct import *im, struct input *in)
{
	struct calls calls = {.at = NULL};
	struct programs programs = {.count = 0};
	int result = read_tables(im, in, &calls, &programs);

	if (!result)
		result = calls_finish(&calls, im, in);
	if (!result)
		say_programs(&programs, in);
	import_means(im, "syscalls", "perf trace -s: times to the microsecond, without a histogram");
	calls_free(&calls);
	return result;
}

const struct import_format import_perf_trace = {
	.name = "perf-trace",
	.what = "perf trace -s, also with --bpf-summary or --summary-mode",
	.is = is,
	.read = read,
};
