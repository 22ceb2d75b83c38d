// SPDX-License-Identifier: GPL-2.0-or-later
/* The kinds of files that are understood, and what of them lies beside something else. */
#include <string.h>

#include "analyze/import/import.h"

#define FORMAT(name) extern const struct import_format import_##name;
#include "analyze/import/formats.def"
#undef FORMAT

/* Who is told by more comes first. */
const struct import_format *const import_formats[] = {
#define FORMAT(name) &import_##name,
#include "analyze/import/formats.def"
#undef FORMAT
	NULL,
};

const struct import_format *import_named(const char *name)
{
	for (size_t i = 0; import_formats[i]; i++)
		if (!strcmp(import_formats[i]->name, name))
			return import_formats[i];
	return NULL;
}

const struct import_format *import_told(const char *head)
{
	for (size_t i = 0; import_formats[i]; i++)
		if (import_formats[i]->is(head))
			return import_formats[i];
	return NULL;
}

/* paste(1) puts one character between two lines, however long the first is. 0: they lie in columns. */
static char separator_of(const char *line, const char *heading)
{
	for (const char *c = "\t|"; *c; c++) {
		const char *at = strchr(line, *c), *word = strstr(line, heading);

		if (at && !strchr(at + 1, *c) && word && word < at && strstr(at, heading))
			return *c;
	}
	return '\0';
}

void import_untab(struct input *in, const struct side *side, const char *heading)
{
	char text[1024];
	size_t used = 0;

	if (side->separator || !strchr(in->line, '\t') || separator_of(in->line, heading))
		return;
	for (const char *at = in->line; *at; at++) {
		size_t blanks = *at == '\t' ? 8 - used % 8 : 1;

		if (used + blanks >= sizeof(text))
			return; /* no table is so wide */
		memset(text + used, *at == '\t' ? ' ' : *at, blanks);
		used += blanks;
	}
	memcpy(in->line, text, used);
	in->line[used] = '\0';
	in->line_len = used;
}

int import_side(struct import *im, struct input *in, const char *line, const char *heading,
		struct side *side)
{
	const char *first = strstr(line, heading);
	const char *second = first ? strstr(first + strlen(heading), heading) : NULL;

	*side = (struct side){.separator = '\0'};
	if (!second) {
		if (im->side)
			return input_refuse(in, line,
					    "only one table is in this line, and --side %s was given",
					    im->side);
		return 0;
	}
	if (!im->side)
		return input_refuse(in, second,
				    "a second table lies beside the first; say which is meant with --side left or --side right");
	/* A head may begin with a '#', which belongs to it. */
	while (second > line && second[-1] != ' ' && second[-1] != '\t')
		second--;
	if (second - line > 2 && second[-2] == '#')
		second -= 2;
	side->separator = separator_of(line, heading);
	if (!strcmp(im->side, "left"))
		side->to = second - line;
	else
		side->from = second - line;
	return 0;
}

char *side_of(const struct side *side, char *line)
{
	size_t len = strlen(line);
	char *cut = side->separator ? strchr(line, side->separator) : NULL;

	if (side->separator && side->to) {
		line[cut ? (size_t)(cut - line) : len] = '\0';
		return line;
	}
	if (side->separator)
		return cut ? cut + 1 : line + len;
	if (side->from >= len && side->from)
		return line + len;
	if (side->to && side->to < len)
		len = side->to;
	/* What diff -y puts between the two. */
	while (side->to && len && line[len - 1] == ' ')
		len--;
	if (side->to && len > 1 && strchr("|<>", line[len - 1]) && line[len - 2] == ' ')
		len--;
	line[len] = '\0';
	return line + side->from;
}
