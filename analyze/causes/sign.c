// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/sign.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/causes/chance.h"
#include "analyze/causes/figures.h"
#include "analyze/figures/ledger.h"
#include "analyze/figures/parts.h"
#include "page/page.h"

#define KB 1e3
#define GB 1e9

/* Pairs of runs, or rounds, that have to agree. */
#define PAIRS_AGREE  0.9
#define ROUNDS_AGREE 0.8
/* With a setting that differs: of the way, and of runs in which functions have to appear. */
#define EXPECTED_SHARE 0.25
#define APPEARED_RUNS  2
/* A count from none: so many per GB, below which it is an accident. */
#define LEAST_COUNT 1.0

static enum record_end end_of(const struct sign *sign, enum record_end end)
{
	/* These are of one end, whichever is asked. */
	if (sign->figure == figure_packet || sign->figure == figure_send_calls ||
	    sign->figure == figure_retransmitted || sign->figure == figure_shaped ||
	    sign->figure == figure_shaping_rate || sign->figure == figure_paced ||
	    sign->figure == figure_pacing_rate)
		return END_TX;
	if (sign->figure == figure_receive)
		return END_RX;
	switch (sign->where) {
	case AT_RX:
		return END_RX;
	case AT_TX:
		return END_TX;
	case AT_HOST:
		return END_HOST;
	default:
		return end;
	}
}

/* Without a row it is zero where the witness, a run that may have such rows, was counted by the same means. */
static double sum_at(const struct run *run, const struct run *witness, enum metric_id id,
		     enum record_end end, const char *key)
{
	struct figures range = run_range(run, id, end);
	double sum = 0;
	size_t found = 0;

	if (!figure_is_of_path(run, end, id))
		return NAN;
	if (id == METRIC_qdisc_overlimits && figure_is_far(run, end))
		return 0;
	for (size_t i = 0; i < range.count; i++) {
		if (key && fnmatch(key, range.at[i].key, 0))
			continue;
		sum += range.at[i].value;
		found++;
	}
	if (found)
		return sum;
	return range.count || run_measured(run, end, id, witness) ? 0 : NAN;
}

/* Of the machine: what is counted by CPU stands with the end that has the CPU. */
static double sum_matching(const struct run *run, const struct run *witness, enum metric_id id,
			   enum record_end end, const char *key)
{
	double sum = NAN;

	if (end != END_HOST)
		return sum_at(run, witness, id, end, key);
	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		double at = sum_at(run, witness, id, one, key);

		if (!isnan(at))
			sum = (isnan(sum) ? 0 : sum) + at;
	}
	return sum;
}

static double mean_matching(const struct run *run, enum metric_id id, enum record_end end,
			    const char *key)
{
	double sum = 0;
	size_t found = 0;

	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		struct figures range = run_range(run, id, one);

		for (size_t i = 0; (end == END_HOST || one == end) && i < range.count; i++) {
			if (!key || !fnmatch(key, range.at[i].key, 0)) {
				sum += range.at[i].value;
				found++;
			}
		}
	}
	return found ? sum / found : NAN;
}

/* What a table does not list which was cut off has as many samples as its last row, at most. */
static double or_least(double cost, const struct run *run, enum record_end end)
{
	return cost == 0 ? profile_least(run, end) : cost;
}

/* In % of the samples, where no one knows what a sample is worth. */
static double component_share(const struct run *run, enum record_end end, int component)
{
	struct figures shares = run_range(run, METRIC_profile_share, end);
	double sum = 0;

	for (size_t i = 0; i < shares.count; i++)
		if (!strcmp(cost_component(shares.at[i].key), component_name(component)))
			sum += 100 * shares.at[i].value;
	return sum;
}

static double component_cost(const struct run *run, enum record_end end, int component)
{
	struct ledger ledger;
	double sum = 0;

	if (profile_is_shares(run, end))
		return or_least(component_share(run, end, component), run, end);
	ledger = ledger_of(run);
	for (size_t i = 0; i < ledger.count; i++)
		if (ledger.at[i].end == end &&
		    !strcmp(cost_component(ledger.at[i].key), component_name(component)))
			sum += ledger.at[i].ns_per_kb;
	if (isnan(ledger.sum[LEDGER_TOTAL][end]))
		sum = NAN;
	ledger_free(&ledger);
	return or_least(sum, run, end);
}

static double end_cost(const struct run *run, enum record_end end)
{
	struct ledger ledger = ledger_of(run);
	double sum = ledger.sum[LEDGER_TOTAL][end];

	ledger_free(&ledger);
	return sum;
}

double sign_value(const struct sign *sign, const struct run *run, const struct run *witness,
		  enum record_end end)
{
	end = end_of(sign, end);
	switch (sign->how) {
	case SIGN_PART:
		return or_least(part_cost(run, end, sign->what), run, end);
	case SIGN_COMPONENT:
		return component_cost(run, end, sign->what);
	case SIGN_COST:
		return end_cost(run, end);
	case SIGN_FUNCTION:
		return or_least(function_cost(run, end, sign->key), run, end);
	case SIGN_COUNT:
		return sum_matching(run, witness, sign->what, end, sign->key) * GB /
		       run_payload(run, end);
	case SIGN_TIME:
		return 100 * sum_matching(run, witness, sign->what, end, sign->key) /
		       run_window_ns(run, end);
	case SIGN_LEVEL:
		return mean_matching(run, sign->what, end, sign->key);
	case SIGN_SHARE:
		return 100 * sum_matching(run, witness, sign->what, end, sign->key) /
		       run_sum(run, sign->of, end);
	case SIGN_FIGURE:
	case SIGN_PERCENT:
	case SIGN_SLOWNESS:
		return sign->figure(run, end);
	default:
		return NAN;
	}
}

static bool has_rows(const struct run *run, enum metric_id id, enum record_end end)
{
	bool has = run_range(run, id, end).count > 0;

	for (enum record_end one = 0; end == END_HOST && one < RECORD_ENDS && !has; one++)
		has = run_range(run, id, one).count > 0;
	return has;
}

/* The first run of the set, or of the other, in which there is a row of what the sign counts. */
static const struct run *witness_of(const struct sign *sign, const struct design *d,
				    enum record_end end)
{
	const struct configuration *sets[] = {d->a, d->b};

	if (sign->how != SIGN_COUNT && sign->how != SIGN_TIME && sign->how != SIGN_SHARE)
		return NULL;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sets[side]->count; i++)
			if (has_rows(sets[side]->runs[i], sign->what, end_of(sign, end)))
				return sets[side]->runs[i];
	return NULL;
}

static double *values_of(const struct sign *sign, const struct design *d, int side,
			 enum record_end end)
{
	const struct configuration *c = side ? d->b : d->a;
	const struct run *witness = witness_of(sign, d, end);
	double *values = must_calloc(c->count + 1, sizeof(*values));

	for (size_t i = 0; i < c->count; i++)
		values[i] = d->apart[side][i] ? NAN : sign_value(sign, c->runs[i], witness, end);
	return values;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		sum += values[i];
		n++;
	}
	return n ? sum / n : NAN;
}

static bool agrees(enum sign_way way, double from, double to)
{
	return way == UP ? to > from : to < from;
}

/* The part of the pairs that moved that way; in rounds only pairs of one round count. */
static double agreeing(const struct design *d, enum sign_way way, const double *from,
		       const double *to)
{
	double agree = 0, pairs = 0;

	if (d->layout == LAYOUT_ROUNDS) {
		for (size_t i = 0; i < d->round_count; i++) {
			double x = from[d->rounds[i][0]], y = to[d->rounds[i][1]];

			pairs += !isnan(x) && !isnan(y);
			agree += agrees(way, x, y);
		}
	} else {
		for (size_t i = 0; i < d->a->count; i++) {
			for (size_t j = 0; j < d->b->count; j++) {
				pairs += !isnan(from[i]) && !isnan(to[j]);
				agree += agrees(way, from[i], to[j]);
			}
		}
	}
	return pairs > 0 ? agree / pairs : NAN;
}

static double mean_cost(const struct design *d, enum record_end end)
{
	const struct sign whole = {.how = SIGN_COST};
	double cost = 0;

	if (profile_is_shares(d->a->runs[0], end))
		return 100;
	for (int side = 0; side < 2; side++) {
		const struct configuration *c = side ? d->b : d->a;
		double *values = values_of(&whole, d, side, end);

		cost = fmax(cost, mean_of(values, c->count));
		free(values);
	}
	return cost;
}

/* Whether it moved far enough to matter. share: of the way that the sign asks for; chance: that far counts are apart by chance. */
static bool far_enough(const struct seen *seen, const struct design *d, double share, double chance)
{
	const struct sign *sign = seen->sign;
	double times = pow(sign->least, share);
	double more = sign->way == DOWN ? seen->from - seen->to : seen->to - seen->from;
	double high = fmax(seen->from, seen->to), low = fmin(seen->from, seen->to);

	if (seen->to < sign->floor)
		return false;
	switch (sign->how) {
	case SIGN_PART:
	case SIGN_COMPONENT:
	case SIGN_COST:
	case SIGN_FUNCTION:
		return more >= share * sign->least / 100 * mean_cost(d, seen->end);
	case SIGN_TIME:
	case SIGN_SHARE:
	case SIGN_PERCENT:
		return more >= share * sign->least;
	case SIGN_COUNT:
		return high >= LEAST_COUNT && more > 0 && high >= times * low && more > chance;
	default:
		return more > 0 && high >= times * low;
	}
}

/* Functions that were in no sample of one set, and in some runs of the other. */
static bool appeared(const struct seen *seen, const double *to, size_t count)
{
	size_t runs = 0;

	for (size_t i = 0; i < count; i++)
		runs += to[i] > 0;
	return seen->sign->how == SIGN_PART && seen->from == 0 && runs >= APPEARED_RUNS;
}

/* Of both sets: 1 where costs are % of the samples, 0 where they are ns, -1 where they are not the same. */
static int in_shares(const struct design *d, enum record_end end)
{
	bool a = profile_is_shares(d->a->runs[0], end), b = profile_is_shares(d->b->runs[0], end);

	return a == b ? a : -1;
}

bool sign_is_cost(const struct sign *sign)
{
	return sign->how == SIGN_PART || sign->how == SIGN_COMPONENT || sign->how == SIGN_COST ||
	       sign->how == SIGN_FUNCTION;
}

static const char *unit_of(const struct sign *sign, bool shares)
{
	switch (sign->how) {
	case SIGN_PART:
	case SIGN_COMPONENT:
	case SIGN_COST:
	case SIGN_FUNCTION:
		return shares ? "% of the samples" : "ns/KB";
	case SIGN_COUNT:
		return "per GB";
	case SIGN_TIME:
		return "% of the window";
	case SIGN_SHARE:
	case SIGN_PERCENT:
		return "%";
	case SIGN_LEVEL:
		return metric_info(sign->what)->unit;
	case SIGN_SLOWNESS:
		return "times as long";
	default:
		return sign->unit ? sign->unit : "";
	}
}

/*
 * Of a table that was cut off it is known what a cost that it does not list is at the most. So none is known to be dear, and
 * of two nothing is known but how long the tables are.
 */
static bool is_bound_alone(const struct sign *sign, const struct design *d, enum record_end end,
			   const double *from, const double *to)
{
	bool up = sign->way != DOWN;
	const struct configuration *c = up ? d->b : d->a;
	const double *dear = up ? to : from;

	for (size_t i = 0; sign_is_cost(sign) && i < c->count; i++)
		if (dear[i] > profile_least(c->runs[i], end))
			return false;
	return sign_is_cost(sign) && c->count && profile_least(c->runs[0], end) > 0;
}

struct seen sign_seen(const struct sign *sign, const struct design *d, enum record_end end,
		      bool expected)
{
	double *from = values_of(sign, d, 0, end);
	double *to = values_of(sign, d, 1, end);
	struct seen seen = {
		.sign = sign,
		.end = end_of(sign, end),
		.from = mean_of(from, d->a->count),
		.to = mean_of(to, d->b->count),
	};
	int shares;

	shares = in_shares(d, seen.end);
	seen.unit = unit_of(sign, shares > 0);
	seen.measured = !isnan(seen.from) && !isnan(seen.to) &&
			!(sign_is_cost(sign) && shares < 0) &&
			!is_bound_alone(sign, d, seen.end, from, to);
	if (seen.measured && sign->way == STAYS) {
		seen.share = 1;
		seen.holds = fmax(seen.from, seen.to) <= sign->least * fmin(seen.from, seen.to);
	} else if (seen.measured) {
		double chance = sign->how == SIGN_COUNT
					? chance_of(sign->what, sign->key, d, seen.end,
						    (const double *const[]){from, to})
					: 0;

		seen.share = agreeing(d, sign->way, from, to);
		seen.holds =
			seen.share >= (d->layout == LAYOUT_ROUNDS ? ROUNDS_AGREE : PAIRS_AGREE) &&
			far_enough(&seen, d, expected ? EXPECTED_SHARE : 1, chance);
		seen.holds |= expected && appeared(&seen, to, d->b->count);
	}
	free(from);
	free(to);
	return seen;
}

void sign_print(const struct seen *seen, bool backwards, char *text, size_t size)
{
	static const char *const ends[] = {"", " at the receiver", " at the sender"};
	double a = backwards ? seen->to : seen->from, b = backwards ? seen->from : seen->to;
	char from[32], to[32], ratio[32], times[48] = "";

	if (a > 0 && b > 0)
		snprintf(times, sizeof(times), " (x %s)", figure_words(b / a, ratio, sizeof(ratio)));
	snprintf(text, size, "%s%s %s to %s%s%s%s", seen->sign->words, ends[seen->end],
		 figure_words(a, from, sizeof(from)), figure_words(b, to, sizeof(to)),
		 *seen->unit ? " " : "", seen->unit, times);
}
