// SPDX-License-Identifier: GPL-2.0-or-later
/* The place of a change that nothing explains which is known: the functions that came with it. */
#include <math.h>
#include <string.h>

#include "analyze/causes/causes.h"
#include "analyze/causes/figures.h"

/* Beside a cause that explains so much it is no other one. */
#define ENOUGH_BESIDE 0.5
/* Of the change: what explains less is not its place, and of what costs many times as much most was saved elsewhere. */
#define EXPLAINS_LEAST 0.25
#define EXPLAINS_MOST  4
/* Of what came: as much may have gone. */
#define WENT_MOST 0.5

static const struct mechanism newcomer = {
	.id = "function",
	.because = "a function runs that never did",
	.remedy = "see who calls it, and why: zcroi show folded, and the function's source",
	.confirm = "both again without it, in one experiment",
	.source = "the records' samples: none of it in any run of the other set",
	.kernels = "all",
};

/* What the end costs whose CPUs run it; of ends that share their CPUs all. */
static double cost_of(const struct newcomers *n, const struct causes *c, enum record_end end)
{
	double all = 0;

	if (end != END_HOST && !(figure_shared(c->design.a->runs[0], end) > 50))
		return n->cost[end];
	for (int one = 0; one < END_COUNT; one++)
		all += isnan(n->cost[one]) ? 0 : n->cost[one];
	return all;
}

static void add_seen(struct cause *cause, const struct newcomer *one, double from, double to)
{
	struct seen seen = {
		.sign = &one->sign,
		.end = one->end,
		.from = from,
		.to = to,
		.share = 1,
		.unit = one->sign.unit,
		.measured = true,
		.holds = true,
	};

	if (to > from && cause->seen_count < SIGNS_MAX)
		cause->seen[cause->seen_count++] = seen;
	if (to < from && cause->against_count < SIGNS_MAX)
		cause->against[cause->against_count++] = seen;
}

static bool is_place(const struct newcomers *n, const struct causes *c, struct cause *cause)
{
	const struct comparison *answer =
		c->proven == PROVEN_THROUGHPUT ? &c->throughput : &c->cost;
	double lost = fabs(log(answer->ratio.center)), came = 0, went = 0, share;

	*cause = (struct cause){.mechanism = &newcomer};
	if (c->proven != PROVEN_THROUGHPUT && c->proven != PROVEN_COST)
		return false;
	for (size_t i = 0; i < n->count; i++) {
		const struct newcomer *one = &n->at[i];
		double from = c->reversed ? one->b : one->a, to = c->reversed ? one->a : one->b;

		came += to > from ? to : 0;
		went += to < from ? from : 0;
		if (to > from && !cause->seen_count)
			cause->end = one->end;
		add_seen(cause, one, from, to);
	}
	if (!cause->seen_count || went > WENT_MOST * came)
		return false;
	share = log1p((came - went) / cost_of(n, c, cause->end)) / lost;
	cause->score = cause->explains = fmin(1, share);
	return share >= EXPLAINS_LEAST && share <= EXPLAINS_MOST;
}

void causes_add_place(struct causes *c)
{
	struct cause cause;

	for (size_t i = 0; i < c->count; i++)
		if ((c->at[i].explains >= ENOUGH_BESIDE && !c->at[i].against_count) ||
		    !strcmp(c->at[i].mechanism->id, newcomer.id))
			return;
	if (is_place(&c->newcomers, c, &cause) && c->withdrawn.mechanism != &newcomer)
		ARRAY_ADD(c->at, c->count) = cause;
}
