// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/components.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const component_names[COMPONENT_COUNT] = {
#define COMPONENT(id, name, meaning) [COMPONENT_##id] = (name),
#define PATTERNS(id, ...)
#include "record/components.def"
#undef PATTERNS
#undef COMPONENT
};

struct rule {
	enum component component;
	const char *const *patterns;
};

static const struct rule rules[] = {
#define COMPONENT(id, name, meaning)
#define PATTERNS(id, ...) {COMPONENT_##id, (const char *const[]){__VA_ARGS__, NULL}},
#include "record/components.def"
#undef PATTERNS
#undef COMPONENT
};

const char *component_name(enum component component)
{
	return component_names[component];
}

struct part_rule {
	const char *name;
	enum component component;
	const char *const *patterns;
};

static const struct part_rule parts[PART_COUNT] = {
#define COMPONENT(id, name, meaning)
#define PATTERNS(id, ...)
#define PART(id, name, component, ...)                                                             \
	[PART_##id] = {(name), COMPONENT_##component, (const char *const[]){__VA_ARGS__, NULL}},
#include "record/components.def"
#undef PATTERNS
#undef COMPONENT
};

/* Hundreds of patterns are asked of each of thousands of functions: most differ in their first character. */
static bool may_fit(const char *pattern, const char *name)
{
	return *pattern == *name || (*pattern && strchr("*?[\\", *pattern));
}

static bool fits(const char *const *patterns, const char *name)
{
	for (; *patterns; patterns++)
		if (may_fit(*patterns, name) && !fnmatch(*patterns, name, 0))
			return true;
	return false;
}

/* Without leading underscores, and all from the first dot on. */
static void bare_name(const char *symbol, char *name, size_t size)
{
	symbol += strspn(symbol, "_");
	snprintf(name, size, "%.*s", (int)strcspn(symbol, "."), symbol);
}

enum part part_of_symbol(const char *symbol)
{
	char name[128];
	enum part part = 0;

	bare_name(symbol, name, sizeof(name));
	while (part < PART_COUNT && !fits(parts[part].patterns, name))
		part++;
	return part;
}

const char *part_name(enum part part)
{
	return parts[part].name;
}

enum component part_component(enum part part)
{
	return parts[part].component;
}

enum component component_of_symbol(const char *symbol)
{
	char name[128];

	bare_name(symbol, name, sizeof(name));
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (fits(rules[i].patterns, name))
			return rules[i].component;
	return COMPONENT_unmapped;
}

enum component component_of_stack(const enum component *says, size_t depth)
{
	if (!depth || says[0] == COMPONENT_unmapped)
		return COMPONENT_unmapped;
	for (size_t i = 0; i < depth; i++)
		if (says[i] != COMPONENT_caller && says[i] != COMPONENT_unmapped)
			return says[i];
	return COMPONENT_unmapped;
}

enum context context_of_symbol(const char *symbol)
{
	/* handle_softirqs() was a part of __do_softirq() before 6.10. */
	static const char *const softirq[] = {"handle_softirqs*",    "__do_softirq*",
					      "do_softirq*",	     "run_ksoftirqd*",
					      "napi_threaded_poll*", NULL};
	static const char *const hardirq[] = {
		"sysvec_*",	      "__sysvec_*",	   "common_interrupt",
		"__common_interrupt", "handle_irq_event*", "gic_handle_irq*",
		"hrtimer_interrupt",  "irq_exit_rcu",	   NULL};

	for (const char *const *pattern = softirq; *pattern; pattern++)
		if (!fnmatch(*pattern, symbol, 0))
			return CONTEXT_SOFTIRQ;
	for (const char *const *pattern = hardirq; *pattern; pattern++)
		if (!fnmatch(*pattern, symbol, 0))
			return CONTEXT_HARDIRQ;
	return CONTEXT_TASK;
}

const char *context_name(enum context context)
{
	static const char *const names[CONTEXT_COUNT] = {"task", "softirq", "hardirq", "idle"};

	return names[context];
}
