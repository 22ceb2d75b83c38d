// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/bound.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "analyze/figures/ledger.h"
#include "analyze/figures/measures.h"
#include "analyze/figures/parts.h"
#include "analyze/figures/sampling.h"

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a == '_' ? ' ' : tolower((unsigned char)*a);
		char y = *b == '_' ? ' ' : tolower((unsigned char)*b);

		if (x != y)
			return false;
	}
	return *a == *b;
}

struct spared spared_find(const char *name)
{
	struct spared found = {COMPONENT_COUNT, PART_COUNT, NULL, name};

	for (enum component one = 0; one < COMPONENT_COUNT; one++)
		if (same_name(component_name(one), name))
			found.component = one;
	for (enum part one = 0; one < PART_COUNT && found.component == COMPONENT_COUNT; one++)
		if (same_name(part_name(one), name))
			found.part = one;
	if (found.component == COMPONENT_COUNT && found.part == PART_COUNT)
		found.function = name;
	return found;
}

static const char *function_of(const char *key)
{
	const char *last = strrchr(key, ';');

	return last ? last + 1 : key;
}

static double cost_by_name(const struct run *run, enum record_end end, const char *function)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double samples = 0;

	for (size_t i = 0; i < symbols.count; i++)
		if (strncmp(symbols.at[i].key, "idle;", strlen("idle;")) &&
		    !strcmp(function_of(symbols.at[i].key), function))
			samples += symbols.at[i].value;
	return symbols.count ? samples * sample_worth(run, end) : NAN;
}

/* In shares of samples where no one knows what a sample is worth, else in ns per KB. */
static double all_of(const struct run *run, enum record_end end)
{
	struct ledger ledger;
	double all;

	if (profile_is_shares(run, end))
		return 100;
	ledger = ledger_of(run);
	all = ledger.sum[LEDGER_TOTAL][end];
	ledger_free(&ledger);
	return all;
}

static double component_cost(const struct run *run, enum record_end end, enum component component)
{
	bool shares = profile_is_shares(run, end);
	struct figures costs =
		run_range(run, shares ? METRIC_profile_share : METRIC_profile_component, end);
	double sum = 0;

	for (size_t i = 0; i < costs.count; i++)
		if (strncmp(costs.at[i].key, "idle/", strlen("idle/")) &&
		    !strcmp(cost_component(costs.at[i].key), component_name(component)))
			sum += costs.at[i].value;
	return costs.count ? sum * (shares ? 100 : 1e3 / run_payload(run, end)) : NAN;
}

double spared_share(const struct run *run, enum record_end end, const struct spared *spared,
		    size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += spared[i].function ? cost_by_name(run, end, spared[i].function)
		       : spared[i].part < PART_COUNT
			       ? part_cost(run, end, spared[i].part)
			       : component_cost(run, end, spared[i].component);
	sum /= all_of(run, end);
	return sum > 1 ? 1 : sum;
}

double spared_samples(const struct run *run, enum record_end end)
{
	return all_of(run, end) / sample_worth(run, end);
}

struct bound bound_of(const struct configuration *c, enum record_end end,
		      const struct spared *spared, size_t count)
{
	double *ratios = must_calloc(c->count + 1, sizeof(*ratios));
	struct bound b = {.share = 0};
	size_t n = 0;
	double error;

	for (size_t i = 0; i < c->count; i++) {
		double share = spared_share(c->runs[i], end, spared, count);
		double samples = spared_samples(c->runs[i], end);

		if (isnan(share))
			continue;
		b.share += share;
		b.samples += isnan(samples) ? 0 : samples;
		ratios[n++] = 1 / (1 - share);
	}
	b.share = n ? b.share / n : NAN;
	b.ratio = stats_interval(ratios, n);
	free(ratios);
	if (!(b.share < 1) || !(b.samples > 0))
		return b;
	/* Of the logarithm of 1 / (1 - share), by the binomial error of the share. */
	error = sampling_margin(sampling_share_error(b.share, b.samples) / (1 - b.share), INFINITY);
	b.ratio.low =
		fmin(b.ratio.center * exp(-error), isnan(b.ratio.low) ? INFINITY : b.ratio.low);
	/* What costs nothing less cannot make it slower. */
	b.ratio.low = fmax(1, b.ratio.low);
	b.ratio.high = fmax(b.ratio.center * exp(error), isnan(b.ratio.high) ? 0 : b.ratio.high);
	return b;
}
