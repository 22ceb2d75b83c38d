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

/*
 * What the kernel billed as softirqs on the CPUs of an end, in ns, with room for kernels that bill by which a tick finds. By
 * slices time across may be too large by any factor, and what a hypervisor took meanwhile is in it; in the bill it is not.
 */
static double most_across(const struct run *run, enum record_end giver)
{
	double billed = run_sum(run, METRIC_cpu_softirq, giver);
	double most = 2 * billed + 20e6;
	/* None works longer than the window. */
	double window =
		run_range(run, METRIC_cpu_softirq, giver).count * window_of(run, giver, "softirq");

	for (enum record_end end = 0; end < END_COUNT; end++) {
		double in_thread = run_sum(run, METRIC_softirq_in_ksoftirqd, end);

		most += isnan(in_thread) ? 0 : in_thread;
	}
	return isnan(billed) ? INFINITY : fmin(most, window);
}

/* Of END, on CPUs of GIVER, in ns. */
static double across_ns(const struct run *run, enum record_end end, enum record_end giver)
{
	double ns = run_sum(run, METRIC_softirq_across, end);

	return isnan(ns) ? NAN : fmin(ns, most_across(run, giver));
}

struct across cpu_across(const struct run *run, enum record_end end)
{
	double percent = 100 / window_of(run, end, "softirq");
	enum record_end other = end == END_RX ? END_TX : END_RX;
	struct across a = {NAN, NAN};

	if ((end != END_RX && end != END_TX) || !placed_here(run))
		return a;
	/* On CPUs of an end there is a row for each other. */
	a.gained = percent * across_ns(run, end, other);
	a.given = percent * across_ns(run, other, end);
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
