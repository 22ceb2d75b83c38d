// SPDX-License-Identifier: GPL-2.0-or-later
/* A quantity of each configuration: a bar, its interval, and a point for each repeat. */
#include <math.h>

#include "analyze/plot/plot.h"

static size_t measured(const struct plotting *p, enum quantity q)
{
	size_t count = 0;

	for (size_t i = 0; i < p->lines->count; i++)
		count += p->lines->at[i].counts[q] > 0;
	return count;
}

static void put_bars(const struct plotting *p, enum quantity q)
{
	size_t row = 0;

	fputs("$bars << EOD\n", p->out);
	for (size_t i = 0; i < p->lines->count; i++) {
		const struct line *line = &p->lines->at[i];

		if (!line->counts[q])
			continue;
		fprintf(p->out, "%zu", row++);
		plot_number(p->out, line->middle[q]);
		plot_number(p->out, line->interval[q].low);
		plot_number(p->out, line->interval[q].high);
		fputc('\n', p->out);
	}
	fputs("EOD\n$points << EOD\n", p->out);
	row = 0;
	for (size_t i = 0; i < p->lines->count; i++) {
		const struct line *line = &p->lines->at[i];

		if (!line->counts[q])
			continue;
		for (size_t run = 0; run < line->configuration->count; run++) {
			fprintf(p->out, "%zu", row);
			plot_number(p->out, line->of_run[q][run]);
			fputc('\n', p->out);
		}
		row++;
	}
	fputs("EOD\n", p->out);
}

/* Intervals of few repeats may be very wide: the chart ends behind its last repeat, and cuts them. */
static double most(const struct plotting *p, enum quantity q)
{
	double value = 0;

	for (size_t i = 0; i < p->lines->count; i++)
		for (size_t run = 0; run < p->lines->at[i].configuration->count; run++)
			value = fmax(value, p->lines->at[i].of_run[q][run]);
	/* A record may hold any number. */
	return value > 0 ? fmin(1.06 * value, 1e300) : 1;
}

static void put_names(const struct plotting *p, enum quantity q)
{
	size_t row = 0;

	fputs("set ytics (", p->out);
	for (size_t i = 0; i < p->lines->count; i++) {
		if (!p->lines->at[i].counts[q])
			continue;
		fputs(row ? ", " : "", p->out);
		plot_name(p->out, p->lines->at[i].configuration->name);
		fprintf(p->out, " %zu", row++);
	}
	fprintf(p->out, ")\nset yrange [%zu.6:-0.6]\n", row - 1);
}

static int plot_quantity(struct plotting *p, enum quantity q, const char *colour)
{
	const struct quantity_info *info = quantity_info(q);
	size_t rows = measured(p, q);
	char heading[64], title[160];

	if (!rows)
		return plot_none(p, "the records have no %s", info->words);
	quantity_heading(q, &p->common->exponents, heading, sizeof(heading));
	snprintf(title, sizeof(title), "%s: %s%s%s", heading, info->words, *info->unit ? ", " : "",
		 info->unit);
	plot_start(p, title, rows * 26 + 90);
	put_bars(p, q);
	put_names(p, q);
	fprintf(p->out,
		"set xrange [0:%.6g]\n"
		"plot $bars using ($2/2):1:($2/2):(0.36) with boxxyerror lc rgb '%s', \\\n"
		"     '' using 2:1:3:4 with xerrorbars pt -1 lw 1.5 lc rgb '#1a1f26', \\\n"
		"     $points using 2:1 with points pt 7 ps 0.7 lc rgb '#1a1f26'\n",
		most(p, q), colour);
	return 0;
}

int plot_roi(struct plotting *p)
{
	return plot_quantity(p, ROI_CPU_TOTAL, "#4674c9");
}

int plot_power_roi(struct plotting *p)
{
	return plot_quantity(p, ROI_POWER_TOTAL, "#43974f");
}

int plot_throughput(struct plotting *p)
{
	return plot_quantity(p, THROUGHPUT, "#4674c9");
}

int plot_power(struct plotting *p)
{
	return plot_quantity(p, POWER_TOTAL, "#43974f");
}
