// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/causes.h"

#include <math.h>
#include <string.h>

#include "analyze/causes/explained.h"
#include "analyze/causes/origin.h"

/* What explains less than this, of a setting that differs, is little surer for the setting. */
#define SETTING_EXPLAINS 0.1

/* ---- one mechanism ---- */

void cause_add_seen(struct cause *cause, struct seen seen)
{
	if (cause->seen_count < EVIDENCE_MAX)
		cause->seen[cause->seen_count++] = seen;
}

/*
 * How many of a list of signs hold; what holds is kept, and what was measured is counted. That something stays speaks
 * for nothing by itself: where it was not measured, nothing speaks against it.
 */
static size_t hold(struct cause *cause, const struct sign *signs, const struct causes *c,
		   size_t *measured)
{
	size_t holding = 0;

	for (size_t i = 0; i < SIGNS_MAX && signs[i].how != SIGN_NONE; i++) {
		struct seen seen = sign_seen(&signs[i], &c->design, cause->end, cause->setting);

		*measured += seen.measured;
		holding += seen.holds || (signs[i].way == STAYS && !seen.measured);
		if (seen.holds && signs[i].way != STAYS)
			cause_add_seen(cause, seen);
	}
	return holding;
}

static size_t length(const struct sign *signs)
{
	size_t n = 0;

	while (n < SIGNS_MAX && signs[n].how != SIGN_NONE)
		n++;
	return n;
}

/* The evidence that explains most stands first. */
void cause_weigh(struct cause *cause, const struct causes *c)
{
	for (size_t i = 0; i < cause->seen_count; i++) {
		double explains =
			explained_by(&cause->seen[i], &c->design, c->proven == PROVEN_THROUGHPUT);

		if (explains <= cause->explains)
			continue;
		cause->explains = explains;
		if (i) {
			struct seen first = cause->seen[i];

			memmove(&cause->seen[1], &cause->seen[0], i * sizeof(first));
			cause->seen[0] = first;
		}
	}
}

/* Whether the mechanism holds at an end. *known: it could be told. */
static bool holds_at(struct cause *cause, const struct causes *c, bool *known)
{
	const struct mechanism *m = cause->mechanism;
	size_t measured = 0, also = 0;
	size_t all = hold(cause, m->all, c, &measured);
	size_t any = hold(cause, m->any, c, &measured);

	*known |= measured > 0;
	if (all < length(m->all) || (length(m->any) && !any))
		return false;
	cause_weigh(cause, c);
	also = hold(cause, m->also, c, &measured);
	for (size_t i = 0; i < length(m->against); i++) {
		struct seen seen = sign_seen(&m->against[i], &c->design, cause->end, false);

		if (seen.holds)
			cause->against[cause->against_count++] = seen;
	}
	cause->score = cause->explains + 0.1 * also - 0.4 * cause->against_count;
	if (cause->setting)
		cause->score += fmin(1, cause->explains / SETTING_EXPLAINS);
	return cause->setting || cause->explains >= CAUSE_EXPLAINS_LEAST;
}

/* A path that is not known, as of a program that zcprof attached to, may be any. */
static bool is_of_path(const struct mechanism *m, const struct configuration *set,
		       enum record_end end)
{
	const char *path = run_fact(set->runs[0], METRIC_fact_option, end, "path");

	for (size_t i = 0; path && i < PATHS_MAX && m->paths[i]; i++)
		if (!strcmp(path, m->paths[i]))
			return true;
	return !path || !m->paths[0];
}

static void try_mechanism(struct causes *c, const struct mechanism *m)
{
	static const struct {
		enum record_end first, last;
	} ends[] = {
		[AT_EITHER] = {END_RX, END_TX},
		[AT_SENDER] = {END_TX, END_TX},
		[AT_RECEIVER] = {END_RX, END_RX},
		[AT_MACHINE] = {END_HOST, END_HOST},
	};
	struct cause best = {.mechanism = NULL};
	bool known = false;

	for (enum record_end end = ends[m->at].first; end <= ends[m->at].last; end++) {
		struct cause cause = {
			.mechanism = m,
			.end = end,
			.setting = mechanism_setting(m, end, c->settings, c->setting_count),
		};

		if (!is_of_path(m, c->design.a, end) && !is_of_path(m, c->design.b, end))
			continue;
		if (holds_at(&cause, c, &known) && (!m->needs_fact || cause.setting) &&
		    (!best.mechanism || cause.score > best.score))
			best = cause;
	}
	c->considered += known;
	if (!best.mechanism)
		return;
	/* What was seen at one end only stands there, whichever end was asked, and so does what was set there. */
	if (m->at == AT_EITHER && best.seen_count && best.seen[0].end != END_HOST)
		best.end = best.seen[0].end;
	best.setting = mechanism_setting(m, best.end, c->settings, c->setting_count);
	ARRAY_ADD(c->at, c->count) = best;
}

/* ---- both ways ---- */

static void rank(struct causes *c)
{
	for (size_t i = 0; i < mechanism_count; i++)
		if (&mechanisms[i] != c->withdrawn.mechanism)
			try_mechanism(c, &mechanisms[i]);
	causes_add_unnamed(c);
	causes_add_place(c);
	for (size_t i = 0; i < c->count; i++)
		c->at[i].setting = setting_origin(c->at[i].setting, c->settings, c->setting_count);
	causes_merge(c);
}

static void find(struct causes *c, const struct configuration *a, const struct configuration *b)
{
	design_of(&c->design, c->reversed ? b : a, c->reversed ? a : b);
	c->setting_count = settings_of(c->design.a, c->design.b, &c->settings);
	rank(c);
}

/*
 * A counter that leapt in each of several rounds, of runs that took turns, is no accident, even where it cost nothing that
 * these runs prove.
 */
#define LEAP	      10
#define LEAST_LEAPS   1000 /* per GB, or in a million */
#define LEAST_OF_TIME 10   /* % */
#define LEAST_OF_COST 0.2  /* of all that the end costs; less may be the chance of a few samples */

static bool is_much(const struct seen *seen, const struct design *d)
{
	static const struct sign whole = {.how = SIGN_COST, .way = UP};
	struct seen all = sign_seen(&whole, d, seen->end, false);

	return all.measured && seen->to >= LEAST_OF_COST * all.to;
}

static bool is_leap(const struct seen *seen, const struct design *d)
{
	enum sign_how how = seen->sign->how;

	if (d->layout != LAYOUT_ROUNDS || d->round_count < 3 || seen->share < 1 ||
	    seen->sign->way != UP)
		return false;
	/* Of time that there is none of, a tenth. */
	if (how == SIGN_TIME || how == SIGN_PERCENT)
		return seen->from == 0 && seen->to >= LEAST_OF_TIME;
	if (how == SIGN_PART || how == SIGN_FUNCTION)
		return seen->to >= LEAP * seen->from && is_much(seen, d);
	return (how == SIGN_COUNT || how == SIGN_FIGURE) && seen->to >= LEAST_LEAPS &&
	       seen->to >= LEAP * seen->from;
}

/* One of those by which the mechanism shows, and not only one that goes with it. */
static bool is_needed(const struct sign *sign, const struct mechanism *m)
{
	return (sign >= m->all && sign < m->all + SIGNS_MAX) ||
	       (sign >= m->any && sign < m->any + SIGNS_MAX);
}

static bool leapt(const struct causes *c, const struct cause *cause)
{
	for (size_t i = 0; i < cause->seen_count; i++)
		if ((is_needed(cause->seen[i].sign, cause->mechanism) ||
		     cause->seen[i].sign->how == SIGN_FUNCTION) &&
		    is_leap(&cause->seen[i], &c->design))
			return !cause->against_count;
	return false;
}

bool cause_is_counted(const struct causes *c, const struct cause *cause)
{
	return c->proven == PROVEN_NOTHING && !cause->setting;
}

/* Where no answer moved for sure, a figure alone proves nothing; with its setting it does, and by a leap it is worth a word. */
static void keep_shown(struct causes *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++)
		if ((c->at[i].setting && !cause_is_setting(&c->at[i])) ||
		    (!c->at[i].setting && leapt(c, &c->at[i])))
			c->at[kept++] = c->at[i];
	c->count = kept;
}

void causes_of(struct causes *c, const struct configuration *a, const struct configuration *b,
	       const struct common *common, const struct proof *proof)
{
	struct causes other;
	bool alone;

	*c = (struct causes){.at = NULL};
	c->reversed = !causes_ask(c, a, b, common);
	if (proof) {
		c->proven = proof->what;
		c->reversed = !proof->b_worse;
	}
	other = *c;
	find(c, a, b);
	if (c->proven != PROVEN_NOTHING)
		return;
	/* Which of them is the worse is not known then. Of tables without a throughput all is worth saying. */
	alone = (a->count < 2 || b->count < 2) && isnan(c->throughput.a) && isnan(c->throughput.b);
	other.reversed = !c->reversed;
	find(&other, a, b);
	if (!alone) {
		keep_shown(c);
		keep_shown(&other);
	}
	if (other.count && (!c->count || other.at[0].score > c->at[0].score)) {
		struct causes kept = other;

		other = *c;
		*c = kept;
	}
	other.newcomers = (struct newcomers){.at = NULL};
	causes_free(&other);
}

/* With what an option set. */
static void drop_setting(struct causes *c, const struct setting *dropped)
{
	struct setting *kept = NULL;
	size_t count = 0;

	for (size_t i = 0; i < c->setting_count; i++)
		if (setting_origin(&c->settings[i], c->settings, c->setting_count) != dropped)
			ARRAY_ADD(kept, count) = c->settings[i];
	free(c->settings);
	c->settings = kept;
	c->setting_count = count;
}

void causes_withdraw(struct causes *c)
{
	const struct setting *setting = c->at[0].setting;

	c->withdrawn = c->at[0];
	if (setting) {
		c->withdrawn_setting = *setting;
		c->withdrawn.setting = &c->withdrawn_setting;
		drop_setting(c, setting);
	}
	free(c->at);
	c->at = NULL;
	c->count = c->considered = 0;
	rank(c);
	if (c->proven == PROVEN_NOTHING)
		keep_shown(c);
}

void causes_free(struct causes *c)
{
	design_free(&c->design);
	for (size_t i = 0; i < c->made_count; i++)
		free((void *)c->made[i]);
	free(c->made);
	newcomers_free(&c->newcomers);
	free(c->settings);
	free(c->at);
}

/* That an end costs more, all in all, is no figure of the mechanism's own: whatever else differs may be why. */
static bool has_own_figure(const struct cause *cause)
{
	for (size_t i = 0; i < cause->seen_count; i++)
		if (cause->seen[i].sign->how != SIGN_COST)
			return true;
	return false;
}

const char *cause_sure(const struct causes *c, const struct cause *cause)
{
	bool few = c->design.a->count < 3 || c->design.b->count < 3;

	if (cause_is_counted(c, cause))
		return "possible";
	if (few || c->proven == PROVEN_NOTHING || c->proven == PROVEN_SEEN ||
	    cause_is_setting(cause) || cause->against_count)
		return cause->explains >= 0.5 && !few && !cause->against_count ? "likely"
									       : "possible";
	if ((cause->setting && cause->explains >= 0.5 && has_own_figure(cause)) ||
	    (c->confirmed == CONFIRM_RETURNED && cause == c->at))
		return "sure";
	/* Beside a cause that is enough, what has no setting is more often its consequence. */
	if (!cause->setting && cause != c->at && cause_is_enough(c->at))
		return "possible";
	return cause->setting || cause->explains >= 0.5 ? "likely" : "possible";
}
