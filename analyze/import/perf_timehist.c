// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf sched timehist: each stretch of a task on a CPU, with how long it had waited to be woken, how long
 * for the CPU, and how long it ran. Stretches of a thread are added up.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

#define WORDS 64

static bool is(const char *head)
{
	return strstr(head, "task name") && strstr(head, "sch delay") && strstr(head, "run time");
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

static int read(struct import *im, struct input *in)
{
	char *line;

	while ((line = input_line(in))) {
		char *words[WORDS];
		size_t count = input_words(line, words, WORDS);

		/* Summaries, heads and lines that say that events were lost have no CPU in brackets. */
		if (count > 2 && is_number(words[0]) && words[1][0] == '[' &&
		    take_row(im, in, words, count))
			return -1;
	}
	import_means(im, "cpu", "perf sched timehist: stretches of each thread, added up");
	return in->failed ? -1 : 0;
}

const struct import_format import_perf_timehist = {
	.name = "perf-timehist",
	.what = "perf sched timehist",
	.is = is,
	.read = read,
};
