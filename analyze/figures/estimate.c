// SPDX-License-Identifier: GPL-2.0-or-later
/* A figure over the runs of a configuration, with how well it is known: by how much they differ, and by how they sampled. */
#include "analyze/figures/wanted.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

#include "analyze/figures/bound.h"
#include "analyze/figures/sampling.h"

/* Slices that were few of one key were of the next as well: errors add up, but for those of samples, which are apart. */
struct off {
	double sum, error, variance, freedom;
};

static void add_figure(struct off *off, const struct run *run, enum metric_id id,
		       enum record_end end, const struct figure *figure)
{
	double freedom, error = figure->value * sampling_error(run, id, end, figure, &freedom);

	off->sum += figure->value;
	if (isfinite(freedom))
		off->error += error;
	else
		off->variance += error * error;
	if (error > 0)
		off->freedom = off->freedom > 0 ? fmin(off->freedom, freedom) : freedom;
}

static double part_of(const struct off *off)
{
	return off->sum > 0 ? hypot(off->error, sqrt(off->variance)) / off->sum : 0;
}

static struct off off_of(const struct run *run, enum metric_id id, enum record_end end,
			 const char *key)
{
	struct off off = {.sum = 0};

	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		struct figures range = run_range(run, id, one);

		for (size_t i = 0; i < range.count && (end == RECORD_ENDS || end == one); i++)
			if (!*key || !fnmatch(key, range.at[i].key, 0))
				add_figure(&off, run, id, one, &range.at[i]);
	}
	return off;
}

/* The binomial error of a share of samples, and what that makes of 1 / (1 - share). */
static double share_margin(const struct wanted *w, const struct run *run)
{
	const struct spared spared = spared_find(w->key);
	double share = spared_share(run, w->end, &spared, 1);
	double samples = spared_samples(run, w->end), error;

	if (!(share > 0) || !(share < 1) || !(samples > 0))
		return 0;
	error = sqrt(share * (1 - share) / samples);
	return sampling_margin(error / (w->kind == WANTED_SHARE ? share : 1 - share), INFINITY);
}

/* What both of them were counted in says how far off their ratio may be, where the record has that. */
static double ratio_margin(const struct wanted *w, const struct run *run)
{
	double error = NAN, slices = 0;
	struct off off, by;

	if (w->end == w->by.end && w->end < END_COUNT && !*w->key && !*w->by.key)
		error = run_ratio_error(run, w->metric, w->by.metric, w->end, &slices);
	if (!isnan(error) && slices > 1)
		return sampling_margin(error, slices - 1);
	off = off_of(run, w->metric, w->end, w->key);
	by = off_of(run, w->by.metric, w->by.end, w->by.key);
	return hypot(sampling_margin(part_of(&off), off.freedom),
		     sampling_margin(part_of(&by), by.freedom));
}

/* Half of the interval, as a part of the figure of one run; 0: none of it was estimated. */
static double margin_of(const struct wanted *w, const struct run *run)
{
	struct off off;

	if (w->quantity < QUANTITIES)
		return 0;
	switch (w->kind) {
	case WANTED_SHARE:
	case WANTED_WITHOUT:
		return share_margin(w, run);
	case WANTED_METRIC:
		off = off_of(run, w->metric, w->end, w->key);
		return sampling_margin(part_of(&off), off.freedom);
	case WANTED_RATIO:
		return ratio_margin(w, run);
	default:
		return 0;
	}
}

/* Runs that were near each other by chance know a figure no better than what each of them sampled. */
static void widen(struct estimate *e, double off, size_t runs)
{
	double margin = sqrt(off) / (double)runs;

	if (!(margin > 0) || isnan(e->middle))
		return;
	e->interval.low = fmin(isnan(e->interval.low) ? INFINITY : e->interval.low,
			       fmax(0, e->middle - margin));
	e->interval.high =
		fmax(isnan(e->interval.high) ? -INFINITY : e->interval.high, e->middle + margin);
}

struct estimate wanted_estimate(const struct wanted *w, const struct configuration *c,
				const bool *apart, const struct exponents *exponents)
{
	double *all = must_calloc(c->count + 1, sizeof(*all));
	double *typical = must_calloc(c->count + 1, sizeof(*typical));
	struct estimate e = {.count = 0};
	double off = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = wanted_value(w, c->runs[i], exponents);
		double margin;

		if (isnan(value))
			continue;
		margin = value * margin_of(w, c->runs[i]);
		off += margin * margin;
		all[e.count++] = value;
		if (!apart[i])
			typical[n++] = value;
	}
	e.middle = stats_middle(all, e.count);
	e.interval = stats_interval(typical, n);
	if (e.count)
		widen(&e, off, e.count);
	free(all);
	free(typical);
	return e;
}
