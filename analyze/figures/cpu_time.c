// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/cpu_time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/sampling.h"

/* A time, and the variance that it has by how it was told. */
struct told {
	double ns, variance;
};

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

/* The part that an end has in what all of them have of a CPU, of which there is so much. */
static double part(const struct run *run, enum record_end end, const char *cpu,
		   double (*of)(const struct run *, enum record_end, const char *), double *all)
{
	*all = 0;
	for (enum record_end each = 0; each < END_COUNT; each++)
		*all += of(run, each, cpu);
	return of(run, end, cpu) / *all;
}

static struct told share_of(double ns, double share, double samples)
{
	double off = ns * sampling_share_error(share, samples);

	return (struct told){share * ns, off * off};
}

/* Fewer samples tell no share. */
#define SAMPLES_LEAST 10

/*
 * By the samples that met END in softirqs of a CPU, of all that were taken of it while the window lasted. NAN: how much time one
 * stands for is not known, or there were too few.
 */
static struct told by_samples(const struct run *run, enum record_end end, const char *cpu,
			      double window_ns)
{
	double period = run_figure(run, METRIC_profile_period, run_machine(run, end), NULL);
	double taken = window_ns / period, met = samples(run, end, cpu), off;

	if (!(taken >= SAMPLES_LEAST) || run_absent(run, END_HOST, "profile/packets"))
		return (struct told){NAN, 0};
	off = window_ns * sampling_share_error(fmin(met / taken, 1), taken);
	return (struct told){met * period, off * off};
}

/*
 * Of END, on a CPU of GIVER. Slices are a small part of the window, and what they say may be off by any factor; the profile's
 * samples are of all of it. Where these do not say it, it is what the kernel billed as softirqs there, by the share that an
 * end has in the slices, of which each is one sample: in it packets came in bursts. Most kernels bill by ticks, though, and
 * softirqs that a tick has raised begin when it is over, so that none of them is ever met.
 */
static struct told on_cpu(const struct run *run, enum record_end end, enum record_end giver,
			  const struct figure *across)
{
	double billed = billed_ns(run, giver, across->key);
	double share, all, slices, error, off;
	struct told sampled;

	error = run_error(run, METRIC_softirq_across, end, across->key, &slices);
	if (!slices)
		return (struct told){across->value, 0};
	sampled = by_samples(run, end, across->key, window_of(run, giver, "profile"));
	if (!isnan(sampled.ns))
		return sampled;
	if (isnan(billed)) {
		off = across->value * error;
		return (struct told){across->value, isnan(off) ? 0 : off * off};
	}
	share = part(run, end, across->key, samples, &all);
	if (all >= SAMPLES_LEAST && !run_absent(run, END_HOST, "profile/packets"))
		return share_of(billed, share, all);
	share = part(run, end, across->key, received_ns, &all);
	if (all > 0)
		return share_of(billed, share, slices);
	/* Of none of it is it known whose it was: half of it, to a half. */
	return (struct told){fmin(across->value, billed), billed * billed / 4};
}

/* On all CPUs of GIVER. No CPU works longer than the window. */
static struct told across(const struct run *run, enum record_end end, enum record_end giver)
{
	struct figures rows = run_range(run, METRIC_softirq_across, end);
	double window = window_of(run, giver, "softirq");
	struct told sum = {rows.count ? 0 : NAN, 0};

	for (size_t i = 0; i < rows.count; i++) {
		struct told one = on_cpu(run, end, giver, &rows.at[i]);

		sum.ns += fmin(one.ns, window);
		sum.variance += one.variance;
	}
	return sum;
}

struct across cpu_across(const struct run *run, enum record_end end)
{
	double percent = 100 / window_of(run, end, "softirq");
	enum record_end other = end == END_RX ? END_TX : END_RX;
	struct told gained, given;

	if ((end != END_RX && end != END_TX) || !placed_here(run))
		return (struct across){NAN, NAN, 0};
	/* On CPUs of an end there is a row for each other. */
	gained = across(run, end, other);
	given = across(run, other, end);
	if (isnan(gained.ns) || isnan(given.ns))
		return (struct across){NAN, NAN, 0};
	return (struct across){percent * gained.ns, percent * given.ns,
			       percent * sqrt(gained.variance + given.variance)};
}

/* There is a row for each CPU of both ends. */
double cpu_neither(const struct run *run, double *off)
{
	struct figures rows = run_range(run, METRIC_softirq_across, END_HOST);
	double percent = 100 / window_of(run, END_RX, "softirq");
	struct told sum = {rows.count ? 0 : NAN, 0};

	*off = 0;
	if (!placed_here(run))
		return NAN;
	for (size_t i = 0; i < rows.count; i++) {
		bool of_rx = !isnan(run_figure(run, METRIC_cpu_softirq, END_RX, rows.at[i].key));
		struct told one = on_cpu(run, END_HOST, of_rx ? END_RX : END_TX, &rows.at[i]);

		sum.ns += one.ns;
		sum.variance += one.variance;
	}
	*off = percent * sqrt(sum.variance);
	return percent * sum.ns;
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

double cpu_off(const struct run *run, enum record_end end)
{
	return cpu_across(run, end).off;
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
