// SPDX-License-Identifier: GPL-2.0-or-later
/* A figure over the runs of a configuration, with how well it is known: by how much they differ, and by how they sampled. */
#include "analyze/figures/wanted.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

#include "analyze/figures/bound.h"
#include "analyze/figures/distribution.h"
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

/* Of a share of samples in percent, and of what that makes of 1 / (1 - share). */
static double share_margin(const struct wanted *w, const struct run *run)
{
	const struct spared spared = spared_find(w->key);
	double share = spared_share(run, w->end, &spared, 1);
	double error = sampling_share_error(share, spared_samples(run, w->end));

	if (w->kind == WANTED_SHARE)
		return sampling_margin(100 * error, INFINITY);
	return share < 1 ? sampling_margin(error / pow(1 - share, 2), INFINITY) : 0;
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

/* Of what slices met nothing of. A total is by the second, or a part of the window, as wanted_value() has it. */
static double unseen_margin(const struct wanted *w, const struct run *run)
{
	enum record_end end = w->end < RECORD_ENDS ? w->end : END_HOST;
	double unseen = sampling_unseen(run, w->metric, end);

	if (!metric_scales(w->metric) || isnan(unseen))
		return 0;
	return unseen / run_window_ns(run, end) * (wanted_is_share(w) ? 100 : 1e9);
}

/* Between which quantiles of what slices met the true one lies: at the least, for what came in one slice may be alike. */
static double quantile_margin(const struct wanted *w, const struct run *run, double value)
{
	struct figures met = distribution_of(run, w->metric, w->end, *w->key ? w->key : NULL);
	double share = run_figure(run, METRIC_collector_share, run_machine(run, w->end),
				  metric_info(w->metric)->source);
	double count = 0, off;

	if (isnan(share))
		return 0;
	for (size_t i = 0; i < met.count; i++)
		count += met.at[i].value * share;
	off = sampling_margin(sampling_share_error(w->quantile, count), INFINITY);
	return fmax(distribution_quantile(met, fmin(1, w->quantile + off)) - value,
		    value - distribution_quantile(met, fmax(0, w->quantile - off)));
}

/* Throughput by CPU time of the end that takes more of it. */
static enum quantity dearer(const struct outcome *o)
{
	return o->of[CPU_RX] > o->of[CPU_TX] ? CPU_RX : CPU_TX;
}

/* Half of the interval of a figure of one run, in its unit; 0: none of it was estimated. */
static double margin_of(const struct wanted *w, const struct run *run, double value,
			const struct exponents *exponents)
{
	struct outcome outcome = {.of = {0}};
	struct off off;

	if (w->quantity < QUANTITIES || w->kind == WANTED_PER_CPU)
		outcome = outcome_of(run, exponents);
	if (w->quantity < QUANTITIES)
		return outcome_margin(&outcome, w->quantity);
	switch (w->kind) {
	case WANTED_PER_CPU:
		return value * outcome_margin(&outcome, dearer(&outcome)) /
		       outcome.of[dearer(&outcome)];
	case WANTED_SHARE:
	case WANTED_WITHOUT:
		return share_margin(w, run);
	case WANTED_METRIC:
		if (!(value > 0))
			return unseen_margin(w, run);
		off = off_of(run, w->metric, w->end, w->key);
		return value * sampling_margin(part_of(&off), off.freedom);
	case WANTED_RATIO:
		return value * ratio_margin(w, run);
	case WANTED_QUANTILE:
		return quantile_margin(w, run, value);
	default:
		return 0;
	}
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
		margin = margin_of(w, c->runs[i], value, exponents);
		off += margin * margin;
		all[e.count++] = value;
		if (!apart[i])
			typical[n++] = value;
	}
	e.middle = stats_middle(all, e.count);
	e.interval = stats_interval(typical, n);
	/* Runs that were near each other by chance know a figure no better than what each of them sampled. */
	if (e.count)
		sampling_widen(&e.interval, e.middle, sqrt(off) / (double)e.count);
	free(all);
	free(typical);
	return e;
}
