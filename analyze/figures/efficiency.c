// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/efficiency.h"

#include <math.h>

#include "analyze/figures/cpu_time.h"
#include "analyze/figures/sampling.h"

static const struct exponents plain = {1, 1};

/* Of the CPUs of a scope, in GHz: their mean, for which of them worked most is not known. */
static double clock_ghz(const struct run *run, enum scope scope)
{
	double sum = 0;
	size_t cpus = 0;

	for (enum record_end end = 0; end < END_COUNT; end++) {
		struct figures clocks = run_range(run, METRIC_cpufreq_frequency, end);

		if (scope != SCOPE_TOTAL && end != (scope == SCOPE_RX ? END_RX : END_TX))
			continue;
		for (size_t i = 0; i < clocks.count; i++)
			sum += clocks.at[i].value / 1e6;
		cpus += clocks.count;
	}
	return cpus ? sum / (double)cpus : NAN;
}

static double idle_watts(const struct run *run, enum scope scope)
{
	double rx = run_sum(run, METRIC_power_idle, END_RX);
	double tx = run_sum(run, METRIC_power_idle, END_TX);

	if (scope == SCOPE_RX)
		return rx;
	if (scope == SCOPE_TX)
		return tx;
	return isnan(rx) && isnan(tx) ? run_sum(run, METRIC_power_idle, END_HOST) : rx + tx;
}

static double of_run(const struct run *run, enum efficiency what, enum scope scope)
{
	struct outcome o = outcome_of(run, &plain);
	double t = o.of[THROUGHPUT], cores = o.of[CPU_RX + scope] / 100;
	double watts = o.of[POWER_RX + scope];

	switch (what) {
	case PER_CORE:
		return cores > 0 ? t / cores : NAN;
	case PER_CORE_GHZ:
		return cores > 0 ? t / cores / clock_ghz(run, scope) : NAN;
	case PER_WATT:
		return watts > 0 ? t / watts : NAN;
	case JOULE_PER_GB:
		return t > 0 ? 8 * watts / t : NAN;
	case POWER:
		return watts;
	case POWER_IDLE:
		return idle_watts(run, scope);
	default:
		return NAN;
	}
}

double efficiency_of(const struct configuration *c, enum efficiency what, enum scope scope)
{
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = of_run(c->runs[i], what, scope);

		if (!isfinite(value))
			continue;
		sum += value;
		runs++;
	}
	return runs ? sum / (double)runs : NAN;
}

double efficiency_margin(const struct configuration *c, enum efficiency what, enum scope scope)
{
	bool by_core = what == PER_CORE || what == PER_CORE_GHZ;
	double sum = 0, off = 0;

	for (size_t i = 0; i < c->count && by_core; i++) {
		double value = of_run(c->runs[i], what, scope);
		struct outcome o = outcome_of(c->runs[i], &plain);

		if (!isfinite(value))
			continue;
		sum += value;
		off = hypot(off, value * outcome_margin(&o, CPU_RX + scope) / o.of[CPU_RX + scope]);
	}
	return sum > 0 ? off / sum : 0;
}

/* That by which C is told; of older records that of the run. */
static double cpu_window_ns(const struct run *run, enum record_end end)
{
	double window = run_figure(run, METRIC_collector_window, run_machine(run, end), "cpu");

	if (isnan(window))
		window = run_figure(run, METRIC_path_window_ns, END_RX, NULL);
	return isnan(window) ? run_figure(run, METRIC_path_window_ns, END_TX, NULL) : window;
}

/* CPUs that belong to no end are in no C. */
static bool is_bystanders(const struct run *run, enum record_end end)
{
	return run_range(run, METRIC_cpu_elsewhere, end).count &&
	       !run_range(run, METRIC_cpu_busy, end).count;
}

/* What belongs to no end alone is in the total, as it is in C. */
static double mode_of_run(const struct run *run, enum mode mode, enum scope scope)
{
	static const enum metric_id ids[] = {
		METRIC_cpu_user,	METRIC_cpu_system, METRIC_cpu_softirq, METRIC_cpu_irq,
		METRIC_cpu_unaccounted, METRIC_cpu_iowait, METRIC_cpu_steal};
	double sum = 0;
	bool known = false;

	for (enum record_end end = 0; end < END_COUNT; end++) {
		double window = cpu_window_ns(run, end);
		double part = window / 100; /* of which a percent of one CPU is so many ns */
		double others = run_sum(run, ids[mode], end == END_RX ? END_TX : END_RX);
		double ns = run_sum(run, ids[mode], end);

		if (mode == MODE_SOFTIRQ)
			ns += part * cpu_moved(cpu_across(run, end), ns / part, others / part);
		if ((scope == SCOPE_RX && end != END_RX) || (scope == SCOPE_TX && end != END_TX) ||
		    isnan(ns) || !(window > 0) || is_bystanders(run, end))
			continue;
		sum += 100 * ns / window;
		known = true;
	}
	return known ? sum : NAN;
}

double mode_percent(const struct configuration *c, enum mode mode, enum scope scope)
{
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = mode_of_run(c->runs[i], mode, scope);

		if (isnan(value))
			continue;
		sum += value;
		runs++;
	}
	return runs ? sum / (double)runs : NAN;
}

/* Softirqs of one end are told from those of the other by samples. */
double mode_margin(const struct configuration *c, enum mode mode, enum scope scope)
{
	double sum = 0, off = 0;

	for (size_t i = 0; i < c->count && mode == MODE_SOFTIRQ && scope != SCOPE_TOTAL; i++) {
		double value = mode_of_run(c->runs[i], mode, scope);

		if (isnan(value))
			continue;
		sum += value;
		off = hypot(off, cpu_off(c->runs[i], scope == SCOPE_RX ? END_RX : END_TX));
	}
	return sum > 0 ? sampling_margin(off, INFINITY) / sum : 0;
}
