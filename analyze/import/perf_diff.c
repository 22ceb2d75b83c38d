// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf diff: functions by their part of the samples in one run, and by how much more or less it is in another.
 * --side left is the first run, --side right the second.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/dotted.h"
#include "analyze/import/profile.h"

enum column { BASELINE, DELTA, COMMAND, OBJECT, SYMBOL, COLUMN_COUNT };

static const struct dotted_name names[] = {
	{"Baseline", BASELINE},	   {"Delta", DELTA},   {"Command", COMMAND},
	{"Shared Object", OBJECT}, {"Symbol", SYMBOL},
};

struct difference {
	struct profile profile;
	struct dotted columns;
	double listed; /* percent */
	size_t rows, events;
};

static bool is_head(const char *line)
{
	return *line == '#' && !strncmp(line + 1 + strspn(line + 1, " "), "Baseline ", 9);
}

static bool is(const char *head)
{
	for (const char *at = head; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (is_head(at))
			return true;
	return false;
}

/* "8.82%", "-5.98%", "+1.15%", or nothing where the function is in one run only. */
static int percent(struct input *in, char *cell, double *value)
{
	size_t len = cell ? strlen(cell) : 0;
	bool minus = len && *cell == '-';

	*value = 0;
	if (!len)
		return 0;
	if (cell[len - 1] != '%')
		return input_refuse(in, cell, "expected percent, such as 8.82%%, found \"%.40s\"",
				    cell);
	cell[len - 1] = '\0';
	if (input_number(in, cell + (minus || *cell == '+'), value))
		return -1;
	*value = minus ? -*value : *value;
	return 0;
}

static int take_row(struct difference *d, struct import *im, struct input *in, char *line)
{
	char *cell[COLUMN_COUNT] = {NULL};
	struct frame frame;
	double before, more, share;
	char *symbol;

	if (!dotted_fits(&d->columns, line))
		return input_refuse(in, line,
				    "a row whose cells do not begin where the dots above say");
	dotted_cut(&d->columns, line, cell);
	symbol = cell[SYMBOL];
	if (!symbol || !*symbol)
		return input_refuse(in, NULL, "expected a function, found the line's end");
	if (percent(in, cell[BASELINE], &before) || percent(in, cell[DELTA], &more))
		return -1;
	share = !strcmp(im->side, "left") ? before : before + more;
	/* What is gone has no difference beside it. */
	if (!strcmp(im->side, "right") && (!cell[DELTA] || !*cell[DELTA]))
		share = 0;
	d->rows++;
	if (share < 0.005)
		return share < -0.02 ? input_refuse(in, line, "less than none of the samples") : 0;
	d->listed += share;
	if (d->listed > 101)
		return input_refuse(in, in->line,
				    "the rows add up to more than 100 %% of the samples");
	frame = (struct frame){.object = cell[OBJECT] ? cell[OBJECT] : "[unknown]",
			       .symbol = symbol};
	if (symbol[0] == '[' && symbol[1] && symbol[2] == ']') {
		frame.kernel = symbol[1] == 'k' || symbol[1] == 'g';
		frame.symbol = dotted_trim(symbol + 3);
	}
	profile_function(&d->profile, cell[COMMAND] ? cell[COMMAND] : "", &frame, share / 100);
	return d->profile.failed ? -1 : 0;
}

static int take_head(struct difference *d, struct import *im, struct input *in, const char *line)
{
	if (!im->side)
		return input_refuse(in, line,
				    "perf diff's table is of two runs; say with --side left that the first is meant, or the second with --side right");
	if (!strstr(line, " Delta") || !strstr(line, "Symbol"))
		return input_refuse(in, line,
				    "expected columns Delta and Symbol; run perf diff without -c, and with --sort dso,sym");
	dotted_names(&d->columns, line);
	return 0;
}

static int take_line(struct difference *d, struct import *im, struct input *in, char *line)
{
	if (strstr(line, "# Event '"))
		d->events++;
	if (is_head(line))
		return take_head(d, im, in, line);
	if (*line == '#' && strstr(line, "....") && *d->columns.head)
		dotted_dots(&d->columns, line, names, sizeof(names) / sizeof(*names));
	if (*line == '#' || !line[strspn(line, " ")] || d->events > 1 || !d->columns.count)
		return 0;
	return take_row(d, im, in, line);
}

static int read(struct import *im, struct input *in)
{
	struct difference d = {.profile = {.im = im, .in = in}};
	char *line;

	while ((line = input_line(in)))
		if (take_line(&d, im, in, line))
			return -1;
	if (in->failed)
		return -1;
	if (!d.rows)
		return input_refuse(in, in->line, "no row of a function is here");
	/* Rounding: each row may be off by the last digit. */
	if (100 - d.listed > 0.02 * (double)d.rows)
		profile_rest(&d.profile, (100 - d.listed) / 100);
	if (d.events > 1)
		import_absent(im, "profile/events",
			      "more than one event was sampled; only the first is here");
	import_absent(im, "profile/samples",
		      "the table does not say how many there were; its figures are parts of one");
	import_means(im, "profile", "perf diff: the context is not known, all is a task's");
	return profile_finish(&d.profile, NAN);
}

const struct import_format import_perf_diff = {
	.name = "perf-diff",
	.what = "perf diff",
	.is = is,
	.read = read,
};
