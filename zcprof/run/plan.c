// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"

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
	for (size_t i = 0; i < plan->skip_count; i++)
		fprintf(out, "skip %s\n", plan->skips[i].text);
	for (size_t i = 0; i < plan->tables.count; i++)
		fprintf(out, "table %s\n", plan->tables.at[i]);
	for (size_t i = 0; i < plan->published.count; i++)
		fprintf(out, "published %s\n", plan->published.at[i]);
}

int plan_skip(struct plan *plan, const char *text, char *why, size_t why_size)
{
	struct skip *grown = reallocarray(plan->skips, plan->skip_count + 1, sizeof(*grown));

	if (!grown) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	plan->skips = grown;
	if (skip_parse(&grown[plan->skip_count], text, why, why_size))
		return -1;
	plan->skip_count++;
	return 0;
}

/* Whether each word of a line is NAME=… with one of these names; what they mean is zcroi's to know. */
static int only_words(const char *text, const char *const *names, char *why, size_t why_size)
{
	for (const char *at = text; *(at += strspn(at, " ")); at += strcspn(at, " ")) {
		size_t len = strcspn(at, "= ");
		size_t i = 0;

		while (names[i] && (strlen(names[i]) != len || strncmp(at, names[i], len) != 0))
			i++;
		if (names[i] && at[len] == '=')
			continue;
		snprintf(why, why_size, "expected ");
		for (i = 0; names[i]; i++)
			snprintf(why + strlen(why), why_size - strlen(why), "%s%s=",
				 !i		? ""
				 : names[i + 1] ? ", "
						: " and ",
				 names[i]);
		snprintf(why + strlen(why), why_size - strlen(why), ", found \"%.*s\"",
			 (int)strcspn(at, " "), at);
		return -1;
	}
	return 0;
}

static int add_line(struct plan_lines *lines, const char *text, char *why, size_t why_size)
{
	const char **grown = reallocarray(lines->at, lines->count + 1, sizeof(*grown));

	if (!grown) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	lines->at = grown;
	grown[lines->count++] = text;
	return 0;
}

int plan_table(struct plan *plan, const char *text, char *why, size_t why_size)
{
	static const char *const names[] = {"rows", "cols", "value", "where", NULL};

	if (only_words(text, names, why, why_size))
		return -1;
	return add_line(&plan->tables, text, why, why_size);
}

int plan_published(struct plan *plan, const char *text, char *why, size_t why_size)
{
	static const char *const names[] = {"value", "is", "where", "per", "over", NULL};

	if (!strncmp(text, "value=", strlen("value=")) && only_words(text, names, why, why_size))
		return -1;
	return add_line(&plan->published, text, why, why_size);
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
	for (size_t i = 0; i < plan->refused_count; i++)
		free(plan->refused[i].configuration.name);
	free(plan->refused);
	free(plan->skips);
	free(plan->tables.at);
	free(plan->published.at);
	free(plan->axes);
	free(plan->configurations);
	free(plan->slots);
	memset(plan, 0, sizeof(*plan));
}
