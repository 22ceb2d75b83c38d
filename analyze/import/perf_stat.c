// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf stat: as text, a JSON object per line (-j), or fields between commas or another separator (-x), each also of
 * intervals (-I), CPUs, cores, sockets, threads or cgroups.
 */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"
#include "analyze/import/perf_events.h"

#define FIELDS 12

static const char separators[] = ";|\t,";

static bool is_number(const char *word)
{
	return isdigit((unsigned char)*word) || !strncmp(word, "<not ", 5);
}

/* Nine decimals: "     1.000106382", the end of an interval. */
static bool is_time(const char *word)
{
	const char *point = word + strspn(word, " ");

	point += strspn(point, "0123456789");
	return point > word && (*point == '.' || *point == ',') &&
	       isdigit((unsigned char)point[-1]) && strspn(point + 1, "0123456789") == 9 &&
	       !point[10];
}

/* "S0-D0-C0", "S1", "N0": of so many CPUs, which stands behind. */
static bool is_group(const char *word)
{
	return strchr("SDN", *word) && *word && isdigit((unsigned char)word[1]);
}

static bool is_thread(const char *word)
{
	const char *dash = strrchr(word, '-');

	return dash && dash > word && dash[1] && !dash[1 + strspn(dash + 1, "0123456789")];
}

/* Which of the fields is the value: behind the interval's end and the place. -1: no line of perf stat. */
static int value_at(char *const *fields, int count, struct perf_event *e)
{
	int at = 0;

	if (count && is_time(fields[0]))
		at++;
	if (at < count && !strncmp(fields[at], "CPU", 3) && isdigit((unsigned char)fields[at][3]))
		e->place = fields[at++] + 3;
	else if (at < count && (is_group(fields[at]) || is_thread(fields[at]))) {
		e->added = true;
		e->thread = !is_group(fields[at]);
		e->place = fields[at];
		at += 1 + is_group(fields[at]);
	}
	if (count - at < 5 || (*fields[at] && !is_number(fields[at])))
		return -1;
	return at;
}

static int cut(char *line, char separator, char **fields)
{
	const char all[2] = {separator, '\0'};
	int count = 0;

	while (count < FIELDS && line)
		fields[count++] = strsep(&line, all);
	return count;
}

/* 0: there is none by which this is a line of fields. */
static char separator_of(const char *line)
{
	for (const char *at = separators; *at; at++) {
		struct perf_event e = {0};
		char copy[512], *fields[FIELDS];
		size_t len = strcspn(line, "\n");

		snprintf(copy, sizeof(copy), "%.*s", len < sizeof(copy) ? (int)len : 0, line);
		int value = value_at(fields, cut(copy, *at, fields), &e);

		if (value >= 0 && is_number(fields[value]) &&
		    isalpha((unsigned char)*fields[value + 2]))
			return *at;
	}
	return 0;
}

static const char *past_comments(const char *head)
{
	while (*head == '#' || *head == '\n' || *head == '\r') {
		head += strcspn(head, "\n");
		head += *head == '\n';
	}
	return head;
}

static bool is_text(const char *head)
{
	const char *counts = strstr(head, "counts unit events");

	const char *hash = counts ? strchr(head, '#') : NULL;

	return strstr(head, "Performance counter stats for") || (hash && hash < counts);
}

static bool is(const char *head)
{
	return is_text(head) || strstr(head, "\"counter-value\"") ||
	       separator_of(past_comments(head));
}

static const char *string_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int take_json(struct perf_events *all, struct input *in, const char *line)
{
	static const char *const groups[] = {"core",   "die",	  "socket", "node",
					     "thread", "cluster", "cache"};
	json_error_t error;
	json_t *o = json_loads(line, 0, &error);
	const json_t *interval = json_object_get(o, "interval");
	const json_t *running = json_object_get(o, "pcnt-running");
	struct perf_event e = {
		.time_s = json_is_number(interval) ? json_number_value(interval) : NAN,
		.value = string_of(o, "counter-value"),
		.unit = string_of(o, "unit"),
		.name = string_of(o, "event"),
		.place = string_of(o, "cpu"),
		.cgroup = string_of(o, "cgroup"),
		.percent_running = json_is_number(running) ? json_number_value(running) : NAN,
	};
	int result = 0;

	if (!o)
		return input_refuse(in, in->line + (error.column > 0 ? error.column - 1 : 0),
				    "broken JSON: %s", error.text);
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (string_of(o, groups[i])) {
			e.place = string_of(o, groups[i]);
			e.added = true;
			e.thread = !strcmp(groups[i], "thread");
		}
	if (e.value && e.name)
		result = perf_events_take(all, in, &e);
	json_decref(o);
	return result;
}

static int take_fields(struct perf_events *all, struct input *in, char *line, char separator)
{
	struct perf_event e = {.time_s = NAN, .percent_running = NAN};
	char *fields[FIELDS];
	int count = cut(line, separator, fields), at, run;

	at = value_at(fields, count, &e);
	if (at < 0)
		return input_refuse(in, NULL,
				    "expected value, unit, event, run time and percent, found %d fields",
				    count);
	/* A further metric of the event before has no value of its own. */
	if (!*fields[at])
		return 0;
	if (is_time(fields[0]) && input_number(in, fields[0] + strspn(fields[0], " "), &e.time_s))
		return -1;
	e.value = fields[at];
	e.unit = fields[at + 1];
	e.name = fields[at + 2];
	/* "0.50%" of several runs, and the name of a cgroup, stand before the run time. */
	run = at + 3;
	while (run + 1 < count && *fields[run] && fields[run][strspn(fields[run], "0123456789")]) {
		if (!strchr(fields[run], '%'))
			e.cgroup = fields[run];
		run++;
	}
	if (run + 1 < count && *fields[run + 1] &&
	    input_number(in, fields[run + 1], &e.percent_running))
		return -1;
	return perf_events_take(all, in, &e);
}

/* "( +-  0.50% )" is the error of a mean over runs, and "(83.33%)" for how much of the time was counted. */
static void take_brackets(char *line, struct perf_event *e)
{
	char *first = NULL;

	for (char *at = strchr(line, '('); at; at = strchr(at + 1, '(')) {
		size_t len = strcspn(at, ")");

		if (!at[len] || !memchr(at, '%', len))
			continue;
		if (!memmem(at, len, "+-", 2))
			e->percent_running = strtod(at + 1, NULL);
		first = first ? first : at;
	}
	if (first)
		*first = '\0';
	line[strcspn(line, "#")] = '\0';
}

/* "1,234,567 cycles", "12.34 msec task-clock", "S0 2 1,234 cycles", "zcpath rx-77 1,234 cycles" */
static int take_text(struct perf_events *all, struct input *in, char *line)
{
	struct perf_event e = {.time_s = NAN, .unit = "", .percent_running = NAN};
	char *words[16], *not = NULL;
	size_t count, at = 0;

	take_brackets(line, &e);
	not = strstr(line, "<not ");
	if (not )
		not [4] = '_'; /* one word */
	count = input_words(line, words, 16);
	if (count && is_time(words[0])) {
		if (input_number(in, words[0], &e.time_s))
			return -1;
		at++;
	}
	if (at < count && !strncmp(words[at], "CPU", 3) && isdigit((unsigned char)words[at][3])) {
		e.place = words[at++] + 3;
	} else if (at < count && is_group(words[at])) {
		e.added = true;
		e.place = words[at];
		at += 2;
	} else {
		while (at + 1 < count && !isdigit((unsigned char)*words[at]) && *words[at] != '<')
			e.place = words[at++];
		e.added = e.thread = e.place;
		if (e.place && !is_thread(e.place))
			return input_refuse(in, words[0], "expected a count, found \"%.40s\"",
					    words[0]);
	}
	/* A metric alone has no count of its own. */
	if (count < at + 2)
		return 0;
	e.value = words[at];
	e.name = words[at + 1];
	if (not )
		not [4] = ' ';
	else if (!isdigit((unsigned char)*e.value))
		return input_refuse(in, e.value, "expected a count, found \"%.40s\"", e.value);
	if (count > at + 2 && perf_events_is_name(e.name)) {
		e.cgroup = words[at + 2];
	} else if (count > at + 2) {
		e.unit = words[at + 1];
		e.name = words[at + 2];
		e.cgroup = count > at + 3 ? words[at + 3] : NULL;
	}
	e.grouped = true;
	return perf_events_take(all, in, &e);
}

/* "     0.2037 +- 0.0012 seconds time elapsed", behind the counts. */
static int take_elapsed(struct import *im, struct input *in, char *line)
{
	char *words[2];
	double seconds;

	if (!input_words(line, words, 2) || input_number(in, words[0], &seconds))
		return -1;
	if (im->end == END_HOST || !isnan(im->known.seconds))
		return 0;
	return import_set(im, in, im->end, METRIC_path_window_ns, NULL, seconds * 1e9);
}

struct table {
	size_t tables;
	bool inside, intervals;
};

static int take_text_line(struct table *t, struct perf_events *all, struct import *im,
			  struct input *in, char *line)
{
	const char *word = line + strspn(line, " \t");

	if (strstr(line, "Performance counter stats for")) {
		if (t->tables++)
			return input_refuse(in, word,
					    "a second table; a record is of one run, so give each as a file of its own");
		t->inside = true;
		return 0;
	}
	if (*word == '#' && strstr(word, "counts unit events")) {
		t->inside = t->intervals = true;
		t->tables = 1;
		return 0;
	}
	/* What the command that was measured printed stands before, and advice behind. */
	if (!t->inside || !*word || *word == '#')
		return 0;
	if (strstr(line, "seconds time elapsed")) {
		t->inside = false;
		return take_elapsed(im, in, line);
	}
	if (t->intervals) {
		char copy[32];

		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(word, " "), word);
		if (!is_time(copy))
			return 0;
	}
	return take_text(all, in, line);
}

static int read_lines(struct perf_events *all, struct import *im, struct input *in)
{
	struct table t = {.tables = 0};
	bool text = is_text(in->buffer + in->at);
	char separator = 0;
	char *line;

	while ((line = input_line(in))) {
		const char *word = line + strspn(line, " \t");
		int result = 0;

		if (text) {
			result = take_text_line(&t, all, im, in, line);
		} else if (*word == '{') {
			result = take_json(all, in, word);
		} else if (*word && *word != '#') {
			separator = separator ? separator : separator_of(line);
			result =
				separator
					? take_fields(all, in, line, separator)
					: input_refuse(in, word,
						       "expected what perf stat prints, found \"%.40s\"",
						       word);
		}
		if (result)
			return -1;
	}
	return in->failed ? -1 : 0;
}

static int read(struct import *im, struct input *in)
{
	struct perf_events all = {.at = NULL};
	int result = read_lines(&all, im, in);

	if (!result)
		result = perf_events_finish(&all, im, in);
	if (!result)
		import_means(im, "pmu", "perf stat, of what it followed");
	perf_events_free(&all);
	return result;
}

const struct import_format import_perf_stat = {
	.name = "perf-stat",
	.what = "perf stat, also with -j, -x or -I",
	.is = is,
	.read = read,
};
