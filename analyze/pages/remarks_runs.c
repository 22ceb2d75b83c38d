// SPDX-License-Identifier: GPL-2.0-or-later
/* Remarks about single runs: unlike their siblings, not what they seem, or in contradiction with themselves. */
#include "analyze/figures/wanted.h"
#include "analyze/pages/remarks.h"

#include <math.h>
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
		doubts_take(&d, run->facts[i].id, run->facts[i].end, text_of(run->facts[i].key),
			    text_of(run->facts[i].value), 0);
	for (size_t i = 0; i < run->figure_count; i++)
		doubts_take(&d, run->figures[i].id, run->figures[i].end,
			    text_of(run->figures[i].key), text_of(""), run->figures[i].value);
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

/* Why a run lacks a result that each other has; NULL where a note says it already, for its source or for the ends. */
static const char *lacking(const struct run *run, enum quantity q)
{
	enum metric_id of = q == THROUGHPUT ? METRIC_path_bytes : METRIC_cpu_busy;
	const char *undefined = outcome_undefined(run, q), *reason;
	struct wanted w = wanted_quantity(q);

	if (undefined)
		return undefined;
	if (!isnan(run_sum(run, of, END_RX)) || run_attached(run) || cpu_shared(run) ||
	    run_absent_metric(run, END_RX, of) || run_absent_metric(run, END_TX, of))
		return NULL;
	/* As cells of the same say it. */
	reason = wanted_absent(&w, run);
	if (reason)
		return reason;
	return of == METRIC_path_bytes
		       ? "its record has no row of what the receiver got, and does not say why"
		       : "its record has no row of the receiver's CPU time, and does not say why";
}

/* Reasons that were said. */
struct said {
	const char *at[8];
	size_t count;
};

/* Whether it was said before, or there is nothing to say; now it is. */
static bool is_said(struct said *said, const char *why)
{
	size_t i = 0;

	while (why && i < said->count && strcmp(said->at[i], why) != 0)
		i++;
	if (!why || i < said->count || i == sizeof(said->at) / sizeof(*said->at))
		return true;
	said->at[said->count++] = why;
	return false;
}

void remark_undefined(struct page *page, const struct experiment *e,
		      const struct exponents *exponents)
{
	static const enum quantity results[] = {THROUGHPUT, CPU_TOTAL, ROI_CPU_TOTAL};
	struct said said = {.count = 0};

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		for (size_t j = 0; j < c->count; j++) {
			struct outcome o = outcome_of(c->runs[j], exponents);

			for (size_t q = 0; q < sizeof(results) / sizeof(*results); q++) {
				const char *why = isnan(o.of[results[q]])
							  ? lacking(c->runs[j], results[q])
							  : NULL;

				if (!is_said(&said, why))
					page_note(page, "No %s of %s: %s.",
						  quantity_info(results[q])->words,
						  c->runs[j]->path, why);
			}
		}
	}
}
