// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/sampling.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* As METRIC(profile, misses) has it. */
#define MISSES_PER_SAMPLE 100003

/* What one sample is worth in a figure of source profile; 0: that one is no estimate by samples. */
static double one_sample(const struct run *run, enum metric_id id, enum record_end end)
{
	double period = run_figure(run, METRIC_profile_period, end, NULL);

	if (id == METRIC_profile_misses)
		return MISSES_PER_SAMPLE;
	if (id == METRIC_profile_share)
		return 1 / run_sum(run, METRIC_profile_samples, end);
	if (id == METRIC_profile_component)
		return isnan(period)
			       ? run_figure(run, METRIC_profile_period, run_machine(run, end), NULL)
			       : period;
	return !strcmp(metric_info(id)->source, "profile") &&
			       !strcmp(metric_info(id)->unit, "samples")
		       ? 1
		       : 0;
}

double sampling_slices(const struct run *run, enum metric_id id, enum record_end end,
		       const struct figure *figure, double *freedom)
{
	double slices, error, share;

	*freedom = 0;
	if (!(figure->value > 0))
		return 0;
	error = run_error(run, id, end, figure->key, &slices);
	*freedom = slices > 1 ? slices - 1 : slices > 0 ? INFINITY : 0;
	if (!isnan(error) || slices != 1)
		return isnan(error) ? 0 : error;
	/* One slice does not differ from others: then it is no less than chance makes of what was met in it. */
	share = run_figure(run, METRIC_collector_share, run_machine(run, end),
			   metric_info(id)->source);
	return share > 0 ? 1 / sqrt(figure->value * share) : 0;
}

double sampling_error(const struct run *run, enum metric_id id, enum record_end end,
		      const struct figure *figure, double *freedom)
{
	double worth = one_sample(run, id, end);

	if (!(worth > 0))
		return sampling_slices(run, id, end, figure, freedom);
	*freedom = figure->value > 0 ? INFINITY : 0;
	return figure->value > 0 ? sqrt(worth / figure->value) : 0;
}

/*
 * Of events the rule of three (Hanley and Lippman-Hand, JAMA 249, 1983), of time and bytes the part of the window that no
 * slice need have met, and of what was moved in it.
 */
double sampling_unseen(const struct run *run, enum metric_id id, enum record_end end)
{
	const struct metric_info *info = metric_info(id);
	enum record_end machine = run_machine(run, end);
	double share = run_figure(run, METRIC_collector_share, machine, info->source);
	double blind = run_figure(run, METRIC_collector_blind, machine, info->source);

	if (isnan(share))
		return 0;
	if (!strcmp(info->unit, "ns"))
		return blind * run_window_ns(run, end);
	if (!strcmp(info->unit, "bytes"))
		return blind * run_payload(run, end);
	return 3 / share;
}

/*
 * That of a binomial, with two samples more for the share and two against it, as of none, or of all, too: Agresti and
 * Coull, The American Statistician 52, 1998; their interval lies around another middle than the share itself, which is
 * that much further off.
 */
double sampling_share_error(double share, double samples)
{
	double middle = (share * samples + 2) / (samples + 4);

	if (!(samples > 0))
		return NAN;
	return sqrt(middle * (1 - middle) / samples + (middle - share) * (middle - share));
}

double sampling_margin(double error, double freedom)
{
	if (!(error > 0))
		return 0;
	return error * (isfinite(freedom) ? gsl_cdf_tdist_Qinv(0.025, freedom)
					  : gsl_cdf_ugaussian_Qinv(0.025));
}

void sampling_widen(struct interval *interval, double middle, double margin)
{
	if (!(margin > 0) || isnan(middle))
		return;
	interval->low =
		fmin(isnan(interval->low) ? INFINITY : interval->low, fmax(0, middle - margin));
	interval->high = fmax(isnan(interval->high) ? -INFINITY : interval->high, middle + margin);
}
