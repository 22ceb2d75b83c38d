// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf report --stdio: functions by their part of the samples. Columns lie where the dotted line under
 * their names says; a table that was pasted without it is read by its marks ("[k]", "[.]"). The lines
 * of call chains between rows are passed over.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/dotted.h"
#include "analyze/import/profile.h"

enum column { OVERHEAD, CHILDREN, SELF, SAMPLES, COMMAND, OBJECT, SYMBOL, UNKNOWN };

/* Where two are one, the second is what --sort pid or tid prints: "4711:zcpath". */
static const struct dotted_name names[] = {
	{"Overhead", OVERHEAD},	  {"Children", CHILDREN},    {"Self", SELF},
	{"Samples", SAMPLES},	  {"Command", COMMAND},	     {"Pid:Command", COMMAND},
	{"Tid:Command", COMMAND}, {"Shared Object", OBJECT}, {"Symbol", SYMBOL},
};

struct report {
	struct profile profile;
	struct side side;
	struct dotted columns;
	char event[64];
	double samples, events; /* as the comments before the table say; NAN */
	double listed;		/* percent */
	double least;
	size_t rows;
	bool other; /* the table at hand is of a second event */
	bool others, group;
};

static bool is(const char *head)
{
	const char *at;

	for (at = strchr(head, '#'); at; at = strchr(at + 1, '#')) {
		const char *word = at + 1 + strspn(at + 1, " ");

		if (!strncmp(word, "Overhead  ", 10) || !strncmp(word, "Children ", 9))
			return true;
	}
	/* Rows without a head: a percent, and the mark of kernel or user. */
	for (at = head; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *word = at + strspn(at, " \t");
		char *end;
		size_t len = strcspn(at, "\n");

		if (!isdigit((unsigned char)*word))
			continue;
		strtod(word, &end);
		return *end == '%' && (memmem(at, len, "[k] ", 4) || memmem(at, len, "[.] ", 4));
	}
	return false;
}

/* "100K": thousands, as perf shortens them. */
static double shortened(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	switch (*end) {
	case 'K':
		return value * 1e3;
	case 'M':
		return value * 1e6;
	case 'G':
		return value * 1e9;
	default:
		return value;
	}
}

static int take_comment(struct report *r, struct input *in, const char *line, bool right)
{
	const char *at;
	char event[64];

	at = strstr(line, "Samples: ");
	/* Of two tables side by side the place of the second is not known yet. */
	if (at && right && strstr(at + 1, "Samples: "))
		at = strstr(at + 1, "Samples: ");
	if (at && strstr(line, " of event")) {
		const char *quote = strchr(at, '\'');

		snprintf(event, sizeof(event), "%.*s", quote ? (int)strcspn(quote + 1, "'") : 0,
			 quote ? quote + 1 : "");
		r->other = r->rows > 0;
		if (r->other && !strcmp(event, r->event))
			return input_refuse(in, at,
					    "a second table of the same event; a record is of one run, so give each as a file of its own");
		if (r->other)
			return 0;
		snprintf(r->event, sizeof(r->event), "%s", event);
		/* Of a group (--group) they are those of all of its events. */
		if (!strstr(at, " of events '"))
			r->samples = shortened(at + strlen("Samples: "));
	}
	at = strstr(line, "Event count (approx.): ");
	if (at && right && strstr(at + 1, "Event count (approx.): "))
		at = strstr(at + 1, "Event count (approx.): ");
	if (at && !r->other)
		r->events = strtod(at + strlen("Event count (approx.): "), NULL);
	return 0;
}

struct cells {
	char *cell[UNKNOWN];
};

/* Without it: percents, the command, the object's one word, the mark, the symbol. */
static bool guess(char *line, struct cells *row)
{
	char *mark = line, *object, *rest;

	for (;; mark++) {
		mark = strchr(mark, '[');
		if (!mark || mark == line)
			return false;
		if (mark[-1] == ' ' && mark[1] && mark[2] == ']' && mark[3] == ' ')
			break;
	}
	row->cell[SYMBOL] = dotted_trim(mark);
	mark[-1] = '\0';
	line = dotted_trim(line);
	row->cell[OVERHEAD] = line;
	rest = line + strcspn(line, " ");
	if (*rest)
		*rest++ = '\0';
	rest = dotted_trim(rest);
	if (isdigit((unsigned char)*rest) && rest[strcspn(rest, " ") - 1] == '%') {
		row->cell[SELF] = rest;
		rest += strcspn(rest, " ");
		if (*rest)
			*rest++ = '\0';
		rest = dotted_trim(rest);
	}
	/* How many samples (-n). */
	if (*rest && rest[strspn(rest, "0123456789")] == ' ')
		rest = dotted_trim(rest + strspn(rest, "0123456789"));
	object = strrchr(rest, ' ');
	row->cell[OBJECT] = object ? object + 1 : rest;
	if (object) {
		*object = '\0';
		row->cell[COMMAND] = dotted_trim(rest);
	}
	return true;
}

static int percent(struct input *in, char *cell, double *value)
{
	size_t len = strlen(cell);

	if (!len || cell[len - 1] != '%')
		return input_refuse(in, cell, "expected percent, such as 8.82%%, found \"%.40s\"",
				    cell);
	cell[len - 1] = '\0';
	if (input_number(in, cell, value))
		return -1;
	if (*value > 100)
		return input_refuse(in, cell, "more than 100 %% of the samples");
	return 0;
}

/* Two decimals of a percent are no more digits than that. Without a number of samples: parts of one. */
static double samples_of(const struct report *r, double percents)
{
	return isnan(r->samples) ? percents / 100 : nearbyint(r->samples * percents) / 100;
}

static int take_cells(struct report *r, struct input *in, struct cells *row)
{
	struct frame frame = {.object = row->cell[OBJECT] ? row->cell[OBJECT] : "[unknown]"};
	char *part = row->cell[SELF] ? row->cell[SELF] : row->cell[OVERHEAD];
	char *symbol = row->cell[SYMBOL], *second, *command = row->cell[COMMAND];
	double share = 0;

	if (!part || !symbol || !*symbol)
		return input_refuse(in, NULL,
				    "expected a part of the samples and a function, found the line's end");
	/* Of a group of events each has its own, and the first leads it. */
	second = strchr(part, '%');
	if (second && isdigit((unsigned char)second[1 + strspn(second + 1, " ")])) {
		second[1] = '\0';
		r->group = true;
	}
	if (percent(in, part, &share))
		return -1;
	if (symbol[0] == '[' && symbol[1] && symbol[2] == ']') {
		frame.kernel = symbol[1] == 'k' || symbol[1] == 'g';
		symbol = dotted_trim(symbol + 3);
	} else {
		frame.kernel = frame.object[0] == '[' && strncmp(frame.object, "[unknown", 8) != 0;
	}
	/* With call chains and without columns behind it, more may follow a symbol. */
	frame.symbol = symbol;
	if (!*symbol)
		return input_refuse(in, NULL, "expected a function behind its mark");
	r->listed += share;
	if (r->listed > 101)
		return input_refuse(in, in->line,
				    "the rows add up to more than 100 %% of the samples");
	if (!(share > 0))
		return 0; /* only what it called has samples */
	r->least = fmin(r->least, share);
	r->rows++;
	/* Scaled to samples when all comments have been read, which stand before the rows. */
	if (command && command[strspn(command, "0123456789")] == ':' && *command != ':')
		command += strspn(command, "0123456789") + 1;
	profile_function(&r->profile, command ? command : "", &frame, samples_of(r, share));
	return r->profile.failed ? -1 : 0;
}

/* A row begins with a percent; chains with bars and dashes, and their percents stand behind these. */
static bool is_row(const struct report *r, const char *line)
{
	const char *at = line + strspn(line, " \t");
	char *end;

	if (!isdigit((unsigned char)*at))
		return false;
	strtod(at, &end);
	if (*end != '%' || !end[1 + strspn(end + 1, " \t")])
		return false;
	/* Folded chains (-g folded) begin where the line does, and flat ones far inside. */
	if (r->columns.count && at == line && !strstr(line, " ["))
		return false;
	return r->columns.count < 2 || (size_t)(end - line) <= r->columns.from[1];
}

static int take_line(struct report *r, struct import *im, struct input *in, char *line)
{
	const char *heading = strstr(line, "Children") ? "Children" : "Overhead";
	struct cells row = {{NULL}};
	char *part;

	import_untab(in, &r->side, heading);
	if (line[strspn(line, " #\t")] && (line[0] == '#' || im->side) && strstr(line, heading) &&
	    strstr(line, "Symbol")) {
		if (strstr(line, " / "))
			return input_refuse(in, line,
					    "a table by --hierarchy has each part several times; print it without");
		if (import_side(im, in, line, heading, &r->side))
			return -1;
		dotted_names(&r->columns, side_of(&r->side, line));
		return 0;
	}
	part = side_of(&r->side, line);
	if (part[0] == '#') {
		if (strstr(part, "....") && *r->columns.head)
			dotted_dots(&r->columns, part, names, sizeof(names) / sizeof(*names));
		else
			return take_comment(r, in, part, im->side && !strcmp(im->side, "right"));
		return 0;
	}
	if (!is_row(r, part))
		return 0;
	r->others |= r->other;
	if (r->other)
		return 0;
	if (r->columns.count && dotted_fits(&r->columns, part))
		dotted_cut(&r->columns, part, row.cell);
	else if (!guess(part, &row))
		return input_refuse(in, part, "expected a function behind [k] or [.]");
	return take_cells(r, in, &row);
}

static bool is_time(const char *event)
{
	return !strncmp(event, "cpu-clock", 9) || !strncmp(event, "task-clock", 10);
}

static int finish(struct report *r, struct import *im, struct input *in)
{
	double rest = 100 - r->listed;
	char means[200];

	if (!r->rows)
		return input_refuse(in, in->line,
				    "no row with a part of the samples and a function is here");
	/* Rounding: each row may be off by half of the last digit. */
	if (rest > 0.01 * r->rows) {
		profile_rest(&r->profile, samples_of(r, rest));
		if (import_set(im, in, im->end, METRIC_profile_floor, NULL, samples_of(r, r->least)))
			return -1;
	}
	snprintf(means, sizeof(means),
		 "perf report of %s: the context is that of the command, and softirq work on top of a task is the task's",
		 *r->event ? r->event : "an event that it does not name");
	import_means(im, "profile", means);
	if (isnan(r->samples))
		import_absent(im, "profile/samples",
			      "the table does not say how many there were; its figures are parts of one");
	if (r->others || r->group)
		import_absent(im, "profile/events",
			      "more than one event was sampled; only the first is here");
	/* Of a clock's event the count is time, that of sleeping CPUs too. */
	return profile_finish(&r->profile, is_time(r->event) ? r->events * r->profile.samples /
								       samples_of(r, 100)
							     : NAN);
}

static int read(struct import *im, struct input *in)
{
	struct report r = {
		.profile = {.im = im, .in = in},
		.samples = NAN,
		.events = NAN,
		.least = 100,
	};
	char *line;

	while ((line = input_line(in)))
		if (take_line(&r, im, in, line))
			return -1;
	return in->failed ? -1 : finish(&r, im, in);
}

const struct import_format import_perf_report = {
	.name = "perf-report",
	.what = "perf report --stdio",
	.is = is,
	.read = read,
};
