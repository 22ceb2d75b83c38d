// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/roi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/cpu_time.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/sampling.h"

static const struct quantity_info infos[QUANTITIES] = {
	[THROUGHPUT] = {"throughput_gbit_s", "throughput", "throughput", "T", "Gbit/s", BETTER_MORE},
	[CPU_RX] = {"cpu_rx_percent", "cpu-rx", "CPU of rx", "C rx", "%", BETTER_LESS},
	[CPU_TX] = {"cpu_tx_percent", "cpu-tx", "CPU of tx", "C tx", "%", BETTER_LESS},
	[CPU_TOTAL] = {"cpu_total_percent", "cpu", "CPU in total", "C", "%", BETTER_LESS},
	[POWER_RX] = {"power_rx_w", "power-rx", "power of rx", "P rx", "W", BETTER_LESS},
	[POWER_TX] = {"power_tx_w", "power-tx", "power of tx", "P tx", "W", BETTER_LESS},
	[POWER_TOTAL] = {"power_total_w", "power", "power in total", "P", "W", BETTER_LESS},
	[ZEROCOPY_RX] = {"zerocopy_rx_percent", "zerocopy-rx", "zero-copy share of rx", "zc rx",
			 "%", BETTER_MORE},
	[ZEROCOPY_TX] = {"zerocopy_tx_percent", "zerocopy-tx", "zero-copy share of tx", "zc tx",
			 "%", BETTER_MORE},
	[ROI_CPU_RX] = {"roi_cpu_rx", "roi-rx", "CPU ROI of rx", "C rx", "", BETTER_MORE},
	[ROI_CPU_TX] = {"roi_cpu_tx", "roi-tx", "CPU ROI of tx", "C tx", "", BETTER_MORE},
	[ROI_CPU_TOTAL] = {"roi_cpu_total", "roi", "CPU ROI", "ΣC", "", BETTER_MORE},
	[ROI_POWER_RX] = {"roi_power_rx", "roi-power-rx", "power ROI of rx", "P rx", "",
			  BETTER_MORE},
	[ROI_POWER_TX] = {"roi_power_tx", "roi-power-tx", "power ROI of tx", "P tx", "",
			  BETTER_MORE},
	[ROI_POWER_TOTAL] = {"roi_power_total", "roi-power", "power ROI", "P", "", BETTER_MORE},
	[REQUESTS] = {"requests_s", "requests", "requests answered", "requests", "1/s", BETTER_MORE},
	[LATENCY_P50] = {"latency_p50_us", "p50", "latency p50", "p50", "us", BETTER_LESS},
	[LATENCY_P99] = {"latency_p99_us", "p99", "latency p99", "p99", "us", BETTER_LESS},
	[LATENCY_P999] = {"latency_p999_us", "p99.9", "latency p99.9", "p99.9", "us", BETTER_LESS},
	[LATENCY_P9999] = {"latency_p9999_us", "p99.99", "latency p99.99", "p99.99", "us",
			   BETTER_LESS},
	[PACKETS] = {"packets_mpps", "packets", "datagrams received", "M", "Mpps", BETTER_MORE},
	[PACKETS_CPU_RX] = {"packets_per_cpu_rx_mpps", "packets-cpu", "datagrams by CPU of rx",
			    "M/CPU rx", "Mpps", BETTER_MORE},
	[ROI_PACKETS] = {"roi_packets", "roi-packets", "CPU ROI of datagrams", "ΣC", "",
			 BETTER_MORE},
	[LOST] = {"lost_percent", "lost", "datagrams lost", "lost", "%", BETTER_LESS},
};

const struct quantity_info *quantity_info(enum quantity q)
{
	return &infos[q];
}

static void exponent_text(double exponent, char *text, size_t size)
{
	if (exponent == 1)
		snprintf(text, size, "%s", "");
	else if (exponent == 2)
		snprintf(text, size, "²");
	else
		snprintf(text, size, "^%g", exponent);
}

void quantity_heading(enum quantity q, const struct exponents *exponents, char *text, size_t size)
{
	const char *heading = infos[q].heading;
	char n[16], m[16];

	exponent_text(exponents->throughput, n, sizeof(n));
	exponent_text(exponents->power, m, sizeof(m));
	switch (q) {
	case ROI_CPU_RX:
	case ROI_CPU_TX:
	case ROI_CPU_TOTAL:
		snprintf(text, size, "T%s/%s", n, heading);
		break;
	case ROI_PACKETS:
		snprintf(text, size, "M%s/%s", n, heading);
		break;
	case ROI_POWER_RX:
	case ROI_POWER_TX:
	case ROI_POWER_TOTAL:
		snprintf(text, size, "T%s/P%s%s", n, m, heading + strlen("P"));
		break;
	default:
		snprintf(text, size, "%s", heading);
		break;
	}
}

enum quantity quantity_find(const char *sort)
{
	enum quantity q = 0;

	while (q < QUANTITIES && strcmp(infos[q].sort, sort))
		q++;
	return q;
}

static double sum_of(const struct run *run, enum metric_id id, enum record_end end)
{
	return id == METRIC_cpu_busy ? cpu_percent(run, end) : run_sum(run, id, end);
}

/* What a machine takes that has one end is that end's. */
static double of_end(const struct run *run, enum metric_id id, enum record_end end)
{
	double own = sum_of(run, id, end);
	double machine = sum_of(run, id, end_machine(end));

	if (isnan(own) || isnan(machine))
		return isnan(own) ? machine : own;
	return own + machine;
}

/*
 * rx, tx and their sum. What both ends share is in END_HOST, and belongs to the sum only. Without
 * it both ends are needed: half a sum is not a total.
 */
static void by_scope(const struct run *run, enum metric_id id, double *scopes)
{
	double shared = run_sum(run, id, END_HOST);
	double rx = of_end(run, id, END_RX);
	double tx = of_end(run, id, END_TX);

	scopes[0] = rx;
	scopes[1] = tx;
	scopes[2] = NAN;
	if (!isnan(rx) && !isnan(tx))
		scopes[2] = rx + tx + (isnan(shared) ? 0 : shared);
	else if (isnan(rx) && isnan(tx))
		scopes[2] = shared;
}

/* off: of the share, where a hook that counted in slices saw what was copied. */
static double zerocopy_share(const struct run *run, enum record_end end, double *off)
{
	double zerocopy = run_figure(run, METRIC_path_bytes_zerocopy, end, NULL);
	double copied = run_figure(run, METRIC_path_bytes_copied, end, NULL);
	double seen = run_sum(run, METRIC_iouring_zcrx_copied, end);
	struct figures parts = run_range(run, METRIC_iouring_zcrx_copied, end);
	double freedom;

	/* zcpath knows what the kernel reports, which leaves some out; a hook saw all of it. */
	if (seen > copied && seen <= zerocopy + copied) {
		zerocopy -= seen - copied;
		copied = seen;
		for (size_t i = 0; i < parts.count; i++)
			*off += 100 * parts.at[i].value *
				sampling_slices(run, parts.at[i].id, end, &parts.at[i], &freedom) /
				(zerocopy + copied);
	}
	return zerocopy + copied > 0 ? 100 * zerocopy / (zerocopy + copied) : NAN;
}

static bool is_imported(const struct run *run)
{
	for (size_t i = 0; i < run->fact_count; i++)
		if (run->facts[i].id == METRIC_fact_imported)
			return true;
	return false;
}

/* Throughput is the receiver's. Where only the sender was attached to, it is what was acknowledged. */
static enum record_end throughput_end(const struct run *run)
{
	bool rx = run_fact(run, METRIC_fact_attached, END_RX, NULL);
	bool tx = run_fact(run, METRIC_fact_attached, END_TX, NULL);
	/* Other tools' tables may be of the sender alone. */
	bool only_tx =
		is_imported(run) && isnan(run_figure(run, METRIC_path_window_ns, END_RX, NULL));

	return (tx && !rx) || only_tx ? END_TX : END_RX;
}

static double throughput_of(const struct run *run)
{
	enum record_end end = throughput_end(run);

	/* Bits per nanosecond are Gbit/s. */
	return 8 * run_figure(run, METRIC_path_bytes, end, NULL) /
	       run_figure(run, METRIC_path_window_ns, end, NULL);
}

/* A run has requests or datagrams, and never both. */
enum metric_id latency_of(const struct run *run, enum record_end *end)
{
	const char *stamp = run_fact(run, METRIC_fact_option, END_TX, "stamp");
	bool stamped = stamp && strcmp(stamp, "off") != 0;

	*end = stamped ? END_RX : END_TX;
	return stamped ? METRIC_path_one_way_delay : METRIC_path_latency;
}

static void requests_of(const struct run *run, struct outcome *o)
{
	enum record_end end;
	enum metric_id id = latency_of(run, &end);
	struct figures latency = distribution_of(run, id, end, NULL);
	double ns = run_figure(run, METRIC_path_window_ns, END_TX, NULL);

	o->of[REQUESTS] = 1e9 * run_figure(run, METRIC_path_responses, END_TX, NULL) / ns;
	o->of[LATENCY_P50] = distribution_quantile(latency, 0.5) / 1e3;
	o->of[LATENCY_P99] = distribution_quantile(latency, 0.99) / 1e3;
	o->of[LATENCY_P999] = distribution_quantile(latency, 0.999) / 1e3;
	o->of[LATENCY_P9999] = distribution_quantile(latency, 0.9999) / 1e3;
}

/* 0, or unknown where the figure is. */
static double zero_of(double figure)
{
	return isnan(figure) ? NAN : 0;
}

static void packets_of(const struct run *run, const struct exponents *exponents, struct outcome *o)
{
	double got = run_figure(run, METRIC_path_datagrams, END_RX, NULL);
	double missed = run_figure(run, METRIC_path_datagrams_missed, END_RX, NULL);
	double late = run_figure(run, METRIC_path_datagrams_late, END_RX, NULL);
	double unanswered = run_figure(run, METRIC_path_requests_lost, END_TX, NULL);
	double lost = missed > late ? missed - late : zero_of(missed);
	double m = 1e3 * got / run_figure(run, METRIC_path_window_ns, END_RX, NULL);

	o->of[PACKETS] = m;
	o->of[PACKETS_CPU_RX] = 100 * m / o->of[CPU_RX];
	o->of[ROI_PACKETS] = pow(m, exponents->throughput) / o->of[CPU_TOTAL];
	o->of[LOST] = 100 * lost / (got + lost);
	if (!isnan(unanswered))
		o->of[LOST] = 100 * unanswered /
			      (unanswered + run_figure(run, METRIC_path_responses, END_TX, NULL));
}

/* Whose CPU time was is told by samples, how much it was is not: the total is no estimate, and its parts are. */
static void errors_of(const struct run *run, struct outcome *o)
{
	static const struct {
		enum quantity by, c; /* BY is something by C */
	} divided[] = {{ROI_CPU_RX, CPU_RX}, {ROI_CPU_TX, CPU_TX}, {PACKETS_CPU_RX, CPU_RX}};

	o->off[CPU_RX] = cpu_off(run, END_RX);
	o->off[CPU_TX] = cpu_off(run, END_TX);
	for (size_t i = 0; i < sizeof(divided) / sizeof(*divided); i++)
		o->off[divided[i].by] =
			o->of[divided[i].by] * o->off[divided[i].c] / o->of[divided[i].c];
}

double outcome_margin(const struct outcome *o, enum quantity q)
{
	double margin = sampling_margin(o->off[q], INFINITY);

	return isfinite(margin) ? margin : 0;
}

struct outcome outcome_of(const struct run *run, const struct exponents *exponents)
{
	double t = throughput_of(run);
	double value = pow(t, exponents->throughput);
	struct outcome o = {.of = {0}};

	o.of[THROUGHPUT] = t;
	by_scope(run, METRIC_cpu_busy, &o.of[CPU_RX]);
	by_scope(run, METRIC_power_mean, &o.of[POWER_RX]);
	o.of[ZEROCOPY_RX] = zerocopy_share(run, END_RX, &o.off[ZEROCOPY_RX]);
	o.of[ZEROCOPY_TX] = zerocopy_share(run, END_TX, &o.off[ZEROCOPY_TX]);
	requests_of(run, &o);
	packets_of(run, exponents, &o);
	for (int scope = 0; scope < 3; scope++) {
		double c = o.of[CPU_RX + scope];
		double p = o.of[POWER_RX + scope];

		o.of[ROI_CPU_RX + scope] = c > 0 ? value / c : NAN;
		o.of[ROI_POWER_RX + scope] = p > 0 ? value / pow(p, exponents->power) : NAN;
	}
	errors_of(run, &o);
	/* What moved in no time, or is beyond a number, was not measured. */
	for (enum quantity q = 0; q < QUANTITIES; q++)
		if (!isfinite(o.of[q]))
			o.of[q] = NAN;
	return o;
}

/* Of the figures that are by something: whether there was none of that. */
static const char *none_to_divide_by(const struct run *run, enum quantity q)
{
	double scopes[3];

	switch (q) {
	case ROI_CPU_RX:
	case ROI_CPU_TX:
	case ROI_CPU_TOTAL:
	case PACKETS_CPU_RX:
	case ROI_PACKETS:
		by_scope(run, METRIC_cpu_busy, scopes);
		return scopes[q == ROI_PACKETS	    ? 2
			      : q == PACKETS_CPU_RX ? 0
						    : q - ROI_CPU_RX] <= 0
			       ? "it is by CPU time, which was counted, and there was none of it"
			       : NULL;
	case ROI_POWER_RX:
	case ROI_POWER_TX:
	case ROI_POWER_TOTAL:
		by_scope(run, METRIC_power_mean, scopes);
		return scopes[q - ROI_POWER_RX] <= 0
			       ? "it is by power, of which the meter said 0 W or less"
			       : NULL;
	case ZEROCOPY_RX:
	case ZEROCOPY_TX:
		return run_figure(run, METRIC_path_bytes, q == ZEROCOPY_TX ? END_TX : END_RX,
				  NULL) == 0
			       ? "it is a share of the bytes, and none was moved"
			       : NULL;
	case LOST:
		return run_figure(run, METRIC_path_datagrams, END_RX, NULL) == 0
			       ? "it is a share of the datagrams, and none came"
			       : NULL;
	default:
		return NULL;
	}
}

const char *outcome_undefined(const struct run *run, enum quantity q)
{
	bool of_cpu = q >= CPU_RX && q <= POWER_TOTAL;
	enum record_end end = q >= REQUESTS && q <= LATENCY_P9999 ? END_TX
			      : q >= PACKETS			  ? END_RX
								  : throughput_end(run);

	if (!of_cpu && run_figure(run, METRIC_path_window_ns, end, NULL) <= 0)
		return "the window is 0 ns long, in which nothing has a rate";
	return none_to_divide_by(run, q);
}

size_t outcomes(struct run *const *runs, size_t count, enum quantity q,
		const struct exponents *exponents, double *values)
{
	size_t measured = 0;

	for (size_t i = 0; i < count; i++) {
		double value = outcome_of(runs[i], exponents).of[q];

		if (!isnan(value))
			values[measured++] = value;
	}
	return measured;
}
