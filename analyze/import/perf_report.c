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

#include "analyze/import/profile.h"

#define COLUMNS 16

enum column { OVERHEAD, CHILDREN, SELF, SAMPLES, COMMAND, OBJECT, SYMBOL, UNKNOWN };

static const char *const names[] = {"Overhead", "Children",	 "Self",  "Samples",
				    "Command",	"Shared Object", "Symbol"};

struct report {
	struct profile profile;
	struct side side;
	char head[512]; /* the line of names, which the dotted line cuts into columns */
	enum column columns[COLUMNS];
	size_t from[COLUMNS + 1];
	size_t count;
	char event[64];
	double samples, events; /* as the comments before the table say; NAN */
	double listed;		/* percent */
	double least;
	size_t rows;
	bool other; /* the table at hand is of a second event */
};

static bool is(const char *head)
{
	const char *at;

	if (strstr(head, "# Overhead  ") || strstr(head, "# Children "))
		return true;
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

static void take_comment(struct report *r, const char *line, bool right)
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
		if (r->other)
			return;
		snprintf(r->event, sizeof(r->event), "%s", event);
		r->samples = shortened(at + strlen("Samples: "));
	}
	at = strstr(line, "Event count (approx.): ");
	if (at && right && strstr(at + 1, "Event count (approx.): "))
		at = strstr(at + 1, "Event count (approx.): ");
	if (at && !r->other)
		r->events = strtod(at + strlen("Event count (approx.): "), NULL);
}

/* "# ........  ....": where each column begins. */
static void take_dots(struct report *r, const char *dots)
{
	size_t len = strlen(dots), head_len = strlen(r->head);

	r->count = 0;
	for (size_t i = 0; i < len && r->count < COLUMNS; i++) {
		const char *name = i < head_len ? r->head + i : "";

		if (dots[i] != '.' || (i && dots[i - 1] == '.'))
			continue;
		name += strspn(name, " ");
		r->columns[r->count] = UNKNOWN;
		for (size_t j = 0; j < UNKNOWN; j++)
			if (!strncmp(name, names[j], strlen(names[j])))
				r->columns[r->count] = j;
		r->from[r->count++] = i;
	}
	r->from[r->count] = len;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
	return text;
}

struct cells {
	char *cell[UNKNOWN + 1];
};

/* By the dotted line; what of a row is longer than its column moves the others, which perf avoids. */
static void cut(const struct report *r, char *line, struct cells *row)
{
	size_t len = strlen(line);

	for (size_t i = r->count; i-- > 0;) {
		size_t from = i ? r->from[i] : 0;

		if (from >= len)
			continue;
		row->cell[r->columns[i]] = trim(line + from);
		if (from)
			line[from - 1] = '\0';
		len = from ? from - 1 : 0;
	}
}

/* A table that somebody set anew has rows whose columns do not begin where the dots do. */
static bool lies_under(const struct report *r, const char *line)
{
	size_t len = strlen(line);

	for (size_t i = 1; i < r->count; i++)
		if (r->from[i] < len && r->from[i] && line[r->from[i] - 1] != ' ')
			return false;
	return true;
}

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
	row->cell[SYMBOL] = trim(mark);
	mark[-1] = '\0';
	line = trim(line);
	row->cell[OVERHEAD] = line;
	rest = line + strcspn(line, " ");
	if (*rest)
		*rest++ = '\0';
	rest = trim(rest);
	if (isdigit((unsigned char)*rest) && rest[strcspn(rest, " ") - 1] == '%') {
		row->cell[SELF] = rest;
		rest += strcspn(rest, " ");
		if (*rest)
			*rest++ = '\0';
		rest = trim(rest);
	}
	object = strrchr(rest, ' ');
	row->cell[OBJECT] = object ? object + 1 : rest;
	if (object) {
		*object = '\0';
		row->cell[COMMAND] = trim(rest);
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
	char *symbol = row->cell[SYMBOL];
	double share = 0;

	if (!part || !symbol || !*symbol)
		return input_refuse(in, NULL,
				    "expected a part of the samples and a function, found the line's end");
	if (percent(in, part, &share))
		return -1;
	if (symbol[0] == '[' && symbol[1] && symbol[2] == ']') {
		frame.kernel = symbol[1] == 'k' || symbol[1] == 'g';
		symbol = trim(symbol + 3);
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
	profile_function(&r->profile, row->cell[COMMAND] ? row->cell[COMMAND] : "", &frame,
			 samples_of(r, share));
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
	if (*end != '%')
		return false;
	return !r->count || r->count < 2 || (size_t)(at - line) < r->from[1];
}

static int take_line(struct report *r, struct import *im, struct input *in, char *line)
{
	const char *heading = strstr(line, "Overhead ") ? "Overhead " : "Children ";
	struct cells row = {{NULL}};
	char *part;

	if (line[strspn(line, " #\t")] && (line[0] == '#' || im->side) && strstr(line, heading) &&
	    strstr(line, "Symbol")) {
		if (import_side(im, in, line, heading, &r->side))
			return -1;
		snprintf(r->head, sizeof(r->head), "%s", side_of(&r->side, line));
		return 0;
	}
	part = side_of(&r->side, line);
	if (part[0] == '#') {
		if (strstr(part, "....") && *r->head)
			take_dots(r, part);
		else
			take_comment(r, part, im->side && !strcmp(im->side, "right"));
		return 0;
	}
	if (r->other || !is_row(r, part))
		return 0;
	if (r->count && lies_under(r, part))
		cut(r, part, &row);
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
