// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/average.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "analyze/figures/sampling.h"

static int by_key(const void *a, const void *b)
{
	return strverscmp(((const struct average *)a)->key, ((const struct average *)b)->key);
}

/* Of any order and number: in order, and each once. */
static void sort_keys(struct averages *averages)
{
	size_t unique = 0;

	if (!averages->count)
		return;
	ARRAY_SORT(averages->at, averages->count, by_key);
	for (size_t i = 0; i < averages->count; i++)
		if (!unique || strcmp(averages->at[unique - 1].key, averages->at[i].key))
			averages->at[unique++] = averages->at[i];
	averages->count = unique;
}

void averages_add_keys(struct averages *averages, const struct averages *of)
{
	for (size_t i = 0; i < of->count; i++)
		ARRAY_ADD(averages->at, averages->count) = (struct average){of->at[i].key, NAN};
	sort_keys(averages);
}

/* Every key of every run, once. */
static void collect_keys(struct averages *averages, const struct configuration *c,
			 enum metric_id id, enum record_end end)
{
	for (size_t i = 0; i < c->count; i++) {
		struct figures range = run_range(c->runs[i], id, end);

		for (size_t j = 0; j < range.count; j++)
			ARRAY_ADD(averages->at, averages->count) =
				(struct average){range.at[j].key, NAN};
	}
	sort_keys(averages);
}

/* A run that has rows of the metric: by it others are known to have seen none. */
static const struct run *witness_of(const struct configuration *c, enum metric_id id,
				    enum record_end end)
{
	for (size_t i = 0; i < c->count; i++)
		if (run_range(c->runs[i], id, end).count)
			return c->runs[i];
	return NULL;
}

static double average(const struct configuration *c, enum metric_id id, enum record_end end,
		      const char *key, enum average_how how)
{
	bool total = metric_scales(id) || metric_info(id)->kind == KIND_FACT;
	const struct run *witness = witness_of(c, id, end);
	double sum = 0, least = INFINITY, most = -INFINITY;
	size_t runs = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = run_figure(c->runs[i], id, end, key);

		if (isnan(value) && total && run_measured(c->runs[i], end, id, witness))
			value = 0;
		if (isnan(value))
			continue;
		sum += value;
		least = fmin(least, value);
		most = fmax(most, value);
		runs++;
	}
	if (!runs)
		return NAN;
	return how == LEAST ? least : how == MOST ? most : sum / runs;
}

struct averages averages_of(const struct configuration *c, enum metric_id id, enum record_end end,
			    enum average_how how)
{
	struct averages averages = {NULL, 0};

	collect_keys(&averages, c, id, end);
	for (size_t i = 0; i < averages.count; i++)
		averages.at[i].value = average(c, id, end, averages.at[i].key, how);
	return averages;
}

double averages_get(const struct averages *averages, const char *key)
{
	struct average wanted = {key, NAN};
	const struct average *found = NULL;

	if (averages->count)
		found = bsearch(&wanted, averages->at, averages->count, sizeof(*averages->at),
				by_key);
	return found ? found->value : NAN;
}

double averages_sum(const struct averages *averages)
{
	double sum = 0;

	for (size_t i = 0; i < averages->count; i++)
		sum += averages->at[i].value;
	return averages->count ? sum : NAN;
}

double averages_margin(const struct configuration *c, enum metric_id id, enum record_end end,
		       const char *key)
{
	double sum = 0, variance = 0, freedom = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = run_figure(c->runs[i], id, end, key), slices;
		double error = run_error(c->runs[i], id, end, key, &slices);

		if (!(value > 0))
			continue; /* nothing to be off by a part of */
		sum += value;
		variance += value * value * error * error;
		freedom += slices > 1 ? slices - 1 : 0;
	}
	if (!(variance > 0) || !(freedom > 0))
		return variance > 0 || isnan(variance) ? NAN : 0;
	return gsl_cdf_tdist_Qinv(0.025, freedom) * sqrt(variance) / sum;
}

/* What no run's slices met was met in none of the slices of all. */
double averages_unseen(const struct configuration *c, enum metric_id id, enum record_end end)
{
	double looked = 0;

	for (size_t i = 0; i < c->count; i++) {
		double unseen = sampling_unseen(c->runs[i], id, end);

		looked += isnan(unseen) ? 0 : 1 / unseen;
	}
	return looked > 0 ? 1 / looked : NAN;
}

void averages_free(struct averages *averages)
{
	free(averages->at);
}

double average_of_runs(const struct configuration *c,
		       double (*figure)(const struct run *run, enum record_end end),
		       enum record_end end)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; c && i < c->count; i++) {
		double value = figure(c->runs[i], end);

		if (isnan(value))
			continue;
		sum += value;
		n++;
	}
	return n ? sum / n : NAN;
}
