// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/limit.h"

#include <math.h>
#include <string.h>

#include "analyze/causes/figures.h"
#include "analyze/causes/sign.h"
#include "analyze/figures/ledger.h"

#define FIGURE(name)                                                                               \
	{                                                                                          \
		.how = SIGN_FIGURE, .figure = figure_##name                                        \
	}
#define TIME(metric)                                                                               \
	{                                                                                          \
		.how = SIGN_TIME, .what = METRIC_##metric                                          \
	}
#define COUNT(metric)                                                                              \
	{                                                                                          \
		.how = SIGN_COUNT, .what = METRIC_##metric                                         \
	}

/* What is sure to be the limit where it holds comes first; a CPU may be busy behind a full window. */
static const struct candidate {
	const char *id, *words, *unit;
	enum record_end end;
	bool is_cpu;
	double least;
	struct sign sign;
} candidates[] = {
	{"pacing", "the pacing of the sender", "% of its rate", END_TX, false, 90, FIGURE(paced)},
	{"rate", "the requests that were to be made", "% of them answered", END_TX, false, 90,
	 FIGURE(asked_for)},
	{"qdisc", "the rate of the sender's queueing discipline", "% of its rate", END_TX, false,
	 85, FIGURE(shaped)},
	{"quota", "the quota of CPU time at the sender", "% of the window", END_TX, false, 3,
	 TIME(pressure_throttled_ns)},
	{"quota", "the quota of CPU time at the receiver", "% of the window", END_RX, false, 3,
	 TIME(pressure_throttled_ns)},
	{"stopped", "whoever stopped the sender", "% of the window", END_TX, false, 10,
	 FIGURE(stopped)},
	{"stopped", "whoever stopped the receiver", "% of the window", END_RX, false, 10,
	 FIGURE(stopped)},
	{"loss", "loss", "segments in a million sent again", END_TX, false, 1000,
	 FIGURE(retransmitted)},
	{"one_cpu", "the CPU that both ends share", "% of it are both ends'", END_RX, false, 50,
	 FIGURE(shared)},
	{"other_process", "what else runs on the sender's CPU", "% of the window waited for it",
	 END_TX, false, 15, FIGURE(waited)},
	{"other_process", "what else runs on the receiver's CPU", "% of the window waited for it",
	 END_RX, false, 15, FIGURE(waited)},
	{"tx_cpu", "the sender's CPU", "% busy", END_TX, true, 95, FIGURE(busiest)},
	{"rx_cpu", "the receiver's CPU", "% busy", END_RX, true, 95, FIGURE(busiest)},
	{"receive_window", "the receive window", "% of the window", END_TX, false, 40,
	 TIME(tcp_rwnd_limited)},
	{"send_buffer", "the send buffer", "% of the window", END_TX, false, 40,
	 TIME(tcp_sndbuf_limited)},
	{"notifications", "waiting for notifications", "per GB", END_TX, false, 1,
	 COUNT(path_notification_waits)},
	{"buffers", "waiting for buffers", "per GB", END_RX, false, 1,
	 COUNT(path_buffers_exhausted)},
};

#define CANDIDATES (sizeof(candidates) / sizeof(*candidates))

static double mean_over(const struct candidate *of, const struct configuration *c, const bool *apart)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = apart[i] ? NAN : sign_value(&of->sign, c->runs[i], NULL, of->end);

		if (isnan(value))
			continue;
		sum += value;
		n++;
	}
	return n ? sum / n : NAN;
}

struct limit limit_of(const struct configuration *c, const bool *apart)
{
	struct limit limit = {"unknown", "none that is recorded", NAN, "", END_HOST};
	bool is_cpu = false;

	for (size_t i = 0; i < CANDIDATES; i++) {
		const struct candidate *one = &candidates[i];
		double figure = mean_over(one, c, apart);

		/* Of two CPUs the busier one. */
		if (!(figure >= one->least) || (!isnan(limit.figure) && !is_cpu) ||
		    (is_cpu && (!one->is_cpu || figure <= limit.figure)))
			continue;
		limit = (struct limit){one->id, one->words, figure, one->unit,
				       one->is_cpu ? one->end : END_HOST};
		is_cpu = one->is_cpu;
	}
	return limit;
}

/* ---- the change by components ---- */

static struct split_line *line_of(struct split *s, const char *component)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->at[i].component && !strcmp(s->at[i].component, component))
			return &s->at[i];
	ARRAY_ADD(s->at, s->count) = (struct split_line){.component = component};
	return &s->at[s->count - 1];
}

/* Adds the mean costs of a set; returns its mean throughput, NAN where nothing was sampled. */
static double add_costs(struct split *s, const struct configuration *c, const bool *apart, bool to)
{
	double throughput = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += !apart[i];
	for (size_t i = 0; i < c->count; i++) {
		struct ledger ledger;

		if (apart[i])
			continue;
		throughput += log(figure_throughput(c->runs[i], s->end)) / n;
		ledger = ledger_of(c->runs[i]);
		if (isnan(ledger.sum[LEDGER_TOTAL][s->end]))
			throughput = NAN;
		for (size_t j = 0; j < ledger.count; j++) {
			struct split_line *line;

			if (ledger.at[j].end != s->end)
				continue;
			line = line_of(s, cost_component(ledger.at[j].key));
			*(to ? &line->to : &line->from) += ledger.at[j].ns_per_kb / n;
			line->off = hypot(line->off,
					  sqrt(ledger.at[j].ns_per_kb * ledger.at[j].quantum) / n);
		}
		ledger_free(&ledger);
	}
	return n ? exp(throughput) : NAN;
}

static int by_points(const void *a, const void *b)
{
	double x = fabs(((const struct split_line *)a)->points);
	double y = fabs(((const struct split_line *)b)->points);

	return x > y ? -1 : x < y;
}

static double log_mean(double a, double b)
{
	return fabs(a - b) < 1e-12 * (a + b) ? a : (b - a) / log(b / a);
}

struct split split_of(const struct design *d, enum record_end end)
{
	struct split s = {.end = end};
	double t_from = add_costs(&s, d->a, d->apart[0], false);
	double t_to = add_costs(&s, d->b, d->apart[1], true);
	double from = 0, to = 0, off = 0, mean;

	for (size_t i = 0; i < s.count; i++) {
		from += s.at[i].from;
		to += s.at[i].to;
		off = hypot(off, s.at[i].off);
	}
	if (!(t_from > 0) || !(t_to > 0) || !(from > 0) || !(to > 0)) {
		split_free(&s);
		return (struct split){.end = end};
	}
	mean = log_mean(from, to);
	s.points = 100 * log(t_to / t_from);
	/* (to - from) / mean is log(to/from) by the share that each has in the mean. */
	for (size_t i = 0; i < s.count; i++) {
		s.at[i].points = -100 * (s.at[i].to - s.at[i].from) / mean;
		s.at[i].off *= 100 / mean;
	}
	/* A gigabit per second at a nanosecond per KB is 1/80 of a percent of a CPU. */
	ARRAY_ADD(s.at, s.count) = (struct split_line){
		.from = t_from * from / 80,
		.to = t_to * to / 80,
		.points = 100 * log(t_to * to / (t_from * from)),
		.off = 100 * off / mean,
	};
	ARRAY_SORT(s.at, s.count, by_points);
	return s;
}

void split_free(struct split *s)
{
	free(s->at);
	s->at = NULL;
	s->count = 0;
}
