// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

/* More is a mistyped list rather than a wish: at 2 s each and 5 repeats it is a day. */
#define CONFIGURATIONS_MAX 8192

static void free_items(struct axis *axis)
{
	for (size_t i = 0; i < axis->count; i++)
		free(axis->items[i]);
	free(axis->items);
	axis->items = NULL;
	axis->count = 0;
}

static int add_item(struct axis *axis, const char *text, size_t len, char *why, size_t why_size)
{
	char **grown;
	char *item = strndup(text, len);

	if (!item)
		goto none;
	if (option_check(axis->id, item, why, why_size)) {
		free(item);
		return -1;
	}
	for (size_t i = 0; i < axis->count; i++)
		if (!strcmp(axis->items[i], item)) {
			snprintf(why, why_size, "%.64s is there twice", item);
			free(item);
			return -1;
		}
	grown = reallocarray(axis->items, axis->count + 1, sizeof(*grown));
	if (!grown) {
		free(item);
		goto none;
	}
	axis->items = grown;
	axis->items[axis->count++] = item;
	return 0;
none:
	snprintf(why, why_size, "no memory left");
	return -1;
}

static struct axis *find_axis(struct plan *plan, enum option_id id, enum option_ends ends)
{
	struct axis *grown;

	for (size_t i = 0; i < plan->axis_count; i++)
		if (plan->axes[i].id == id && plan->axes[i].ends == ends)
			return &plan->axes[i];
	grown = reallocarray(plan->axes, plan->axis_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	plan->axes = grown;
	grown[plan->axis_count] = (struct axis){id, ends, NULL, 0};
	return &grown[plan->axis_count++];
}

int plan_option(struct plan *plan, enum option_id id, enum option_ends ends, const char *list,
		char *why, size_t why_size)
{
	struct axis *axis = find_axis(plan, id, ends & option_info(id)->ends);

	if (!axis) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	free_items(axis);
	for (;;) {
		size_t len = strcspn(list, ",");

		if (add_item(axis, list, len, why, why_size))
			return -1;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

static bool is_path(const struct axis *axis)
{
	return axis->id == OPTION_path;
}

/* "path" at one end is what --rx and --tx say. */
static void axis_name(const struct axis *axis, char *name, size_t size)
{
	const struct option_info *info = option_info(axis->id);
	const char *end = axis->ends == ENDS_RX ? "rx" : "tx";

	if (is_path(axis))
		snprintf(name, size, "%s", end);
	else if (axis->ends != info->ends)
		snprintf(name, size, "%s-%s", end, info->name);
	else
		snprintf(name, size, "%s", info->name);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
}

char *plan_name(const struct plan *plan, size_t n, char *name, size_t size)
{
	axis_name(&plan->axes[n], name, size);
	return name;
}

/* Where the list has this value; its count where it has not. */
static size_t find_item(const struct axis *axis, const char *text, size_t len)
{
	size_t i = 0;

	while (i < axis->count && (strncmp(axis->items[i], text, len) || axis->items[i][len]))
		i++;
	return i;
}

/* Brings one to a place before its own; the others keep their order. */
static void bring_forward(void *base, size_t size, size_t from, size_t to)
{
	char kept[sizeof(struct axis)];
	char *at = (char *)base + to * size;

	memcpy(kept, (char *)base + from * size, size);
	memmove(at + size, at, (from - to) * size);
	memcpy(at, kept, size);
}

int plan_extend(struct plan *plan, size_t n, const char *name, const char *list, char *why,
		size_t why_size)
{
	size_t at = n, earlier = 0;
	char other[48];
	struct axis *axis;

	for (; at < plan->axis_count; at++) {
		axis_name(&plan->axes[at], other, sizeof(other));
		if (!strcmp(other, name))
			break;
	}
	if (at >= plan->axis_count)
		return 1;
	bring_forward(plan->axes, sizeof(*plan->axes), at, n);
	axis = &plan->axes[n];
	for (size_t len;; list += len + 1, earlier++) {
		size_t item;

		len = strcspn(list, ",");
		item = find_item(axis, list, len);
		if (item == axis->count) {
			snprintf(why, why_size, "%.*s is not asked for now", (int)len, list);
			return -1;
		}
		bring_forward(axis->items, sizeof(*axis->items), item, earlier);
		if (!list[len])
			break;
	}
	if (earlier || axis->count == 1 || is_path(axis))
		return 0;
	snprintf(why, why_size,
		 "the folders of several values would be named by them, and that of the one is not");
	return -1;
}

static char *configuration_name(const struct plan *plan, const size_t *choice)
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

		if (axis->count < 2 && !is_path(axis))
			continue;
		axis_name(axis, option, sizeof(option));
		fprintf(out, "%s%s=%s", separator, option, axis->items[choice[i]]);
		separator = ",";
	}
	if (fclose(out)) {
		free(name);
		return NULL;
	}
	return name;
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
 * One value for all, which only some of the paths have a use for, is given to those: the rest of
 * the experiment is not refused for it. An option that nobody has a use for is, by zcpath.
 */
static bool is_left_out(const struct plan *plan, const struct axis *axis, const char *path)
{
	return axis->count == 1 && path && !option_for(axis->id, path) && is_of_use(plan, axis->id);
}

static void choose(const struct plan *plan, const struct axis *axis, const char *item,
		   struct configuration *c)
{
	for (int side = END_RX; side <= END_TX; side++)
		if (axis->ends & ENDS_OF(side) &&
		    !is_left_out(plan, axis, c->value[side][OPTION_path]))
			c->value[side][axis->id] = item;
}

static int make_configuration(const struct plan *plan, const size_t *choice, struct configuration *c)
{
	for (size_t i = 0; i < plan->axis_count; i++)
		if (is_path(&plan->axes[i]))
			choose(plan, &plan->axes[i], plan->axes[i].items[choice[i]], c);
	/* What is said of one end alone overrides what is said of both. */
	for (int both = 1; both >= 0; both--)
		for (size_t i = 0; i < plan->axis_count; i++) {
			const struct axis *axis = &plan->axes[i];

			if (!is_path(axis) && (axis->ends == ENDS_BOTH) == both)
				choose(plan, axis, axis->items[choice[i]], c);
		}
	c->name = configuration_name(plan, choice);
	if (!c->name) {
		say_error("no memory left for the plan");
		return -1;
	}
	if (strlen(c->name) > NAME_MAX) {
		say_error("the configuration %.60s… has a name that is too long for a directory: vary fewer options at a time",
			  c->name);
		return -1;
	}
	return 0;
}

int plan_expand(struct plan *plan)
{
	size_t total = 1;
	size_t *choice;
	int result = 0;

	for (size_t i = 0; i < plan->axis_count; i++)
		if (__builtin_mul_overflow(total, plan->axes[i].count, &total) ||
		    total > CONFIGURATIONS_MAX) {
			say_error("the lists make more than %d configurations: give shorter ones",
				  CONFIGURATIONS_MAX);
			return -1;
		}
	choice = calloc(plan->axis_count + 1, sizeof(*choice));
	plan->configurations = calloc(total, sizeof(*plan->configurations));
	if (!choice || !plan->configurations) {
		say_error("no memory left for the plan");
		free(choice);
		return -1;
	}
	for (size_t n = 0; n < total && !result; n++) {
		/* The last list turns fastest, as nested loops in the order of the command line. */
		for (size_t i = plan->axis_count, rest = n; i--; rest /= plan->axes[i].count)
			choice[i] = rest % plan->axes[i].count;
		result = make_configuration(plan, choice, &plan->configurations[n]);
		plan->configuration_count++;
	}
	free(choice);
	return result;
}

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): any seed will do, and it is the same anywhere. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void shuffle(struct slot *slots, size_t count, uint64_t *state)
{
	for (size_t i = count; i > 1; i--) {
		/* The bias of a 64-bit multiply over a few thousand slots is below 1e-15. */
		size_t j = (unsigned __int128)random_next(state) * i >> 64;
		struct slot swap = slots[i - 1];

		slots[i - 1] = slots[j];
		slots[j] = swap;
	}
}

int plan_order(struct plan *plan, unsigned int repeats, bool control, uint64_t seed)
{
	size_t per_round = plan->configuration_count * (control ? 2 : 1);
	struct slot *next;

	plan->slots = calloc(per_round * repeats, sizeof(*plan->slots));
	if (!plan->slots) {
		say_error("no memory left for the plan");
		return -1;
	}
	next = plan->slots;
	for (unsigned int repeat = 1; repeat <= repeats; repeat++) {
		for (size_t n = 0; n < per_round; n++) {
			bool is_control = n >= plan->configuration_count;

			*next++ = (struct slot){is_control ? n - plan->configuration_count : n,
						repeat, is_control};
		}
		shuffle(next - per_round, per_round, &seed);
	}
	plan->slot_count = next - plan->slots;
	return 0;
}

void plan_print(const struct plan *plan, FILE *out)
{
	for (size_t i = 0; i < plan->axis_count; i++) {
		const struct axis *axis = &plan->axes[i];
		char name[48];

		axis_name(axis, name, sizeof(name));
		fprintf(out, "%s ", name);
		for (size_t n = 0; n < axis->count; n++)
			fprintf(out, "%s%s", n ? "," : "", axis->items[n]);
		fputc('\n', out);
	}
}

const char *plan_keep(struct plan *plan, const char *text)
{
	char **grown = reallocarray(plan->kept, plan->kept_count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	plan->kept = grown;
	grown[plan->kept_count] = strdup(text);
	return grown[plan->kept_count] ? grown[plan->kept_count++] : NULL;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->kept_count; i++)
		free(plan->kept[i]);
	free(plan->kept);
	for (size_t i = 0; i < plan->axis_count; i++)
		free_items(&plan->axes[i]);
	for (size_t i = 0; i < plan->configuration_count; i++)
		free(plan->configurations[i].name);
	free(plan->axes);
	free(plan->configurations);
	free(plan->slots);
	memset(plan, 0, sizeof(*plan));
}
