// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/pace.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/say.h"
#include "zcprof/run/output.h"
#include "zcprof/run/refused.h"
#include "zcprof/run/run.h"
#include "zcprof/run/until.h"

/* Fewer rounds may be narrow by chance. */
#define UNTIL_LEAST 5

/* Starting and ending the processes and the collectors, beside warm-up and window. */
#define AROUND_RUN_S 1.5

static bool is_finished(const struct experiment *x, const struct slot *slot)
{
	char *path = run_path(x, slot);
	bool finished = path && output_is_whole(path);

	free(path);
	return finished;
}

size_t pace_finished(const struct experiment *x)
{
	const struct plan *plan = &x->settings->plan;
	size_t finished = 0;

	for (size_t i = 0; i < plan->slot_count; i++)
		finished += is_finished(x, &plan->slots[i]);
	return finished;
}

static double seconds_of(const struct experiment *x, const struct slot *slot)
{
	return run_seconds(&x->settings->plan.configurations[slot->configuration]) + AROUND_RUN_S;
}

double pace_seconds(const struct experiment *x)
{
	const struct plan *plan = &x->settings->plan;
	double sum = 0;

	for (size_t i = 0; i < plan->slot_count; i++)
		if (!is_finished(x, &plan->slots[i]))
			sum += seconds_of(x, &plan->slots[i]);
	return sum;
}

static unsigned int runs_of(const struct experiment *x, size_t configuration)
{
	const struct plan *plan = &x->settings->plan;
	unsigned int runs = 0;

	for (size_t i = 0; i < plan->slot_count; i++)
		runs += plan->slots[i].configuration == configuration && !plan->slots[i].control &&
			is_finished(x, &plan->slots[i]);
	return runs;
}

/* What could not run then may run now. */
static void say_again(const struct experiment *x)
{
	const struct plan *plan = &x->settings->plan;
	size_t again = 0;

	for (size_t i = 0; i < plan->configuration_count; i++)
		again += refused_earlier(x, &plan->configurations[i]) && !runs_of(x, i);
	if (again)
		say_info("%zu configuration%s left out by an earlier call, and %s tried again",
			 again, again == 1 ? " was" : "s were", again == 1 ? "is" : "are");
}

int pace_open(struct pace *p, struct experiment *x)
{
	*p = (struct pace){.x = x, .in_time = true};
	p->known = calloc(x->settings->plan.configuration_count + 1, sizeof(*p->known));
	p->unable = calloc(x->settings->plan.configuration_count + 1, sizeof(*p->unable));
	if (p->known && p->unable) {
		say_again(x);
		return 0;
	}
	pace_close(p);
	say_error("no memory left for the order");
	return -1;
}

void pace_close(struct pace *p)
{
	free(p->known);
	free(p->unable);
}

void pace_unable(struct pace *p, size_t slot)
{
	p->unable[p->x->settings->plan.slots[slot].configuration] = true;
}

/* ---- what is known ---- */

/* What all others are compared with is needed as long as any of them is. */
static void judge_known(struct pace *p, unsigned int rounds)
{
	const struct settings *s = p->x->settings;
	size_t count = s->plan.configuration_count;
	bool all = true;

	for (size_t i = count > 1; i < count; i++) {
		p->known[i] = until_width(p->x, i, rounds) <= s->until;
		all = all && p->known[i];
	}
	if (count > 1)
		p->known[0] = all;
}

static double widest(const struct pace *p, unsigned int rounds)
{
	size_t count = p->x->settings->plan.configuration_count;
	double width = 0;

	for (size_t i = count > 1; i < count; i++)
		width = fmax(width, until_width(p->x, i, rounds));
	return width;
}

/* ---- time ---- */

/* As the runs of this call took; before there was one, as they should. */
static double expected_s(const struct pace *p, const struct slot *slot)
{
	const struct progress *progress = &p->x->progress;

	return progress->measured ? (clock_s() - progress->began_s) / progress->measured
				  : seconds_of(p->x, slot);
}

static double left_s(const struct pace *p)
{
	return p->x->settings->within_s - (clock_s() - p->x->progress.began_s);
}

struct knowledge {
	struct slot slot;
	unsigned int runs;
	double width;
};

/* The first, with which others are compared, before others of as many runs. */
static int by_knowledge(const void *a, const void *b)
{
	const struct knowledge *x = a, *y = b;

	if (x->runs != y->runs)
		return x->runs < y->runs ? -1 : 1;
	if (x->width > y->width || y->width > x->width)
		return x->width > y->width ? -1 : 1;
	return 0;
}

static void order_round(struct pace *p, size_t end)
{
	struct slot *slots = p->x->settings->plan.slots;
	struct knowledge *known = calloc(end - p->at, sizeof(*known));

	if (!known)
		return; /* any order will do */
	for (size_t i = p->at; i < end; i++) {
		size_t c = slots[i].configuration;

		known[i - p->at] = (struct knowledge){
			.slot = slots[i],
			.runs = runs_of(p->x, c),
			.width = c ? until_width(p->x, c, slots[i].repeat - 1) : INFINITY,
		};
	}
	qsort(known, end - p->at, sizeof(*known), by_knowledge);
	for (size_t i = p->at; i < end; i++)
		slots[i] = known[i - p->at].slot;
	free(known);
}

static void begin_round(struct pace *p)
{
	const struct settings *s = p->x->settings;
	const struct slot *slots = s->plan.slots;
	unsigned int repeat = slots[p->at].repeat;
	double needed = 0;
	size_t end = p->at;

	if (s->until > 0 && repeat > UNTIL_LEAST)
		judge_known(p, repeat - 1);
	for (; end < s->plan.slot_count && slots[end].repeat == repeat; end++)
		if (!is_finished(p->x, &slots[end]))
			needed += expected_s(p, &slots[end]);
	if (s->within_s > 0 && needed > left_s(p))
		order_round(p, end);
}

bool pace_next(struct pace *p, size_t *slot)
{
	const struct settings *s = p->x->settings;
	const struct slot *slots = s->plan.slots;

	for (; p->at < s->plan.slot_count; p->at++) {
		const struct slot *next = &slots[p->at];

		if (!p->at || slots[p->at - 1].repeat != next->repeat)
			begin_round(p);
		if (p->known[next->configuration] || p->unable[next->configuration] ||
		    is_finished(p->x, next))
			continue;
		if (s->within_s > 0 && expected_s(p, next) > left_s(p)) {
			p->in_time = false;
			return false;
		}
		*slot = p->at++;
		return true;
	}
	return false;
}

/* ---- how it ended ---- */

/* Of an experiment that was to go on until. */
static void say_width(const struct pace *p)
{
	const struct settings *s = p->x->settings;
	unsigned int rounds = 0;
	double width;

	for (size_t i = 0; i < s->plan.slot_count; i++)
		if (s->plan.slots[i].repeat > rounds && is_finished(p->x, &s->plan.slots[i]))
			rounds = s->plan.slots[i].repeat;
	width = widest(p, rounds);
	if (width <= s->until && rounds >= UNTIL_LEAST)
		say_info("after %u rounds throughput is known to ±%.2g %%, as asked for", rounds,
			 100 * width);
	else if (isfinite(width))
		say_warning("gave up after %u rounds: throughput is known to ±%.2g %%, and ±%.2g %% was asked for; give a larger --repeat, longer --seconds, or a quieter machine",
			    rounds, 100 * width, 100 * s->until);
	else
		say_warning("runs are missing, so it is not known how well throughput is known");
}

/* Of one that failed, its own reason is there. */
static bool was_tried(const struct pace *p, size_t configuration)
{
	const struct slot *slots = p->x->settings->plan.slots;

	for (size_t i = 0; i < p->at; i++)
		if (slots[i].configuration == configuration)
			return true;
	return false;
}

static void give_up(const struct pace *p)
{
	const struct experiment *x = p->x;
	const struct plan *plan = &x->settings->plan;
	size_t least = 0, none = 0, fewer = 0;
	unsigned int fewest = UINT32_MAX;

	for (size_t i = 0; i < plan->configuration_count; i++) {
		unsigned int runs = runs_of(x, i);

		if (p->unable[i])
			continue;
		none += !runs;
		fewer += runs < x->settings->repeats && !p->known[i];
		if (runs < fewest) {
			fewest = runs;
			least = i;
		}
		if (!runs && !was_tried(p, i))
			refused_write(x, &plan->configurations[i], END_HOST, "time",
				      "there was no time left for it (--within); the same command goes on");
	}
	if (none == fewer) {
		say_warning("the time of --within is used up: %zu of %zu runs are not made; %zu configuration%s no run yet; the same command goes on",
			    plan->slot_count - pace_finished(x), plan->slot_count, none,
			    none == 1 ? " has" : "s have");
		return;
	}
	say_warning("the time of --within is used up: %zu of %zu runs are not made; %zu configuration%s fewer than %u runs, %zu have none, and the fewest, %u, has %s; the same command goes on",
		    plan->slot_count - pace_finished(x), plan->slot_count, fewer,
		    fewer == 1 ? " has" : "s have", x->settings->repeats, none, fewest,
		    plan->configurations[least].name);
}

void pace_end(struct pace *p)
{
	if (p->x->settings->until > 0)
		say_width(p);
	if (!p->in_time)
		give_up(p);
}
