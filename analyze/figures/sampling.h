/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far off a figure of a run may be that was not counted but estimated: scaled up from slices of the window, or a
 * number of samples.
 *
 *   sampling_error()   standard error, as a part of the figure
 *   sampling_slices()  that by slices alone
 *   sampling_share_error()  standard error of a share of so many samples
 *   sampling_unseen()  how much there may have been, in 95 %, of what slices met nothing of
 *   sampling_margin()  half of the 95 % interval that such an error makes, as a part too
 *   sampling_widen()   makes an interval no smaller than a margin around what it is of
 *
 * What was counted all the time has none. What repeats differ by is another thing, and larger or smaller than that.
 */
#ifndef ANALYZE_FIGURES_SAMPLING_H
#define ANALYZE_FIGURES_SAMPLING_H

#include "analyze/figures/stats.h"
#include "analyze/load/run.h"

/* freedom: degrees of it, INFINITY for a number of samples, 0 where the result is 0. */
double sampling_error(const struct run *run, enum metric_id id, enum record_end end,
		      const struct figure *figure, double *freedom);
double sampling_slices(const struct run *run, enum metric_id id, enum record_end end,
		       const struct figure *figure, double *freedom);
/*
 * Less than that, in the unit of the metric, if it came spread over the window as the rest did; of what came in one go
 * collector.blind says how long that may have been. 0: all of it was counted, and zero is zero; NAN: not known.
 */
double sampling_unseen(const struct run *run, enum metric_id id, enum record_end end);
/* Not as a part: of no sample, or of all of them, too. NAN: of none. */
double sampling_share_error(double share, double samples);
double sampling_margin(double error, double freedom);
/* margin: of the middle, in its unit; of 0, or where there is no middle, nothing is done. What is no less than 0 stays so. */
void sampling_widen(struct interval *interval, double middle, double margin);

#endif
