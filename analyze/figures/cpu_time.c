// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/cpu_time.h"

#include <math.h>

/* Whether both ends have CPUs of their own, of one machine. */
static bool placed_here(const struct run *run)
{
	return !run->apart && !isnan(run_sum(run, METRIC_cpu_busy, END_RX)) &&
	       !isnan(run_sum(run, METRIC_cpu_busy, END_TX));
}

/* Of a source that took a little less than the ends did, or more. */
static double window_of(const struct run *run, enum record_end end, const char *source)
{
	double ns = run_figure(run, METRIC_collector_window, END_HOST, source);

	return ns > 0 ? ns : run_window_ns(run, end);
}

struct across cpu_across(const struct run *run, enum record_end end)
{
	double percent = 100 / window_of(run, end, "softirq");
	struct across a = {NAN, NAN};

	if ((end != END_RX && end != END_TX) || !placed_here(run))
		return a;
	/* On CPUs of an end there is a row for each other. */
	a.gained = percent * run_sum(run, METRIC_softirq_across, end);
	a.given = percent * run_sum(run, METRIC_softirq_across, end == END_RX ? END_TX : END_RX);
	if (isnan(a.gained) || isnan(a.given))
		a.gained = a.given = NAN;
	return a;
}

double cpu_neither(const struct run *run)
{
	if (!placed_here(run))
		return NAN;
	return 100 * run_sum(run, METRIC_softirq_across, END_HOST) /
	       window_of(run, END_RX, "softirq");
}

double cpu_moved(struct across a, double own, double others)
{
	return isnan(a.gained) ? 0 : fmin(fmax(a.gained - a.given, -own), others);
}

double cpu_percent(const struct run *run, enum record_end end)
{
	double busy = run_sum(run, METRIC_cpu_busy, end);
	double others = run_sum(run, METRIC_cpu_busy, end == END_RX ? END_TX : END_RX);

	return busy + cpu_moved(cpu_across(run, end), busy, others);
}

double cpu_unsure(const struct run *run, enum record_end end)
{
	double ns;

	if ((end != END_RX && end != END_TX) || !placed_here(run) ||
	    !isnan(cpu_across(run, end).gained))
		return NAN;
	ns = run_sum(run, METRIC_softirq_net_rx_time, end);
	if (!isnan(ns))
		return 100 * ns / window_of(run, end, "softirq");
	/* All softirqs, where those of the network were not measured. */
	return 100 * run_sum(run, METRIC_cpu_softirq, end) / window_of(run, end, "cpu");
}
