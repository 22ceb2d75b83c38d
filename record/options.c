// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

static const struct option_info options[OPTIONS] = {
#define OPTION(name, type, value, ends, least, most, preset, help)                                 \
	{#name, TYPE_##type, value, ENDS_##ends, least, most, preset, help},
#include "record/options.def"
#undef OPTION
};

const struct option_info *option_info(enum option_id id)
{
	return &options[id];
}

char *option_spell(enum option_id id, char text[OPTION_SPELL_MAX])
{
	snprintf(text, OPTION_SPELL_MAX, "%s", options[id].name);
	for (char *c = text; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return text;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(*a == '_' && *b == '-'))
			return false;
	return *a == *b;
}

enum option_id option_find(const char *name)
{
	for (int id = 0; id < OPTIONS; id++)
		if (same_name(options[id].name, name))
			return id;
	return OPTION_NONE;
}

/* The largest unit that divides the number, as quantity_size() and quantity_rate() read it. */
static char *print_scaled(uint64_t number, uint64_t step, char *text, size_t size)
{
	static const char letters[] = {'\0', 'K', 'M', 'G', 'T'};
	unsigned int letter = 0;

	while (number && number % step == 0 && letter + 1 < sizeof(letters)) {
		number /= step;
		letter++;
	}
	snprintf(text, size, letter ? "%llu%c" : "%llu", (unsigned long long)number,
		 letters[letter]);
	return text;
}

char *option_print(const struct option_info *info, const struct option_value *value, char *text,
		   size_t size)
{
	if (!value->set) {
		snprintf(text, size, "%s", "");
		return text;
	}
	switch (info->type) {
	case TYPE_FLAG:
		snprintf(text, size, "%s", value->on ? "yes" : "no");
		return text;
	case TYPE_COUNT:
		snprintf(text, size, "%llu", (unsigned long long)value->number);
		return text;
	case TYPE_SIZE:
		return print_scaled(value->number, 1024, text, size);
	case TYPE_RATE:
		return print_scaled(value->number, 1000, text, size);
	case TYPE_SECONDS:
		snprintf(text, size, "%.9g", value->seconds);
		return text;
	case TYPE_CPULIST:
		return cpulist_print(&value->cpus, text, size);
	case TYPE_NAME:
		break;
	}
	snprintf(text, size, "%s", value->name);
	return text;
}

static int parse_flag(const char *text, bool *on, const char **why)
{
	*on = !strcmp(text, "yes");
	if (*on || !strcmp(text, "no"))
		return 0;
	*why = "expected yes or no";
	return -1;
}

static int parse_name(const char *text, char name[OPTION_NAME_MAX + 1], const char **why)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("_-.", text[i])) {
			*why = "expected a name of letters, digits, '_', '-' and '.'";
			return -1;
		}
	if (!len || len > OPTION_NAME_MAX) {
		*why = "expected a name of at most 31 characters";
		return -1;
	}
	memcpy(name, text, len + 1);
	return 0;
}

static int parse_kind(const struct option_info *info, const char *text, struct option_value *value,
		      const char **why)
{
	switch (info->type) {
	case TYPE_FLAG:
		return parse_flag(text, &value->on, why);
	case TYPE_COUNT:
		return quantity_count(text, &value->number, why);
	case TYPE_SIZE:
		return quantity_size(text, &value->number, why);
	case TYPE_RATE:
		return quantity_rate(text, &value->number, why);
	case TYPE_SECONDS:
		return quantity_seconds(text, &value->seconds, why);
	case TYPE_CPULIST:
		return cpulist_parse(text, &value->cpus, why);
	case TYPE_NAME:
		break;
	}
	return parse_name(text, value->name, why);
}

static bool within(const struct option_info *info, const struct option_value *value)
{
	switch (info->type) {
	case TYPE_COUNT:
	case TYPE_SIZE:
	case TYPE_RATE:
		return value->number >= info->least && value->number <= info->most;
	case TYPE_SECONDS:
		return value->seconds >= info->least && value->seconds <= info->most;
	default:
		return true;
	}
}

static void say_bounds(const struct option_info *info, char *why, size_t why_size)
{
	struct option_value least = {.set = true};
	struct option_value most = {.set = true};
	char least_text[32];
	char most_text[32];

	if (info->type == TYPE_SECONDS) {
		least.seconds = info->least;
		most.seconds = info->most;
	} else {
		least.number = info->least;
		most.number = info->most;
	}
	snprintf(why, why_size, "expected %s to %s",
		 option_print(info, &least, least_text, sizeof(least_text)),
		 option_print(info, &most, most_text, sizeof(most_text)));
}

int option_parse(const struct option_info *info, const char *text, struct option_value *value,
		 char *why, size_t why_size)
{
	const char *reason;

	memset(value, 0, sizeof(*value));
	if (!*text && !*info->preset)
		return 0;
	if (parse_kind(info, text, value, &reason)) {
		snprintf(why, why_size, "%s", reason);
		return -1;
	}
	if (!within(info, value)) {
		say_bounds(info, why, why_size);
		return -1;
	}
	value->set = true;
	return 0;
}

int option_check(const struct option_info *info, const char *text, char *why, size_t why_size)
{
	struct option_value value;

	return option_parse(info, text, &value, why, why_size);
}
