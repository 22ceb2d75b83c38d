// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/softnet_stat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/kit/cpus.h"

/* Where each stands in a line; the CPU's number came in 5.10 as the thirteenth. */
static const int column_of[SOFTNET_COUNTERS] = {
	[SOFTNET_PROCESSED] = 0,
	[SOFTNET_DROPPED] = 1,
	[SOFTNET_SQUEEZED] = 2,
	[SOFTNET_RPS] = 9,
};
#define COLUMN_CPU 12
#define COLUMNS	   13

const char *softnet_line(const char *text, unsigned int otherwise, struct softnet_line *line)
{
	unsigned long columns[COLUMNS] = {0};
	const char *end = strchr(text, '\n');
	int count = 0;

	if (!end)
		return NULL;
	while (count < COLUMNS && text < end) {
		char *rest;

		columns[count] = strtoul(text, &rest, 16);
		if (rest == text || rest > end)
			break;
		text = rest;
		count++;
	}
	for (int i = 0; i < SOFTNET_COUNTERS; i++)
		line->counter[i] = (uint32_t)columns[column_of[i]];
	line->cpu = count > COLUMN_CPU ? (unsigned int)columns[COLUMN_CPU] : otherwise;
	return end + 1;
}

static uint64_t grown_by(struct softnet_seen *seen, const struct softnet_line *line)
{
	uint32_t packets = line->counter[SOFTNET_PROCESSED], grown;

	if (line->cpu >= seen->bound)
		return 0;
	grown = seen->cpu[line->cpu].known ? packets - seen->cpu[line->cpu].packets : 0;
	seen->cpu[line->cpu].known = true;
	seen->cpu[line->cpu].packets = packets;
	return grown;
}

bool softnet_grown(struct softnet_seen *seen, uint64_t *sum)
{
	struct softnet_line line = {0};
	char text[512];
	bool any = false;
	FILE *f;

	if (!seen->cpu) {
		seen->bound = cpus_bound();
		seen->cpu = calloc(seen->bound, sizeof(*seen->cpu));
	}
	f = seen->cpu ? fopen(SOFTNET_STAT, "re") : NULL;
	if (!f)
		return false;
	for (unsigned int next = 0; fgets(text, sizeof(text), f); next = line.cpu + 1) {
		if (!softnet_line(text, next, &line))
			continue;
		*sum += grown_by(seen, &line);
		any = true;
	}
	fclose(f);
	return any;
}
