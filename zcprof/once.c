// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/once.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "zcprof/progress.h"

bool once_warning(struct once *once, const char *text)
{
	char **grown;

	for (size_t i = 0; i < once->count; i++)
		if (!strcmp(once->texts[i], text))
			return false;
	grown = reallocarray(once->texts, once->count + 1, sizeof(*grown));
	if (grown) {
		once->texts = grown;
		grown[once->count] = strdup(text);
		once->count += !!grown[once->count];
	}
	if (once->progress)
		progress_clear(once->progress);
	say_warning("%s", text);
	return true;
}

void once_free(struct once *once)
{
	for (size_t i = 0; i < once->count; i++)
		free(once->texts[i]);
	free(once->texts);
	*once = (struct once){0};
}
