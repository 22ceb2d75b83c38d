// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/cpu_time.h"

#include <math.h>

/* Whether both ends have CPUs of their own, of one machine. */
static bool placed_here(const struct run *run)
{
	return !run->apart && !isnan(run_sum(run, METRIC_cpu_busy, END_RX)) &&
	       !isnan(run_sum(run, METRIC_cpu_busy, END_TX));
}

struct across cpu_across_ns(const struct run *run, enum record_end end)
{
	struct across a = {NAN, NAN};

	if ((end != END_RX && end != END_TX) || !placed_here(run))
		return a;
	/* On CPUs of an end there is a row for each other. */
	a.gained = run_sum(run, METRIC_softirq_across, end);
	a.given = run_sum(run, METRIC_softirq_across, end == END_RX ? END_TX : END_RX);
	if (isnan(a.gained) || isnan(a.given))
		a.gained = a.given = NAN;
	return a;
}

double cpu_percent(const struct run *run, enum record_end end)
{
	double busy = run_sum(run, METRIC_cpu_busy, end);
	struct across a = cpu_across_ns(run, end);

	if (isnan(a.gained))
		return busy;
	busy += 100 * (a.gained - a.given) / run_window_ns(run, end);
	return busy > 0 ? busy : 0;
}

double cpu_unsure(const struct run *run, enum record_end end)
{
	double ns;

	if ((end != END_RX && end != END_TX) || !placed_here(run) ||
	    !isnan(cpu_across_ns(run, end).gained))
		return NAN;
	ns = run_sum(run, METRIC_softirq_net_rx_time, end);
	/* All softirqs, where those of the network were not measured. */
	if (isnan(ns))
		ns = run_sum(run, METRIC_cpu_softirq, end);
	return 100 * ns / run_window_ns(run, end);
}
