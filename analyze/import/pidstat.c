// SPDX-License-Identifier: GPL-2.0-or-later
/* pidstat -u: CPU time of processes or of threads (-t). Its averages count where it prints them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/import.h"

#define COLUMNS 24

enum column { TGID, TID, PID, CPU, WAIT, COMMAND, KNOWN };

static const char *const names[] = {"TGID", "TID", "PID", "%CPU", "%wait", "Command"};

struct table {
	int at[KNOWN]; /* which column, -1: none */
	size_t count;
	size_t times;	  /* words of the time of day before the columns */
	double intervals; /* so many heads were printed, without that of averages */
	bool average;	  /* this head is of averages */
};

static bool is_head(const char *line)
{
	return strstr(line, "%CPU") && strstr(line, "Command") &&
	       (strstr(line, " PID ") || strstr(line, " TGID "));
}

static bool is(const char *head)
{
	const char *at = strstr(head, "%CPU");

	return at && strstr(at, "Command") && strstr(head, "UID ") &&
	       (strstr(head, " PID ") || strstr(head, " TGID "));
}

static void take_head(struct table *t, char *line)
{
	char *words[COLUMNS];
	bool average = !strncmp(line, "Average:", 8);

	if (*line == '#')
		*line = ' ';
	t->count = input_words(line, words, COLUMNS);
	for (int j = 0; j < KNOWN; j++)
		t->at[j] = -1;
	for (size_t i = 0; i < t->count; i++)
		for (int j = 0; j < KNOWN; j++)
			if (!strcmp(words[i], names[j]))
				t->at[j] = (int)i;
	t->average = average;
	t->intervals += !average;
}

struct use {
	char key[128];
	double percent, wait; /* added up over intervals */
	double average, average_wait;
	bool averaged;
};

static int take_row(const struct table *t, struct input *in, char *line, struct use **uses,
		    size_t *count)
{
	char *words[COLUMNS];
	size_t n = input_words(line, words, t->count);
	double percent, wait = NAN;
	struct use *use = NULL;
	const char *command, *id;
	char key[128];

	if (n < t->count)
		return input_refuse(in, NULL,
				    "expected a row of %zu columns as in its head, found %zu",
				    t->count, n);
	id = words[t->at[TID] >= 0 ? t->at[TID] : t->at[PID]];
	command = words[t->at[COMMAND]];
	/* With -t the process is the sum of its threads. */
	if (!strcmp(id, "-"))
		return 0;
	while (!strncmp(command, "|__", 3))
		command += 3;
	if (input_number(in, words[t->at[CPU]], &percent) ||
	    (t->at[WAIT] >= 0 && input_number(in, words[t->at[WAIT]], &wait)))
		return -1;
	snprintf(key, sizeof(key), "%.80s/%.20s", command, id);
	for (size_t i = 0; i < *count && !use; i++)
		if (!strcmp((*uses)[i].key, key))
			use = &(*uses)[i];
	if (!use) {
		if (*count == 65536)
			return input_refuse(in, words[0], "more than 65536 processes");
		use = &ARRAY_ADD(*uses, *count);
		*use = (struct use){.percent = 0};
		memcpy(use->key, key, sizeof(key));
	}
	if (t->average) {
		use->averaged = true;
		use->average = percent;
		use->average_wait = wait;
	} else {
		use->percent += percent;
		use->wait += wait;
	}
	return 0;
}

static int read_rows(struct input *in, struct table *t, struct use **uses, size_t *count)
{
	char *line;

	while ((line = input_line(in))) {
		if (is_head(line)) {
			take_head(t, line);
			continue;
		}
		if (!line[strspn(line, " ")]) {
			/* -h prints its head once, and intervals with an empty line between them. */
			continue;
		}
		if (!t->count || (t->at[PID] < 0 && t->at[TID] < 0) || t->at[CPU] < 0 ||
		    t->at[COMMAND] < 0 || !strncmp(line, "Linux ", 6))
			continue;
		if (take_row(t, in, line, uses, count))
			return -1;
	}
	return in->failed ? -1 : 0;
}

static int read(struct import *im, struct input *in)
{
	struct table t = {.count = 0};
	struct use *uses = NULL;
	size_t count = 0;
	double ns = import_seconds(im) * 1e9;
	int result = read_rows(in, &t, &uses, &count);

	if (!result && isnan(ns))
		import_absent(im, "cpu/thread",
			      "pidstat gives percent; give --seconds, the window's length, for CPU time");
	for (size_t i = 0; !result && !isnan(ns) && i < count; i++) {
		double share =
			(uses[i].averaged ? uses[i].average : uses[i].percent / t.intervals) / 100;
		double wait =
			(uses[i].averaged ? uses[i].average_wait : uses[i].wait / t.intervals) / 100;

		result = import_add(im, in, im->end, METRIC_cpu_thread, uses[i].key, share * ns);
		if (!result && !isnan(wait))
			result = import_add(im, in, im->end, METRIC_cpu_wait, uses[i].key,
					    wait * ns);
	}
	import_means(im, "cpu", "pidstat: percent of an interval, rounded");
	free(uses);
	return result;
}

const struct import_format import_pidstat = {
	.name = "pidstat",
	.what = "pidstat, also with -t",
	.is = is,
	.read = read,
};
