// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/arrangement.h"

#include <stdbool.h>
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
	else if (name == strlen("published") && !strncmp(line, "published", name))
		ARRAY_ADD(arrangement->published, arrangement->published_count) = kept;
	else if (name == strlen("skip") && !strncmp(line, "skip", name))
		ARRAY_ADD(arrangement->skips, arrangement->skip_count) = kept;
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

static int order(const struct arrangement *arrangement, const char *name, const char *a,
		 const char *b)
{
	const char *why;
	uint64_t x, y;

	for (size_t i = 0; i < arrangement->list_count; i++) {
		const struct list *list = &arrangement->lists[i];
		size_t first, second;

		if (strcmp(list->name, name) != 0)
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

/* Of both ends: by what the receiver has, then by what the sender has, which is the same where there is no '/'. */
static int order_path(const struct arrangement *arrangement, const char *a, const char *b)
{
	char rx[2][64], tx[2][64];
	int result;

	for (int i = 0; i < 2; i++) {
		const char *value = i ? b : a;
		const char *slash = strchrnul(value, '/');

		snprintf(rx[i], sizeof(rx[i]), "%.*s", (int)(slash - value), value);
		snprintf(tx[i], sizeof(tx[i]), "%s", *slash ? slash + 1 : value);
	}
	result = order(arrangement, "rx", rx[0], rx[1]);
	return result ? result : order(arrangement, "tx", tx[0], tx[1]);
}

int arrangement_order(const struct arrangement *arrangement, const char *name, const char *a,
		      const char *b)
{
	return strcmp(name, "path") ? order(arrangement, name, a, b)
				    : order_path(arrangement, a, b);
}

/* The value of an option, and its length; NULL: it is not known. */
static const char *known_value(const struct arrangement *arrangement, const char *known,
			       const char *name, size_t name_len, size_t *len)
{
	for (; *known; known += *len, known += strspn(known, ", ")) {
		*len = strcspn(known, ",");
		if (*len > name_len && !strncmp(known, name, name_len) && known[name_len] == '=') {
			*len -= name_len + 1;
			return known + name_len + 1;
		}
	}
	for (size_t i = 0; i < arrangement->list_count; i++) {
		const struct list *list = &arrangement->lists[i];

		*len = strlen(list->items);
		if (strlen(list->name) == name_len && !strncmp(list->name, name, name_len) &&
		    !strchr(list->items, ','))
			return list->items;
	}
	return NULL;
}

/* "read!=4K,64K", which ends at a blank. */
static bool holds(const struct arrangement *arrangement, const char *known, const char *condition)
{
	size_t name = strcspn(condition, "!= "), len;
	bool differs = condition[name] == '!', listed = false;
	const char *value = known_value(arrangement, known, condition, name, &len);
	const char *at = condition + name + differs;

	if (!value || *at != '=')
		return false;
	do {
		size_t item = strcspn(++at, ", ");

		listed = listed || (item == len && !strncmp(at, value, len));
		at += item;
	} while (*at == ',');
	return listed != differs;
}

const char *arrangement_skip(const struct arrangement *arrangement, const char *known)
{
	for (size_t i = 0; i < arrangement->skip_count; i++) {
		const char *at = arrangement->skips[i];

		while (*(at += strspn(at, " ")) && holds(arrangement, known, at))
			at += strcspn(at, " ");
		if (!*at)
			return arrangement->skips[i];
	}
	return NULL;
}

void arrangement_free(struct arrangement *arrangement)
{
	free(arrangement->tables);
	free(arrangement->published);
	free(arrangement->lists);
	free(arrangement->skips);
	arena_free(&arrangement->texts);
}
