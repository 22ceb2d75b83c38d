// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/reasons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reasons_cell(struct reasons *r, struct table *t, const char *word, const char *why)
{
	char text[64];
	size_t i = 0;

	while (i < r->count && strcmp(r->at[i], why) != 0)
		i++;
	if (i == r->count)
		ARRAY_ADD(r->at, r->count) = arena_text(&r->texts, why, strlen(why));
	snprintf(text, sizeof(text), "%s [%zu]", word, i + 1);
	cell_unknown(t, text, why);
}

void reasons_notes(struct reasons *r, struct page *page)
{
	for (size_t i = 0; i < r->count; i++)
		page_note(page, "[%zu] %s", i + 1, r->at[i]);
	free(r->at);
	arena_free(&r->texts);
	*r = (struct reasons){.count = 0};
}
