// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/timeline.h"

#include <stdio.h>
#include <string.h>

static const char *name_of(const struct configuration *c)
{
	const struct run *run = c->runs[0];
	const char *name = run_fact(run, METRIC_fact_configuration, END_HOST, NULL);
	const char *slash = strrchr(run->path, '/');

	if (name)
		return name;
	return slash ? slash + 1 : run->path;
}

const char *timeline_started(const struct configuration *point)
{
	const char *first = NULL;

	/* ISO 8601 in UTC sorts as text. */
	for (size_t i = 0; i < point->count; i++) {
		const char *one = run_fact(point->runs[i], METRIC_fact_started, END_HOST, NULL);

		if (one && (!first || strcmp(one, first) < 0))
			first = one;
	}
	return first;
}

static struct timeline *line_of(struct timeline **lines, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp((*lines)[i].name, name))
			return &(*lines)[i];
	ARRAY_ADD(*lines, *count) = (struct timeline){.name = name, .dated = true};
	return &(*lines)[*count - 1];
}

static int by_place(const void *a, const void *b)
{
	const struct configuration *const *x = a, *const *y = b;

	return strverscmp((*x)->directory, (*y)->directory);
}

static int by_date(const void *a, const void *b)
{
	const struct configuration *const *x = a, *const *y = b;
	int order = strcmp(timeline_started(*x), timeline_started(*y));

	return order ? order : by_place(a, b);
}

size_t timelines_of(const struct experiment *e, struct timeline **lines)
{
	size_t count = 0;

	*lines = NULL;
	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		struct timeline *line;

		if (!c->count)
			continue;
		line = line_of(lines, &count, name_of(c));
		line->dated = line->dated && timeline_started(c);
		ARRAY_ADD(line->points, line->count) = c;
	}
	for (size_t i = 0; i < count; i++) {
		struct timeline *line = &(*lines)[i];

		ARRAY_SORT(line->points, line->count, line->dated ? by_date : by_place);
	}
	return count;
}

void timelines_free(struct timeline *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lines[i].points);
	free(lines);
}

const char *timeline_place(const struct configuration *point, char *text, size_t size)
{
	size_t len = strlen(point->directory), tail = strlen(name_of(point));

	/* out-7/rx=copy,tx=copy is a configuration of the experiment out-7. */
	if (len > tail + 1 && point->directory[len - tail - 1] == '/' &&
	    !strcmp(point->directory + len - tail, name_of(point)))
		len -= tail + 1;
	snprintf(text, size, "%.*s", (int)len, point->directory);
	return text;
}
