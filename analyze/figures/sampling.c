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

double sampling_margin(double error, double freedom)
{
	if (!(error > 0))
		return 0;
	return error * (isfinite(freedom) ? gsl_cdf_tdist_Qinv(0.025, freedom)
					  : gsl_cdf_ugaussian_Qinv(0.025));
}
