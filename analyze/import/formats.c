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

int import_side(struct import *im, struct input *in, const char *line, const char *heading,
		struct side *side)
{
	const char *first = strstr(line, heading);
	const char *second = first ? strstr(first + strlen(heading), heading) : NULL;

	*side = (struct side){0, 0};
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
	if (!strcmp(im->side, "left"))
		side->to = second - line;
	else
		side->from = second - line;
	return 0;
}

char *side_of(const struct side *side, char *line)
{
	size_t len = strlen(line);

	if (side->from >= len && side->from)
		return line + len;
	if (side->to && side->to < len)
		line[side->to] = '\0';
	return line + side->from;
}
