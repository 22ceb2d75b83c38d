// SPDX-License-Identifier: GPL-2.0-or-later
/* What no mechanism knows of: settings that differ, and functions that came. */
#include "analyze/causes/causes.h"

#include <math.h>
#include <string.h>

#include "analyze/causes/figures.h"
#include "analyze/causes/functions.h"
#include "analyze/causes/origin.h"
#include "analyze/figures/parts.h"

/* Of one setting that differs alone: next to nothing, for nobody knows what it does. */
#define ALONE_EXPLAINS 0.1

/* ---- settings ---- */

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

/* What an option set is told with the option. */
static bool is_used(const struct causes *c, const struct setting *s)
{
	if (setting_origin(s, c->settings, c->setting_count) != s)
		return true;
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].setting == s || mechanism_setting(c->at[i].mechanism, s->end, s, 1) ||
		    setting_origin(c->at[i].setting, c->settings, c->setting_count) == s)
			return true;
	return false;
}

const struct setting *causes_unused(const struct causes *c, size_t *at)
{
	while (*at < c->setting_count) {
		const struct setting *s = &c->settings[(*at)++];

		if (!setting_is_noise(s) && !is_used(c, s))
			return s;
	}
	return NULL;
}

static void see(struct cause *cause, const struct causes *c, const struct sign *sign,
		enum record_end end)
{
	struct seen seen = sign_seen(sign, &c->design, end, false);

	if (seen.holds && cause->seen_count < 3)
		cause_add_seen(cause, seen);
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
	cause_weigh(&cause, c);
	cause.explains /= 2;
	cause.score = 0.5 + cause.explains;
	ARRAY_ADD(c->at, c->count) = cause;
}

static bool is_known(const struct setting *s)
{
	for (size_t i = 0; i < mechanism_count; i++)
		if (mechanism_setting(&mechanisms[i], s->end, s, 1))
			return true;
	return false;
}

/*
 * Where throughput moved for sure and one setting alone differs, it is said, though nobody knows what it does; one
 * that a mechanism knows would have shown by its figures.
 */
static void add_only_setting(struct causes *c)
{
	static const struct sign throughput = {.how = SIGN_FIGURE,
					       .figure = figure_throughput,
					       .way = DOWN,
					       .least = 1.02,
					       .words = "throughput",
					       .unit = "Gbit/s"};
	struct cause cause = {.mechanism = &unknown_setting};

	for (size_t i = 0; i < c->setting_count; i++) {
		const struct setting *s =
			setting_origin(&c->settings[i], c->settings, c->setting_count);

		if (setting_is_noise(s) || s == cause.setting)
			continue;
		/* What both ends have been given is one. */
		if (cause.setting &&
		    (s->id != cause.setting->id || strcmp(s->key, cause.setting->key)))
			return;
		cause.setting = cause.setting ? cause.setting : s;
	}
	if (!cause.setting || is_known(cause.setting))
		return;
	cause.end = cause.setting->end;
	see(&cause, c, &throughput, END_RX);
	if (!cause.seen_count)
		return;
	cause.score = cause.explains = ALONE_EXPLAINS;
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
	if (!c->count && c->proven == PROVEN_THROUGHPUT)
		add_only_setting(c);
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
		cause_add_seen(known, *seen);
		return;
	}
	cause_add_seen(&cause, *seen);
	cause_weigh(&cause, c);
	/* What is known explains more than a name does. */
	cause.explains /= 2;
	cause.score = cause.explains;
	if (wanted && cause.explains >= CAUSE_EXPLAINS_LEAST)
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

void causes_add_unnamed(struct causes *c)
{
	add_settings(c);
	add_functions(c);
}
