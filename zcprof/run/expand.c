// SPDX-License-Identifier: GPL-2.0-or-later
/* The product of a plan's lists. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "zcprof/run/plan.h"

/* More is a mistyped list rather than a wish: at 2 s each and 5 repeats it is a day. */
#define CONFIGURATIONS_MAX 8192
/* Before constraints. */
#define PRODUCT_MAX (1 << 20)

static bool is_path(const struct axis *axis)
{
	return axis->id == OPTION_path;
}

/* Whether some path of the plan has a use for the option. */
static bool is_of_use(const struct plan *plan, enum option_id id)
{
	for (size_t i = 0; i < plan->axis_count; i++)
		for (size_t n = 0; is_path(&plan->axes[i]) && n < plan->axes[i].count; n++)
			if (option_for(id, plan->axes[i].items[n]))
				return true;
	return false;
}

/*
 * What only some of the paths have a use for is given to those: the rest of the experiment is not
 * refused for it. An option that nobody has a use for is, by zcpath.
 */
static bool is_left_out(const struct plan *plan, const struct axis *axis, const char *path)
{
	return path && !option_for(axis->id, path) && is_of_use(plan, axis->id);
}

/* Whether the list has no use at all for the paths of this one: then it makes no product with them. */
static bool is_idle(const struct plan *plan, const struct axis *axis, const struct configuration *c)
{
	for (int side = END_RX; side <= END_TX; side++)
		if (axis->ends & ENDS_OF(side) &&
		    !is_left_out(plan, axis, c->value[side][OPTION_path]))
			return false;
	return true;
}

static char *configuration_name(const struct plan *plan, const struct configuration *c,
				const size_t *choice)
{
	char *name = NULL;
	size_t size;
	FILE *out = open_memstream(&name, &size);
	const char *separator = "";

	if (!out)
		return NULL;
	for (size_t i = 0; i < plan->axis_count; i++) {
		const struct axis *axis = &plan->axes[i];
		char option[48];

		if ((axis->count < 2 && !is_path(axis)) || is_idle(plan, axis, c))
			continue;
		plan_name(plan, i, option, sizeof(option));
		fprintf(out, "%s%s=%s", separator, option, axis->items[choice[i]]);
		separator = ",";
	}
	if (fclose(out)) {
		free(name);
		return NULL;
	}
	return name;
}

static void choose(const struct plan *plan, const struct axis *axis, const char *item,
		   struct configuration *c)
{
	for (int side = END_RX; side <= END_TX; side++)
		if (axis->ends & ENDS_OF(side) &&
		    !is_left_out(plan, axis, c->value[side][OPTION_path]))
			c->value[side][axis->id] = item;
}

/* Of a list that is idle only the first value counts, so that there is one configuration and not many. */
static bool is_repeated(const struct plan *plan, const size_t *choice, const struct configuration *c)
{
	for (size_t i = 0; i < plan->axis_count; i++)
		if (choice[i] && is_idle(plan, &plan->axes[i], c))
			return true;
	return false;
}

/* 1: it is there already, by another value of a list that has no use for its paths. */
static int make_configuration(const struct plan *plan, const size_t *choice, struct configuration *c)
{
	*c = (struct configuration){.name = NULL};
	for (size_t i = 0; i < plan->axis_count; i++)
		if (is_path(&plan->axes[i]))
			choose(plan, &plan->axes[i], plan->axes[i].items[choice[i]], c);
	if (is_repeated(plan, choice, c))
		return 1;
	/* What is said of one end alone overrides what is said of both. */
	for (int both = 1; both >= 0; both--)
		for (size_t i = 0; i < plan->axis_count; i++) {
			const struct axis *axis = &plan->axes[i];

			if (!is_path(axis) && (axis->ends == ENDS_BOTH) == both)
				choose(plan, axis, axis->items[choice[i]], c);
		}
	c->name = configuration_name(plan, c, choice);
	if (!c->name) {
		say_error("no memory left for the plan");
		return -1;
	}
	/* That of a configuration that cannot run is a file's. */
	if (strlen(c->name) + strlen(".csv.part") > NAME_MAX) {
		say_error("the configuration %.60s… has a name that is too long for a directory: vary fewer options at a time",
			  c->name);
		free(c->name);
		return -1;
	}
	return 0;
}

int plan_refuse(struct plan *plan, size_t n, enum record_end end, const char *key,
		const char *reason)
{
	struct refusal *grown =
		reallocarray(plan->refused, plan->refused_count + 1, sizeof(*grown));
	const char *kept = plan_keep(plan, reason);

	if (grown)
		plan->refused = grown;
	if (!grown || !kept) {
		say_error("no memory left for the plan");
		return -1;
	}
	grown[plan->refused_count++] = (struct refusal){plan->configurations[n], end, key, kept};
	plan->configuration_count--;
	memmove(&plan->configurations[n], &plan->configurations[n + 1],
		(plan->configuration_count - n) * sizeof(*plan->configurations));
	return 0;
}

/* 1: the plan skips it. Else the name is the plan's from here on. */
static int add_configuration(struct plan *plan, struct configuration *c)
{
	struct configuration *grown;

	for (size_t i = 0; i < plan->skip_count; i++)
		if (skip_matches(&plan->skips[i], c)) {
			plan->skipped++;
			return 1;
		}
	if (plan->configuration_count == CONFIGURATIONS_MAX) {
		say_error("the lists make more than %d configurations: give shorter ones",
			  CONFIGURATIONS_MAX);
		return -1;
	}
	grown = reallocarray(plan->configurations, plan->configuration_count + 1, sizeof(*grown));
	if (!grown) {
		say_error("no memory left for the plan");
		return -1;
	}
	plan->configurations = grown;
	grown[plan->configuration_count++] = *c;
	return 0;
}

static int product_of(const struct plan *plan, size_t *total)
{
	*total = 1;
	for (size_t i = 0; i < plan->axis_count; i++)
		if (__builtin_mul_overflow(*total, plan->axes[i].count, total) ||
		    *total > PRODUCT_MAX) {
			say_error("the lists make more than %d configurations: give shorter ones",
				  PRODUCT_MAX);
			return -1;
		}
	return 0;
}

int plan_expand(struct plan *plan)
{
	size_t *choice = calloc(plan->axis_count + 1, sizeof(*choice));
	size_t total;
	int result = choice ? product_of(plan, &total) : -1;

	if (!choice)
		say_error("no memory left for the plan");
	for (size_t n = 0; !result && n < total; n++) {
		struct configuration c;

		/* The last list turns fastest, as nested loops in the order of the command line. */
		for (size_t i = plan->axis_count, rest = n; i--; rest /= plan->axes[i].count)
			choice[i] = rest % plan->axes[i].count;
		result = make_configuration(plan, choice, &c);
		if (!result && (result = add_configuration(plan, &c)))
			free(c.name);
		result = result < 0 ? result : 0;
	}
	free(choice);
	if (!result && !plan->configuration_count) {
		say_error("the plan skips all of its %zu configurations: let it skip fewer",
			  plan->skipped);
		result = -1;
	}
	return result;
}
