// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/dotted.h"

#include <stdio.h>
#include <string.h>

static int column_named(const char *name, const struct dotted_name *names, size_t count)
{
	name += strspn(name, " #");
	for (size_t i = 0; i < count; i++)
		if (!strncmp(name, names[i].name, strlen(names[i].name)))
			return names[i].column;
	return -1;
}

void dotted_names(struct dotted *d, const char *line)
{
	snprintf(d->head, sizeof(d->head), "%s", line);
	d->count = 0;
}

void dotted_dots(struct dotted *d, const char *dots, const struct dotted_name *names, size_t count)
{
	size_t len = strlen(dots), head_len = strlen(d->head);

	d->count = 0;
	for (size_t i = 0; i < len && d->count < DOTTED_COLUMNS; i++) {
		if (dots[i] != '.' || (i && dots[i - 1] == '.'))
			continue;
		d->columns[d->count] = column_named(i < head_len ? d->head + i : "", names, count);
		d->from[d->count++] = i;
	}
	d->from[d->count] = len;
}

char *dotted_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
	return text;
}

bool dotted_fits(const struct dotted *d, const char *line)
{
	size_t len = strlen(line);

	for (size_t i = 1; i < d->count; i++)
		if (d->from[i] < len && d->from[i] && line[d->from[i] - 1] != ' ')
			return false;
	return true;
}

void dotted_cut(const struct dotted *d, char *line, char **cell)
{
	size_t len = strlen(line);

	for (size_t i = d->count; i-- > 0;) {
		size_t from = i ? d->from[i] : 0;

		if (from >= len)
			continue;
		if (d->columns[i] >= 0)
			cell[d->columns[i]] = dotted_trim(line + from);
		if (from)
			line[from - 1] = '\0';
		len = from ? from - 1 : 0;
	}
}
