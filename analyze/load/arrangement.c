// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/arrangement.h"

#include <stdio.h>
#include <string.h>

#include "base/outfile.h"
#include "base/quantity.h"

/* "name value": a line that says nothing else is a flag, and of no use here. */
static void take_line(struct arrangement *arrangement, const char *line, size_t len)
{
	size_t name = strcspn(line, " \n");
	const char *value = line + name + 1;
	const char *kept;

	if (*line == '#' || name + 1 >= len || line[name] != ' ')
		return;
	kept = arena_text(&arrangement->texts, value, strcspn(value, "\n"));
	if (name == strlen("table") && !strncmp(line, "table", name))
		ARRAY_ADD(arrangement->tables, arrangement->table_count) = kept;
	else
		ARRAY_ADD(arrangement->lists, arrangement->list_count) =
			(struct list){arena_text(&arrangement->texts, line, name), kept};
}

void arrangement_read(struct arrangement *arrangement, const char *directory)
{
	char path[4096];
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	FILE *in;

	*arrangement = (struct arrangement){.table_count = 0};
	if (snprintf(path, sizeof(path), "%s/plan", directory) >= (int)sizeof(path))
		return;
	in = outfile_read(path);
	if (!in)
		return;
	while ((len = getline(&line, &room, in)) > 0)
		take_line(arrangement, line, len);
	free(line);
	fclose(in);
}

/* Its place in a list; behind all where it is in none. */
static size_t place_of(const char *items, const char *value)
{
	size_t len = strlen(value), place = 0;

	for (; *items; place++) {
		size_t item = strcspn(items, ",");

		if (item == len && !strncmp(items, value, len))
			return place;
		items += item + (items[item] == ',');
	}
	return (size_t)-1;
}

int arrangement_order(const struct arrangement *arrangement, const char *name, const char *a,
		      const char *b)
{
	const char *why;
	uint64_t x, y;

	for (size_t i = 0; i < arrangement->list_count; i++) {
		const struct list *list = &arrangement->lists[i];
		size_t first, second;

		if (strcmp(list->name, name) != 0 && strcmp(name, "path") != 0)
			continue;
		first = place_of(list->items, a);
		second = place_of(list->items, b);
		if (first != second)
			return first < second ? -1 : 1;
	}
	if (!quantity_size(a, &x, &why) && !quantity_size(b, &y, &why))
		return (x > y) - (x < y);
	return strverscmp(a, b);
}

void arrangement_free(struct arrangement *arrangement)
{
	free(arrangement->tables);
	free(arrangement->lists);
	arena_free(&arrangement->texts);
}
