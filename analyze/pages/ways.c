// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/pages/hosts.h"
#include "analyze/pages/remarks.h"

static bool any_measured(const struct lines *lines, enum quantity q)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->at[i].counts[q])
			return true;
	return false;
}

static bool any_sampled(const struct lines *lines, enum quantity q)
{
	for (size_t i = 0; i < lines->count; i++)
		if (lines->at[i].sampled[q] > 0)
			return true;
	return false;
}

/* Which quantities are columns, and which of them have their interval beside them. */
struct columns {
	enum quantity quantity[QUANTITIES];
	bool interval[QUANTITIES];
	size_t count;
};

static void lay(struct columns *columns, enum quantity q, bool interval)
{
	columns->quantity[columns->count] = q;
	columns->interval[columns->count++] = interval;
}

static struct columns columns_of(const struct lines *lines, enum quantity by, enum ways_wide wide)
{
	struct columns columns = {.count = 0};

	for (enum quantity q = 0; q < QUANTITIES; q++) {
		bool end_only = q == ROI_CPU_RX || q == ROI_CPU_TX || q == POWER_RX ||
				q == POWER_TX || q == ROI_POWER_RX || q == ROI_POWER_TX;
		bool power = q == POWER_RX || q == POWER_TX || q == POWER_TOTAL ||
			     q == ROI_POWER_RX || q == ROI_POWER_TX || q == ROI_POWER_TOTAL;

		if (end_only && wide != WAYS_WIDE && q != by)
			continue;
		/* A laptop has no power meter: columns of nothing would only make lines long. */
		if ((power || q >= REQUESTS) && !any_measured(lines, q))
			continue;
		lay(&columns, q,
		    wide == WAYS_WIDE || (wide == WAYS_DATA && any_sampled(lines, q)) ||
			    q == THROUGHPUT || q == ROI_CPU_TOTAL || q == by);
	}
	return columns;
}

static void add_columns(struct table *t, const struct columns *columns,
			const struct exponents *exponents)
{
	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "runs", "runs", "", COLUMN_NUMBER, 0);
	for (size_t i = 0; i < columns->count; i++) {
		enum quantity q = columns->quantity[i];
		const struct quantity_info *info = quantity_info(q);
		bool percent = !strcmp(info->unit, "%");
		char heading[64];

		quantity_heading(q, exponents, heading, sizeof(heading));
		table_column(t, info->name, heading, info->unit, COLUMN_NUMBER,
			     percent ? 1 : DECIMALS_AUTO);
		if (columns->interval[i])
			table_column(t, info->name, "95 %", info->unit, COLUMN_INTERVAL,
				     percent ? 1 : DECIMALS_AUTO);
	}
}

static void add_line(struct table *t, const struct columns *columns, const struct line *line)
{
	cell_text(t, "%s%s", line->configuration->name, line->strangers ? " *" : "");
	cell_number(t, line->configuration->count);
	for (size_t i = 0; i < columns->count; i++) {
		enum quantity q = columns->quantity[i];
		struct interval interval = line->interval[q];

		if (isnan(line->middle[q]))
			cell_missing(t, missing_word(line->configuration, q));
		else
			cell_number(t, line->middle[q]);
		if (columns->interval[i])
			cell_interval(t, interval.low, interval.high);
	}
}

/* What was not run is there too, with the reason below. */
static void add_refused(struct table *t, const struct columns *columns, const struct experiment *e)
{
	for (size_t i = 0; i < e->refused_count; i++) {
		const char *name =
			run_fact(e->refused[i], METRIC_fact_configuration, END_HOST, NULL);
		const struct fact *refusal = run_refusal(e->refused[i]);

		cell_text(t, "%s", name ? name : e->refused[i]->path);
		cell_number(t, 0);
		for (size_t q = 0; q < columns->count; q++) {
			cell_missing(t, q ? "" : refused_word(refusal));
			if (columns->interval[q])
				cell_missing(t, "");
		}
	}
}

void ways_table(struct page *page, const struct lines *lines, const struct experiment *e,
		enum quantity by, enum ways_wide wide, const struct exponents *exponents)
{
	struct table *t = page_table(page, "configurations", NULL);
	struct columns columns = columns_of(lines, by, wide);

	add_columns(t, &columns, exponents);
	for (size_t i = 0; i < lines->count; i++)
		add_line(t, &columns, &lines->at[i]);
	add_refused(t, &columns, e);
}

void ways_conclude(struct page *page, const struct lines *lines, enum quantity by,
		   const struct common *common)
{
	const struct line *first = &lines->at[0];
	struct comparison *against;
	double *p;

	if (!lines->count)
		return;
	against = must_calloc(lines->count + 1, sizeof(*against));
	p = must_calloc(lines->count, sizeof(*p));
	lines_against(lines, by, &common->exponents, common->margin, against, p);
	remark_best(page, quantity_info(by), first->configuration, first->middle[by], lines->count,
		    lines->count > 1 ? lines->at[1].configuration : NULL, against, p,
		    common->margin);
	free(against);
	free(p);
}

void ways_remarks(struct page *page, const struct experiment *e, const struct exponents *exponents,
		  const char *by)
{
	remark_hosts(page, e, by);
	remark_attached(page, e);
	remark_doubts(page, e);
	remark_contradictions(page, e);
	remark_shared(page, e);
	remark_across(page, e);
	remark_owed(page, e);
	remark_clocks(page, e);
	remark_undefined(page, e, exponents);
	if (!by)
		remark_strangers(page, e);
	remark_copied(page, e);
	remark_linked(page, e);
	remark_control(page, e, exponents);
	remark_unequal(page, e);
	remark_left_out(page, e);
}
