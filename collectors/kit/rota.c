// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/rota.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "collectors/kit/turns.h"

/* Where all count all of it so far. */
#define SLICE_USUAL_NS 20000000
/* Some 100 ns an event. */
#define EVENT_NS 100
/* Before the end of a window that is known nothing is planned, for those who are late. */
#define SPARE_NS(window_ns) ((window_ns) / 8 < 100000000 ? (window_ns) / 8 : 100000000)

struct rota rota = {.lock = PTHREAD_MUTEX_INITIALIZER, .around_ns = 2000000, .slice_loss = 0.1};

static double at_random(void)
{
	return (double)rand_r(&rota.random) / RAND_MAX;
}

static unsigned int least_of(const struct slices *s)
{
	return s->work->least > 1 ? s->work->least : 1;
}

/*
 * Fewer than are planned; where there is no time left for these (late), than it needs: one at the least, of what
 * comes after all of it was counted.
 */
static bool is_due(const struct slices *s, bool late)
{
	return s->turns < rota.turns && clock_ns() >= s->rests_until_ns &&
	       (!late || s->turns < least_of(s) || !s->sampled.count);
}

/* One of those that had the fewest. */
struct slices *rota_next(bool late)
{
	struct slices *found = NULL;
	unsigned int as_few = 0;

	for (unsigned int i = 0; i < rota.count; i++) {
		struct slices *s = rota.member[i];

		if (!s->open || s->watched || !is_due(s, late) || (found && s->turns > found->turns))
			continue;
		as_few = found && s->turns == found->turns ? as_few + 1 : 1;
		if (at_random() * as_few <= 1)
			found = s;
	}
	return found;
}

__u64 rota_slice_ns(const struct slices *s)
{
	return (__u64)((double)s->work->slice_ns * rota.length);
}

/* For all members, as their windows open one after another. */
static struct turns plan_of(__u64 ns)
{
	unsigned int least = 1, members = 0;
	__u64 slices = 0;

	for (unsigned int i = 0; i < rota.count; i++) {
		const struct slices *s = rota.member[i];

		if (s->watched)
			continue; /* most stay so */
		members++;
		slices += s->work->slice_ns;
		if (least_of(s) > least)
			least = least_of(s);
	}
	return turns_plan(ns, members ? members : 1, members ? slices : SLICE_USUAL_NS, least,
			  rota.slice_loss);
}

void rota_plan(__u64 ns)
{
	struct turns turns = plan_of(ns);

	rota.turns = 0;
	for (unsigned int i = 0; i < rota.count; i++)
		if (rota.member[i]->turns > rota.turns)
			rota.turns = rota.member[i]->turns;
	rota.until_ns += ns;
	rota.turns += turns.rounds;
	rota.length = turns.length;
}

/* When each has had a turn it is known what slices cost this load. */
static void plan_again(void)
{
	struct turns turns;

	if (rota.knows || !rota.known || rota.turns_taken < 1)
		return;
	turns = plan_of(rota.until_ns - rota.begun_ns);
	rota.turns = turns.rounds > 2 ? turns.rounds : 2;
	rota.length = turns.length;
	rota.knows = true;
}

/* How many turns of those planned are to come; *free_ns: the time that they leave. */
static unsigned int to_come(__s64 *free_ns)
{
	unsigned int count = 0;

	*free_ns = (__s64)(rota.until_ns - clock_ns());
	for (unsigned int i = 0; i < rota.count; i++) {
		const struct slices *s = rota.member[i];

		if (s->over || s->watched || s->turns >= rota.turns ||
		    s->rests_until_ns > rota.until_ns)
			continue;
		count += rota.turns - s->turns;
		*free_ns -= (__s64)((rota.turns - s->turns) * (rota_slice_ns(s) + rota.around_ns));
	}
	return count;
}

void rota_cost(__u64 events, __u64 ns)
{
	double loss = (double)events * EVENT_NS / fmax((double)ns, 1);

	rota.slice_loss = (7 * rota.slice_loss + fmin(loss, 1)) / 8;
}

double rota_between(void)
{
	__u64 all_ns =
		rota.until_ns > rota.begun_ns ? rota.until_ns - rota.begun_ns : ROTA_UNKNOWN_NS;

	return (double)all_ns / fmax(rota.turns, 1);
}

void rota_rest(struct slices *s, __u64 cpu_ns)
{
	s->rests_until_ns = clock_ns() + turns_rest(cpu_ns, rota.count);
}

void rota_took(struct slices *s)
{
	rota.turns_taken = s->turns++;
	plan_again();
}

__s64 rota_pause(bool *late)
{
	__s64 free_ns;
	unsigned int count = to_come(&free_ns);

	*late = free_ns < 0;
	return count ? (__s64)turns_pause(free_ns, count, at_random()) : -1;
}

void rota_begin(__u64 window_ns)
{
	rota.known = window_ns;
	rota.knows = false;
	rota.turns_taken = 0;
	rota.begun_ns = rota.until_ns = rota.watched_ns = clock_ns();
	rota_plan(window_ns ? window_ns - SPARE_NS(window_ns) : ROTA_UNKNOWN_NS);
}
