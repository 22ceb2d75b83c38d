// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/explained.h"

#include <math.h>
#include <string.h>

#include "analyze/causes/figures.h"

/* How much a count explains, at the most: no one knows what one costs. */
#define COUNT_EXPLAINS 0.5
/*
 * In seconds, the longest that one event holds a flow up: one on the network until TCP's timer expires (RFC 6298, TCP_RTO_MIN
 * of include/net/tcp.h), one in this machine until the next tick, or until its answer has come over the network. A byte
 * that is copied is at the slowest a nanosecond.
 */
#define UNTIL_TIMEOUT 0.2
#define UNTIL_TICK    1e-3
#define NANOSECOND    1e-9
#define BYTE	      1e-8 /* copied, with what each piece of it takes */
#define MICROSECOND   1e-6
/* Of the logarithm of throughput: less is as good as nothing. */
#define LEAST_LOST 0.02

static const struct sign throughput_falls = {
	.how = SIGN_FIGURE, .figure = figure_throughput, .way = DOWN, .least = 1.02};

/* ln(A/B) of throughput, A being the better set; 0 where it did not fall, NAN where it is not known. */
static double throughput_lost(const struct design *d)
{
	struct seen t = sign_seen(&throughput_falls, d, END_HOST, false);

	return t.measured ? fmax(log(t.from / t.to), 0) : NAN;
}

/*
 * Of a part of what an end costs: its share of what the end costs more. Where throughput fell, that is bounded by what
 * the same cost would have done to an end that had nothing else to wait for.
 */
static double explained_by_cost(const struct seen *seen, const struct design *d, bool proven,
				double lost)
{
	const struct sign whole = {.how = SIGN_COST, .way = seen->sign->way};
	struct seen all = sign_seen(&whole, d, seen->end, false);
	double more = fabs(seen->to - seen->from), share;

	if (!all.measured)
		return more / 100;
	share = fmin(1, more / fmax(fabs(all.to - all.from), 0.05 * all.from));
	if (!proven || !(lost > LEAST_LOST))
		return share;
	return fmin(share, log1p(more / all.from) / lost);
}

/*
 * A byte takes longer because its thread runs, waits for a CPU or sleeps longer for it: the part of the second. A thread
 * that sleeps more, for want of a window say, waits more each time it wakes up where others fill its CPU meanwhile.
 */
static double explained_by_waiting(enum record_end end, const struct design *d, double lost)
{
	static const struct sign waiting = {.how = SIGN_PERCENT, .figure = figure_waited, .way = UP};
	struct seen waited = sign_seen(&waiting, d, end, false);
	double longer = exp(fmax(lost, LEAST_LOST));

	if (!waited.measured)
		return 1;
	return fmin(1, fmax(0, (waited.to * longer - waited.from) / 100 / (longer - 1)));
}

static double round_trip(const struct design *d, enum record_end end)
{
	static const struct sign rtt = {
		.how = SIGN_LEVEL, .what = METRIC_tcp_rtt, .where = AT_TX, .way = UP};
	struct seen seen = sign_seen(&rtt, d, end, false);

	return isnan(seen.to) ? 0 : seen.to * MICROSECOND;
}

static double longest_of(const struct seen *seen, const struct design *d)
{
	static const char *const on_network[] = {"netstat", "qdisc", "softnet", "nic", "tcp"};
	const struct metric_info *info = metric_info(seen->sign->what);

	if (!strcmp(info->unit, "bytes"))
		return BYTE;
	if (!strcmp(info->unit, "ns"))
		return NANOSECOND;
	for (size_t i = 0; i < sizeof(on_network) / sizeof(*on_network); i++)
		if (!strcmp(info->source, on_network[i]))
			return UNTIL_TIMEOUT;
	return UNTIL_TICK + round_trip(d, seen->end);
}

/* Of a count: a few events are no cause of what takes very much longer than all of them can. */
static double explained_by_count(const struct seen *seen, const struct design *d, double lost)
{
	double more = (seen->to - seen->from) * longest_of(seen, d);
	struct seen t = sign_seen(&throughput_falls, d, END_HOST, false);
	/* A gigabyte, at so many gigabits per second. */
	double longer = 8 / t.from * expm1(fmax(lost, LEAST_LOST));

	return fmin(COUNT_EXPLAINS, fabs(more) / longer);
}

double explained_by(const struct seen *seen, const struct design *d, bool proven)
{
	const struct sign *sign = seen->sign;
	double more = fabs(seen->to - seen->from), lost = throughput_lost(d);

	if (sign_is_cost(sign))
		return explained_by_cost(seen, d, proven, lost);
	if (sign->how == SIGN_COUNT && !isnan(lost))
		return explained_by_count(seen, d, lost);
	if (sign->how == SIGN_COUNT || sign->how == SIGN_FIGURE || sign->how == SIGN_LEVEL ||
	    isnan(lost))
		return COUNT_EXPLAINS;
	if (sign->how == SIGN_SLOWNESS)
		return fmin(log(seen->to / seen->from) / fmax(lost, LEAST_LOST),
			    explained_by_waiting(seen->end, d, lost));
	return lost > LEAST_LOST ? fmin(1, more / 100 / -expm1(-lost)) : COUNT_EXPLAINS;
}
