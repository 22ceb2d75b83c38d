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
	bool half_days;	  /* it has a word for AM or PM */
};

/* Of any of its tables: with -d, -r, -w there are others, which begin with such a line too. */
static bool is_any_head(const char *line)
{
	return strstr(line, "Command") && (strstr(line, " UID ") || strstr(line, " USER ")) &&
	       (strstr(line, " PID ") || strstr(line, " TGID "));
}

static bool is_head(const char *line)
{
	return is_any_head(line) && strstr(line, "%CPU");
}

static bool is(const char *head)
{
	const char *at = strstr(head, "%CPU");

	return at && strstr(at, "Command") && (strstr(head, "UID ") || strstr(head, "USER ")) &&
	       (strstr(head, " PID ") || strstr(head, " TGID "));
}

static bool is_half_day(const char *word)
{
	return (*word == 'A' || *word == 'P') && word[1] == 'M' && (!word[2] || word[2] == ' ');
}

/* "01:54:36 PM" under "# Time" of -h is one column in the head and two words in the row. */
static void join_time(const struct table *t, char *line)
{
	char *word = line + strspn(line, " ");

	word += strcspn(word, " ");
	word += strspn(word, " ");
	if (!t->half_days && is_half_day(word))
		memset(word, ' ', 2);
}

/* With --human a '%' stands behind. */
static int percent(struct input *in, char *word, double *value)
{
	size_t len = strlen(word);

	if (len && word[len - 1] == '%')
		word[len - 1] = '\0';
	return input_number(in, word, value);
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
	t->half_days = t->count > 1 && is_half_day(words[1]);
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
	size_t n;
	double share, wait = NAN;
	struct use *use = NULL;
	const char *command, *id;
	char key[128];

	join_time(t, line);
	n = input_words(line, words, t->count);
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
	if (percent(in, words[t->at[CPU]], &share) ||
	    (t->at[WAIT] >= 0 && percent(in, words[t->at[WAIT]], &wait)))
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
		use->average = share;
		use->average_wait = wait;
	} else {
		use->percent += share;
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
		if (is_any_head(line)) {
			t->count = 0;
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
