// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* What stands for the option at this end; an option that the plan has no list of is called as the end calls it. */
static bool name_of(const struct plan *plan, enum record_end side, enum option_id id, char *name,
		    size_t size)
{
	bool found = id == OPTION_path;

	if (found)
		snprintf(name, size, "%s", record_end_name[side]);
	for (size_t i = 0; i < plan->axis_count; i++) {
		const struct axis *axis = &plan->axes[i];

		/* What is said of one end alone overrides what is said of both. */
		if (axis->id != id || !(axis->ends & ENDS_OF(side)) ||
		    (found && axis->ends == ENDS_BOTH))
			continue;
		plan_name(plan, i, name, size);
		found = true;
	}
	return found;
}

/* The option whose name these letters are; OPTION_NONE: of none. */
static enum option_id option_of(const char *letters, size_t len)
{
	char name[48];

	if (len >= sizeof(name))
		return OPTION_NONE;
	memcpy(name, letters, len);
	name[len] = '\0';
	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return option_find(name);
}

void typed_options(const struct plan *plan, enum record_end side, char *text, size_t size)
{
	char *said = strdup(text);
	size_t used = 0;

	for (const char *at = said; at && *at && used + 1 < size;) {
		bool begins = !strncmp(at, "--", 2) && (at == said || at[-1] == ' ');
		size_t len = begins ? strspn(at + 2, LETTERS) : 0;
		enum option_id id = len ? option_of(at + 2, len) : OPTION_NONE;
		char name[48];

		/* Behind the first, they are advice, and may be given of both ends. */
		if (id != OPTION_NONE && (at == said || id == OPTION_path) &&
		    name_of(plan, side, id, name, sizeof(name))) {
			used += snprintf(text + used, size - used, "--%s", name);
			at += 2 + len;
		} else {
			text[used++] = *at++;
		}
	}
	if (said)
		text[used < size ? used : size - 1] = '\0';
	free(said);
}
