// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/heard.h"

#include <stdlib.h>
#include <string.h>

bool heard_before(struct heard *h, const char *line)
{
	for (size_t i = 0; i < HEARD_MOST; i++)
		if (h->lines[i] && !strcmp(h->lines[i], line))
			return true;
	free(h->lines[h->next]);
	h->lines[h->next] = strdup(line);
	h->next = (h->next + 1) % HEARD_MOST;
	return false;
}

void heard_free(struct heard *h)
{
	for (size_t i = 0; i < HEARD_MOST; i++)
		free(h->lines[i]);
	*h = (struct heard){0};
}
