/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far off a figure of a run may be that was not counted but estimated: scaled up from slices of the window, or a
 * number of samples.
 *
 *   sampling_error()   standard error, as a part of the figure
 *   sampling_slices()  that by slices alone
 *   sampling_margin()  half of the 95 % interval that such an error makes, as a part too
 *
 * What was counted all the time has none. What repeats differ by is another thing, and larger or smaller than that.
 */
#ifndef ANALYZE_FIGURES_SAMPLING_H
#define ANALYZE_FIGURES_SAMPLING_H

#include "analyze/load/run.h"

/* freedom: degrees of it, INFINITY for a number of samples, 0 where the result is 0. */
double sampling_error(const struct run *run, enum metric_id id, enum record_end end,
		      const struct figure *figure, double *freedom);
double sampling_slices(const struct run *run, enum metric_id id, enum record_end end,
		       const struct figure *figure, double *freedom);
double sampling_margin(double error, double freedom);

#endif
