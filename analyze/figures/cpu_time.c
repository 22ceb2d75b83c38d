// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/cpu_time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Softirqs of a CPU, and its ksoftirqd, as the kernel billed them over the whole window, in ns. */
static double billed_ns(const struct run *run, enum record_end giver, const char *cpu)
{
	double ns = run_figure(run, METRIC_cpu_softirq, giver, cpu);
	struct figures threads = run_range(run, METRIC_cpu_thread, giver);
	char name[32];
	int length = snprintf(name, sizeof(name), "ksoftirqd/%.10s/", cpu);

	for (size_t i = 0; i < threads.count; i++)
		if (!strncmp(threads.at[i].key, name, length))
			ns += threads.at[i].value;
	return ns;
}

static double samples(const struct run *run, enum record_end end, const char *cpu)
{
	char key[32];
	double count;

	snprintf(key, sizeof(key), "%.10s/softirq", cpu);
	count = run_figure(run, METRIC_profile_on_cpu, end, key);
	return isnan(count) ? 0 : count;
}

static double received_ns(const struct run *run, enum record_end end, const char *cpu)
{
	double ns = run_figure(run, METRIC_softirq_net_rx_time, end, cpu);

	return isnan(ns) ? 0 : ns;
}

static double part(const struct run *run, enum record_end end, const char *cpu,
		   double (*of)(const struct run *, enum record_end, const char *), double least)
{
	double all = 0;

	for (enum record_end each = 0; each < END_COUNT; each++)
		all += of(run, each, cpu);
	return all >= least ? of(run, end, cpu) / all : NAN;
}

/*
 * Of END, on a CPU of GIVER, in ns. Slices are a small part of the window, and what they say may be off by any factor. How
 * long softirqs took is in the kernel's bill, whole; whose they were the profile's samples say, which are of all of the
 * window, and where those are too few the slices.
 */
static double on_cpu_ns(const struct run *run, enum record_end end, enum record_end giver,
			const struct figure *across)
{
	double billed = billed_ns(run, giver, across->key);
	double share = NAN, slices;

	run_error(run, METRIC_softirq_across, end, across->key, &slices);
	if (!slices || isnan(billed))
		return across->value;
	if (!run_absent(run, END_HOST, "profile/packets"))
		share = part(run, end, across->key, samples, 10);
	if (isnan(share))
		share = part(run, end, across->key, received_ns, 1);
	return isnan(share) ? fmin(across->value, billed) : share * billed;
}

/* All of it. No CPU works longer than the window. */
static double across_ns(const struct run *run, enum record_end end, enum record_end giver)
{
	struct figures rows = run_range(run, METRIC_softirq_across, end);
	double window = window_of(run, giver, "softirq");
	double ns = rows.count ? 0 : NAN;

	for (size_t i = 0; i < rows.count; i++)
		ns += fmin(on_cpu_ns(run, end, giver, &rows.at[i]), window);
	return ns;
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
