// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/twice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tells a row from every other. */
struct twice_key {
	const char *text;
	uint64_t line;
};

/* What zcpath has reached is told as it goes on: one row after the other, of one key. */
void twice_row(struct twice *t, const struct row *row)
{
	char time[64] = "";

	if (row->id == METRIC_path_state)
		return;
	if (row->time_s != WINDOW)
		snprintf(time, sizeof(time), " at %.9g s", row->time_s);
	ARRAY_ADD(t->keys, t->count) = (struct twice_key){
		arena_printed(&t->texts, "%s %s.%s \"%.*s\"%s", record_end_name[row->end],
			      metric_info(row->id)->source, metric_info(row->id)->name,
			      (int)row->key.len, row->key.at, time),
		row->line,
	};
}

static int by_text(const void *a, const void *b)
{
	const struct twice_key *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

void twice_each(struct twice *t, bool (*complain)(void *data, uint64_t line, const char *sentence),
		void *data)
{
	bool on = true;

	ARRAY_SORT(t->keys, t->count, by_text);
	for (size_t i = 1; i < t->count && on; i++)
		if (!strcmp(t->keys[i - 1].text, t->keys[i].text))
			on = complain(data, t->keys[i].line,
				      arena_printed(&t->texts,
						    "%s stands in line %" PRIu64 " already",
						    t->keys[i].text, t->keys[i - 1].line));
}

void twice_free(struct twice *t)
{
	free(t->keys);
	arena_free(&t->texts);
	*t = (struct twice){0};
}
