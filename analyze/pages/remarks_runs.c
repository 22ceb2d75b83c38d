// SPDX-License-Identifier: GPL-2.0-or-later
/* Remarks about single runs: unlike their siblings, not what they seem, or in contradiction with themselves. */
#include "analyze/pages/remarks.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/figures/doubts.h"

/* Runs of another mode: the means count them, the intervals and comparisons do not. */
void remark_strangers(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];
		bool *apart = must_calloc(c->count + 1, sizeof(*apart));
		size_t found = configuration_strangers(c, apart);

		for (size_t j = 0; found && j < c->count; j++)
			if (apart[j])
				page_note(page,
					  "* %s is unlike the other %zu runs of %s: throughput x %.2f of theirs. Means count it; intervals and comparisons, which are about the typical run, do not.",
					  c->runs[j]->path, c->count - found, c->name,
					  design_unlike(c, apart, j));
		free(apart);
	}
}

static struct text text_of(const char *text)
{
	return (struct text){text, strlen(text)};
}

static struct doubts doubts_of(const struct run *run)
{
	struct doubts d = {0};

	for (size_t i = 0; i < run->fact_count; i++)
		doubts_take(&d, run->facts[i].id, text_of(run->facts[i].key),
			    text_of(run->facts[i].value), 0);
	for (size_t i = 0; i < run->figure_count; i++)
		doubts_take(&d, run->figures[i].id, text_of(run->figures[i].key), text_of(""),
			    run->figures[i].value);
	return d;
}

/* One note for all runs of a kind, with the worst of them: on some machines it is every run. */
static void remark_doubt(struct page *page, const struct experiment *e, enum doubt kind)
{
	char text[300], worst_text[300] = "";
	const struct run *worst_run = NULL;
	double worst = 0;
	size_t runs = 0;

	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++) {
			const struct run *run = e->configurations[i].runs[j];
			struct doubts d = doubts_of(run);
			double bad = doubts_kind(&d, kind, text, sizeof(text));

			runs += bad > 0;
			if (!(bad > worst))
				continue;
			worst = bad;
			worst_run = run;
			memcpy(worst_text, text, sizeof(text));
		}
	if (!worst_run)
		return;
	if (runs == 1)
		page_note(page, "doubtful: %s is whole, but %s.", worst_run->path, worst_text);
	else
		page_note(page, "doubtful: %zu runs, though each is whole; in the worst, %s, %s.",
			  runs, worst_run->path, worst_text);
}

void remark_doubts(struct page *page, const struct experiment *e)
{
	for (enum doubt kind = 0; kind < DOUBT_COUNT; kind++)
		remark_doubt(page, e, kind);
}

void remark_contradictions(struct page *page, const struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++) {
			const struct run *run = e->configurations[i].runs[j];

			for (size_t k = 0; k < run->contradiction_count; k++)
				page_note(page,
					  "%s does not add up, and is counted all the same: %s.",
					  run->path, run->contradictions[k]);
		}
}
