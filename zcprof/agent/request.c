// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/request.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "record/record.h"

int request_join(char line[REQUEST_MAX], char *const words[])
{
	size_t used = 0;

	for (; *words; words++) {
		size_t len = strlen(*words);

		if (used + len + 2 > REQUEST_MAX || strpbrk(*words, "\t\n"))
			return -1;
		memcpy(line + used, *words, len);
		used += len;
		line[used++] = '\t';
	}
	line[used ? used - 1 : 0] = '\0';
	return 0;
}

int request_split(char *line, char *words[REQUEST_WORDS_MAX + 1])
{
	int count = 0;
	char *at = line;

	while (at) {
		if (count == REQUEST_WORDS_MAX)
			return -1;
		words[count++] = strsep(&at, "\t");
	}
	words[count] = NULL;
	return count;
}

/* FNV-1a. */
static uint32_t add(uint32_t sum, const char *text)
{
	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619U;
	return (sum ^ '/') * 16777619U;
}

void request_hello(char text[HELLO_MAX])
{
	uint32_t sum = 2166136261U;

	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *info = metric_info(id);

		sum = add(add(add(sum, info->source), info->name), info->unit);
		sum = (sum ^ info->kind) * 16777619U;
	}
	snprintf(text, HELLO_MAX, "zcprof " VERSION " %08x", sum);
}

void request_metric(enum metric_id id, char name[METRIC_NAME_MAX], char text[METRIC_TEXT_MAX])
{
	const struct metric_info *info = metric_info(id);

	snprintf(name, METRIC_NAME_MAX, "%s/%s", info->source, info->name);
	snprintf(text, METRIC_TEXT_MAX, "%d %s", (int)info->kind, info->unit);
}
