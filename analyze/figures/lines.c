// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/sampling.h"

/* Of those runs that are like their siblings. */
static struct interval typical(const struct line *line, enum quantity q)
{
	size_t count = line->configuration->count, n = 0;
	double *values = must_calloc(count + 1, sizeof(*values));
	struct interval interval;

	for (size_t i = 0; i < count; i++)
		if (!line->apart[i] && !isnan(line->of_run[q][i]))
			values[n++] = line->of_run[q][i];
	interval = stats_interval(values, n);
	free(values);
	return interval;
}

static double middle(const struct line *line, enum quantity q, size_t *n)
{
	size_t count = line->configuration->count;
	double *values = must_calloc(count + 1, sizeof(*values));
	double result;

	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (!isnan(line->of_run[q][i]))
			values[(*n)++] = line->of_run[q][i];
	result = stats_middle(values, *n);
	free(values);
	return result;
}

static bool same_host(const struct run *a, const struct run *b)
{
	const char *x = run_host(a), *y = run_host(b);

	return x == y || (x && y && !strcmp(x, y));
}

/* A host is one sample of a line that several share: the mean of its runs, which stand together. */
static size_t means_of_hosts(const struct line *line, enum quantity q, double *means)
{
	const struct configuration *c = line->configuration;
	size_t count = 0;

	for (size_t from = 0, to; from < c->count; from = to) {
		double sum = 0;
		size_t n = 0;

		for (to = from; to < c->count && same_host(c->runs[from], c->runs[to]); to++) {
			if (isnan(line->of_run[q][to]))
				continue;
			sum += line->of_run[q][to];
			n++;
		}
		if (n)
			means[count++] = sum / n;
	}
	return count;
}

static void join_line(struct line *line, enum quantity q)
{
	double *means = must_calloc(line->configuration->count + 1, sizeof(*means));

	line->counts[q] = means_of_hosts(line, q, means);
	line->middle[q] = stats_mean(means, line->counts[q]);
	line->interval[q] = stats_interval(means, line->counts[q]);
	free(means);
}

static void fill_line(struct line *line, const struct configuration *c,
		      const struct exponents *exponents, bool joined)
{
	double margins[QUANTITIES] = {0};

	line->configuration = c;
	line->apart = must_calloc(c->count + 1, sizeof(*line->apart));
	line->strangers = joined ? 0 : configuration_strangers(c, line->apart);
	for (enum quantity q = 0; q < QUANTITIES; q++)
		line->of_run[q] = must_calloc(c->count + 1, sizeof(double));
	for (size_t i = 0; i < c->count; i++) {
		struct outcome outcome = outcome_of(c->runs[i], exponents);

		for (enum quantity q = 0; q < QUANTITIES; q++) {
			line->of_run[q][i] = outcome.of[q];
			margins[q] = hypot(margins[q], outcome_margin(&outcome, q));
		}
	}
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		if (joined) {
			join_line(line, q);
		} else {
			line->interval[q] = typical(line, q);
			line->middle[q] = middle(line, q, &line->counts[q]);
		}
		line->sampled[q] = line->counts[q] ? margins[q] / (double)line->counts[q] : 0;
		sampling_widen(&line->interval[q], line->middle[q], line->sampled[q]);
	}
}

struct order {
	enum quantity by;
	int sign;
};

/* What pays best first; what was not measured last. */
static int compare_lines(const void *a, const void *b, void *order_of)
{
	const struct order *order = order_of;
	double x = ((const struct line *)a)->middle[order->by];
	double y = ((const struct line *)b)->middle[order->by];

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return order->sign * ((x > y) - (x < y));
}

struct lines lines_of(const struct experiment *e, const struct exponents *exponents,
		      enum quantity by, bool joined)
{
	struct order order = {by, quantity_info(by)->better == BETTER_LESS ? 1 : -1};
	struct lines lines = {must_calloc(e->count + 1, sizeof(*lines.at)), 0};

	for (size_t i = 0; i < e->count; i++)
		if (e->configurations[i].count)
			fill_line(&lines.at[lines.count++], &e->configurations[i], exponents,
				  joined);
	qsort_r(lines.at, lines.count, sizeof(*lines.at), compare_lines, &order);
	return lines;
}

void lines_against(const struct lines *lines, enum quantity by, const struct exponents *exponents,
		   double margin, struct comparison *against, double *p)
{
	for (size_t i = 1; i < lines->count; i++) {
		struct design d;

		design_of(&d, lines->at[i].configuration, lines->at[0].configuration);
		against[i] = design_quantity(&d, by, exponents, margin);
		p[i] = against[i].p_margin;
		design_free(&d);
	}
	p[0] = NAN;
	stats_holm(p, lines->count);
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		for (enum quantity q = 0; q < QUANTITIES; q++)
			free(lines->at[i].of_run[q]);
		free(lines->at[i].apart);
	}
	free(lines->at);
}
