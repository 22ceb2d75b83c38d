// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf sched latency: for how long each task ran, and waited for a CPU. Columns lie between bars, with
 * units in the cells of some versions and in the head of others.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

static bool is(const char *head)
{
	return strstr(head, "Runtime ms") &&
	       (strstr(head, "Avg delay ms") || strstr(head, "Average delay ms"));
}

/* "avg:   0.010 ms" and "0.010 ms" */
static int cell(struct input *in, char *text, double *value)
{
	char *colon = strchr(text, ':');

	text = colon ? colon + 1 : text;
	text += strspn(text, " ");
	text[strcspn(text, " ")] = '\0';
	return input_number(in, text, value);
}

static int take_row(struct import *im, struct input *in, char *line)
{
	double run_ms, count, delay_ms;
	char *rest = line, *cells[4], *colon;
	char key[160];

	for (size_t i = 0; i < 4; i++) {
		cells[i] = strsep(&rest, "|");
		if (!cells[i])
			return input_refuse(in, NULL,
					    "expected a task, its run time, its switches and its delay between bars");
	}
	cells[0] += strspn(cells[0], " ");
	/* A thread's name may have blanks. */
	for (size_t len = strlen(cells[0]); len && cells[0][len - 1] == ' '; len--)
		cells[0][len - 1] = '\0';
	if (!strncmp(cells[0], "TOTAL:", 6))
		return 0;
	/* "zcpath:1234", or "zcpath:(3)" where threads of a name were added up */
	colon = strrchr(cells[0], ':');
	if (colon)
		*colon = '/';
	if (cell(in, cells[1], &run_ms) || cell(in, cells[2], &count) ||
	    cell(in, cells[3], &delay_ms))
		return -1;
	snprintf(key, sizeof(key), "%.128s", cells[0]);
	if (import_add(im, in, im->end, METRIC_cpu_thread, key, run_ms * 1e6))
		return -1;
	return import_add(im, in, im->end, METRIC_cpu_wait, key, delay_ms * count * 1e6);
}

static int read(struct import *im, struct input *in)
{
	bool inside = false;
	char *line;

	while ((line = input_line(in))) {
		if (strstr(line, "Runtime ms"))
			inside = true;
		else if (inside && strchr(line, '|') && take_row(im, in, line))
			return -1;
	}
	import_means(im, "cpu", "perf sched latency: waiting is the mean delay by its number");
	return in->failed ? -1 : 0;
}

const struct import_format import_perf_sched = {
	.name = "perf-sched",
	.what = "perf sched latency",
	.is = is,
	.read = read,
};
