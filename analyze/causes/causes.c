// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/causes.h"

#include <math.h>
#include <string.h>

#include "analyze/causes/explained.h"
#include "analyze/causes/figures.h"
#include "analyze/causes/functions.h"
#include "analyze/causes/origin.h"
#include "analyze/figures/parts.h"

/* A cause that explains less is no cause. */
#define LEAST_EXPLAINED 0.05
/* What explains less than this, of a setting that differs, is little surer for the setting. */
#define SETTING_EXPLAINS 0.1

/* ---- one mechanism ---- */

static void add_seen(struct cause *cause, struct seen seen)
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
			add_seen(cause, seen);
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
static void weigh(struct cause *cause, const struct causes *c)
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
	weigh(cause, c);
	also = hold(cause, m->also, c, &measured);
	for (size_t i = 0; i < length(m->against); i++) {
		struct seen seen = sign_seen(&m->against[i], &c->design, cause->end, false);

		if (seen.holds)
			cause->against[cause->against_count++] = seen;
	}
	cause->score = cause->explains + 0.1 * also - 0.4 * cause->against_count;
	if (cause->setting)
		cause->score += fmin(1, cause->explains / SETTING_EXPLAINS);
	return cause->setting || cause->explains >= LEAST_EXPLAINED;
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

/* ---- what no mechanism knows of ---- */

static const struct mechanism unknown_setting = {
	.id = "setting",
	.because = "a setting differs",
	.remedy = "the other value",
	.confirm = "zcprof run with both values in one experiment",
	.source = "the record's facts",
	.kernels = "all",
};

bool cause_is_setting(const struct cause *cause)
{
	return cause->mechanism == &unknown_setting;
}

static bool is_used(const struct causes *c, const struct setting *s)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].setting == s || mechanism_setting(c->at[i].mechanism, s->end, s, 1) ||
		    setting_origin(c->at[i].setting, c->settings, c->setting_count) == s)
			return true;
	return false;
}

static void see(struct cause *cause, const struct causes *c, const struct sign *sign,
		enum record_end end)
{
	struct seen seen = sign_seen(sign, &c->design, end, false);

	if (seen.holds && cause->seen_count < 3)
		add_seen(cause, seen);
}

/*
 * A setting without a mechanism is named with what moved most, the components first. Where none did, with the time for
 * which the ends waited.
 */
static void see_what_moved(struct cause *cause, const struct causes *c)
{
	static struct sign signs[COMPONENT_COUNT];
	static const struct sign idle = {.how = SIGN_PERCENT,
					 .figure = figure_idle,
					 .way = UP,
					 .least = 5,
					 .words = "idle time of the busiest CPU"};

	for (enum record_end end = END_RX; end <= END_TX; end++) {
		for (int part = 0; part < COMPONENT_COUNT; part++) {
			signs[part] = (struct sign){.how = SIGN_COMPONENT,
						    .what = part,
						    .way = UP,
						    .least = 5,
						    .words = component_name(part)};
			if (part != COMPONENT_idle && part != COMPONENT_tracing)
				see(cause, c, &signs[part], end);
		}
	}
	for (enum record_end end = END_RX; end <= END_TX && !cause->seen_count; end++)
		see(cause, c, &idle, end);
}

static void add_setting(struct causes *c, const struct setting *s)
{
	struct cause cause = {.mechanism = &unknown_setting, .setting = s, .end = s->end};

	see_what_moved(&cause, c);
	if (!cause.seen_count)
		return;
	weigh(&cause, c);
	cause.explains /= 2;
	cause.score = 0.5 + cause.explains;
	ARRAY_ADD(c->at, c->count) = cause;
}

static void add_settings(struct causes *c)
{
	size_t known = c->count;

	/* What differs beside a cause that is enough is in zcroi diff. */
	for (size_t i = 0; i < known; i++)
		if (cause_is_enough(&c->at[i]))
			return;
	for (size_t i = 0; i < c->setting_count; i++) {
		struct causes before = *c;

		before.count = known;
		if (!setting_is_noise(&c->settings[i]) && !is_used(&before, &c->settings[i]))
			add_setting(c, &c->settings[i]);
		/* One is enough: which of several it was, no one knows. */
		if (c->count > known)
			return;
	}
}

/* ---- functions ---- */

static const struct mechanism unknown_function = {
	.id = "function",
	.because = "a function takes longer for the same bytes",
	.remedy =
		"find whose it is and what calls it: what it belongs to is named in zcroi show symbols",
	.confirm = "zcroi diff: functions that came or grew; zcroi show folded, for who calls it",
	.source = "the record's samples",
	.kernels = "all",
};

/* Of a part of which a cause speaks already it is only one more piece of evidence. */
static struct cause *cause_of_part(struct causes *c, enum record_end end, enum part part)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t j = 0; j < c->at[i].seen_count; j++) {
			const struct seen *seen = &c->at[i].seen[j];

			if (seen->sign->how == SIGN_PART && seen->sign->what == (int)part &&
			    seen->end == end)
				return &c->at[i];
		}
	return NULL;
}

static void add_function(struct causes *c, const struct seen *seen, bool wanted)
{
	struct cause cause = {.mechanism = &unknown_function, .end = seen->end};
	struct cause *known =
		cause_of_part(c, seen->end,
			      part_of_function(c->design.b->runs[0], seen->end, seen->sign->key));

	if (known) {
		add_seen(known, *seen);
		return;
	}
	add_seen(&cause, *seen);
	weigh(&cause, c);
	/* What is known explains more than a name does. */
	cause.explains /= 2;
	cause.score = cause.explains;
	if (wanted && cause.explains >= LEAST_EXPLAINED)
		ARRAY_ADD(c->at, c->count) = cause;
}

static void add_functions(struct causes *c)
{
	bool wanted = true;

	for (size_t i = 0; i < c->count; i++)
		wanted &= !cause_is_enough(&c->at[i]);
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		struct seen seen;

		if (!function_grown(&c->design, end, &seen))
			continue;
		ARRAY_ADD(c->made, c->made_count) = seen.sign;
		add_function(c, &seen, wanted);
	}
}

/* ---- both ways ---- */

static void rank(struct causes *c)
{
	for (size_t i = 0; i < mechanism_count; i++)
		if (&mechanisms[i] != c->withdrawn.mechanism)
			try_mechanism(c, &mechanisms[i]);
	add_settings(c);
	add_functions(c);
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
#define LEAP	    10
#define LEAST_LEAPS 1000 /* per GB, or in a million */

static bool is_leap(const struct seen *seen, const struct design *d)
{
	enum sign_how how = seen->sign->how;

	return d->layout == LAYOUT_ROUNDS && d->round_count >= 3 && seen->share >= 1 &&
	       (how == SIGN_COUNT || (how == SIGN_FIGURE && seen->sign->way == UP)) &&
	       seen->to >= LEAST_LEAPS && seen->to >= LEAP * seen->from;
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
		if (is_needed(cause->seen[i].sign, cause->mechanism) &&
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
		if ((c->at[i].setting && c->at[i].mechanism != &unknown_setting) ||
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
	    cause->mechanism == &unknown_setting || cause->against_count)
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
