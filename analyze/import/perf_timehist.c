// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf sched timehist: each stretch of a task on a CPU, with how long it had waited to be woken, how long
 * for the CPU, and how long it ran. Stretches of a thread are added up; with --summary they are already.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

#define WORDS 64

static bool is(const char *head)
{
	return (strstr(head, "task name") && strstr(head, "sch delay") &&
		strstr(head, "run time")) ||
	       (strstr(head, "Runtime summary") && strstr(head, "sched-in"));
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789.")];
}

/* "zcpath rx[1234/1230]" -> "zcpath rx/1234"; the words of a name had one blank between them, or it is lost. */
static void key_of(char **words, size_t count, char *key, size_t size)
{
	char *bracket;
	size_t used = 0;

	key[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++)
		used += snprintf(key + used, size - used, "%s%s", i ? " " : "", words[i]);
	bracket = strrchr(key, '[');
	if (!bracket)
		return;
	*bracket = '/';
	bracket[strcspn(bracket, "]")] = '\0';
	if (strchr(bracket + 1, '/'))
		*strchr(bracket + 1, '/') = '\0';
}

/* time [cpu] name… wait delay run …: what --state, --next or call chains put behind is left. */
static int take_row(struct import *im, struct input *in, char **words, size_t count)
{
	double delay_ms, run_ms;
	char key[160];
	size_t at = 3;

	/* Of wake-ups and migrations (-w, -M), which took no time. */
	for (size_t i = 3; i < count; i++)
		if (!strcmp(words[i], "awakened:") || !strcmp(words[i], "migrated:"))
			return 0;
	while (at + 2 < count &&
	       !(is_number(words[at]) && is_number(words[at + 1]) && is_number(words[at + 2])))
		at++;
	if (at + 2 >= count)
		return input_refuse(in, words[count - 1],
				    "expected a task, and three times in milliseconds behind it");
	if (!strcmp(words[2], "<idle>"))
		return 0;
	if (input_number(in, words[at + 1], &delay_ms) || input_number(in, words[at + 2], &run_ms))
		return -1;
	key_of(words + 2, at - 2, key, sizeof(key));
	if (import_add(im, in, im->end, METRIC_cpu_thread, key, run_ms * 1e6))
		return -1;
	return import_add(im, in, im->end, METRIC_cpu_wait, key, delay_ms * 1e6);
}

/* A thread's row of the summary: name, parent, how often, how long in all, and five numbers more. */
static int take_summary(struct import *im, struct input *in, char **words, size_t count)
{
	double run_ms;
	char key[160];

	/* The parent's number, eighth from the end, is -1 where it is not known. */
	for (size_t i = 1; i <= 8; i++)
		if (count < 9 || !is_number(words[count - i] + (*words[count - i] == '-')))
			return 0;
	if (input_number(in, words[count - 6], &run_ms))
		return -1;
	key_of(words, count - 8, key, sizeof(key));
	return import_add(im, in, im->end, METRIC_cpu_thread, key, run_ms * 1e6);
}

static int read(struct import *im, struct input *in)
{
	size_t rows = 0;
	bool bars = false, summary = false;
	char *line;

	while ((line = input_line(in))) {
		char *words[WORDS];
		size_t count = input_words(line, words, WORDS);
		int result = 0;

		/* "time cpu 0123 task name": with -V a letter under the number of the CPU. */
		if (count > 3 && !strcmp(words[0], "time") && !strcmp(words[1], "cpu"))
			bars = strcmp(words[2], "task") != 0;
		summary |= count > 1 && !strcmp(words[1], "summary");
		/* Heads and lines that say that events were lost have no CPU in brackets. */
		if (count > 3 && is_number(words[0]) && words[1][0] == '[' && !summary) {
			rows++;
			result = take_row(im, in, words + bars, count - bars);
		} else if (summary && !rows) {
			result = take_summary(im, in, words, count);
		}
		if (result)
			return -1;
	}
	if (!rows && !in->failed)
		import_absent(im, "cpu/wait", "perf sched timehist --summary has no delays");
	import_means(im, "cpu", "perf sched timehist: stretches of each thread, added up");
	return in->failed ? -1 : 0;
}

const struct import_format import_perf_timehist = {
	.name = "perf-timehist",
	.what = "perf sched timehist",
	.is = is,
	.read = read,
};
