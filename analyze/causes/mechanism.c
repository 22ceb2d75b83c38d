// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/mechanism.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "analyze/causes/figures.h"
#include "analyze/causes/origin.h"

#define PART_UP(id, percent, text)                                                                 \
	{                                                                                          \
		.how = SIGN_PART, .what = PART_##id, .way = UP, .least = (percent),                \
		.words = (text)                                                                    \
	}
#define COMPONENT_UP(id, percent, text)                                                            \
	{                                                                                          \
		.how = SIGN_COMPONENT, .what = COMPONENT_##id, .way = UP, .least = (percent),      \
		.words = (text)                                                                    \
	}
#define COUNT_UP(metric, times, text)                                                              \
	{                                                                                          \
		.how = SIGN_COUNT, .what = METRIC_##metric, .way = UP, .least = (times),           \
		.words = (text)                                                                    \
	}
/* Only of disciplines that have a rate: red, choke and others count there what they mark or drop (net/sched/sch_red.c). */
#define HELD_BY(kind)                                                                              \
	{                                                                                          \
		.how = SIGN_COUNT, .what = METRIC_qdisc_overlimits, .key = (kind), .way = UP,      \
		.least = 3, .words = "times that its rate let nothing through"                     \
	}
#define COUNT_OF(counter, times, text)                                                             \
	{                                                                                          \
		.how = SIGN_COUNT, .what = METRIC_netstat_counter, .key = (counter), .way = UP,    \
		.least = (times), .words = (text)                                                  \
	}
#define TIME_UP(metric, points, text)                                                              \
	{                                                                                          \
		.how = SIGN_TIME, .what = METRIC_##metric, .way = UP, .least = (points),           \
		.words = (text)                                                                    \
	}
#define LEVEL_DOWN(metric, times, text)                                                            \
	{                                                                                          \
		.how = SIGN_LEVEL, .what = METRIC_##metric, .way = DOWN, .least = (times),         \
		.words = (text)                                                                    \
	}
#define FIGURE(name, which_way, times, text, of)                                                   \
	{                                                                                          \
		.how = SIGN_FIGURE, .figure = figure_##name, .way = (which_way), .least = (times), \
		.words = (text), .unit = (of)                                                      \
	}
#define PERCENT_UP(name, points, text)                                                             \
	{                                                                                          \
		.how = SIGN_PERCENT, .figure = figure_##name, .way = UP, .least = (points),        \
		.words = (text)                                                                    \
	}

const struct mechanism mechanisms[] = {
#define MECHANISM(name, ...) {.id = #name, __VA_ARGS__},
#include "analyze/causes/mechanisms.def"
#undef MECHANISM
};

const size_t mechanism_count = sizeof(mechanisms) / sizeof(*mechanisms);

/* Of "on_path qdisc=*delay*" whether one of both values is such; of a pattern without '=' any is. */
static bool is_named(const char *pattern, const char *name, const struct setting *setting)
{
	const char *value = strchr(pattern, '=');
	char names[128];

	if (!value)
		return !fnmatch(pattern, name, 0);
	snprintf(names, sizeof(names), "%.*s", (int)(value - pattern), pattern);
	return !fnmatch(names, name, 0) && ((setting->a && !fnmatch(value + 1, setting->a, 0)) ||
					    (setting->b && !fnmatch(value + 1, setting->b, 0)));
}

/* "+pattern": more of it makes it, "-pattern": less; one that was not recorded is neither. */
static bool makes_it(const char *pattern, const char *name, const struct setting *setting)
{
	bool more = *pattern == '+', less = *pattern == '-';
	int order;

	if (!is_named(pattern + (more || less), name, setting))
		return false;
	if (!more && !less)
		return true;
	if (!setting->a || !setting->b)
		return false;
	order = setting_compare(setting->a, setting->b);
	return more ? order < 0 : order > 0;
}

/* Whether it is one that makes anything, of that mechanism. */
static bool may_make(const struct mechanism *m, const struct setting *setting)
{
	return !setting_is_alike(setting) && !setting_is_unknown(setting) &&
	       !(m->of_sender && (setting->end == END_RX || setting->end == END_RX_HOST));
}

static bool is_made_by(const struct mechanism *m, const char *pattern, const struct setting *setting)
{
	char name[256];

	snprintf(name, sizeof(name), "%s%s%s", metric_info(setting->id)->name,
		 *setting->key ? " " : "", setting->key);
	return may_make(m, setting) && makes_it(pattern, name, setting);
}

/* In the order of the mechanism's: what sets others stands before them. */
const struct setting *mechanism_setting(const struct mechanism *m, enum record_end end,
					const struct setting *settings, size_t count)
{
	const struct setting *first = NULL;

	for (size_t fact = 0; fact < FACTS_MAX && m->facts[fact]; fact++) {
		for (size_t i = 0; i < count; i++) {
			if (!is_made_by(m, m->facts[fact], &settings[i]))
				continue;
			if (m->at != AT_EITHER || settings[i].end == end)
				return &settings[i];
			first = first ? first : &settings[i];
		}
	}
	return first;
}
