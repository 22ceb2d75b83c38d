// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/skip.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t"

/* As zcpath would print it: 65536 is 64K. Returns text. */
static const char *effective(enum option_id id, const char *value, size_t len, char *text,
			     size_t size)
{
	struct options o;
	char why[200], typed[OPTION_TEXT_MAX];

	snprintf(typed, sizeof(typed), "%.*s", (int)len, value);
	options_preset(&o);
	if (options_take(&o, id, typed, why, sizeof(why)))
		snprintf(text, size, "%s", typed);
	else
		options_print(&o, id, text, size);
	return text;
}

static int check_values(const struct condition *c, char *why, size_t why_size)
{
	for (const char *at = c->values;; at++) {
		size_t len = strcspn(at, "," BLANKS);
		char value[OPTION_TEXT_MAX];

		snprintf(value, sizeof(value), "%.*s", (int)len, at);
		if (option_check(c->id, value, why, why_size))
			return -1;
		at += len;
		if (*at != ',')
			return 0;
	}
}

static int parse_condition(struct condition *c, const char *text, char *why, size_t why_size)
{
	size_t len = strcspn(text, "!=" BLANKS);
	char name[OPTION_SPELL_MAX + 4];
	const char *sign = text + len;

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	c->id = len < sizeof(name) ? option_find_at(name, &c->ends) : OPTION_NONE;
	c->differs = !strncmp(sign, "!=", 2);
	if (c->id == OPTION_NONE || !c->ends || (*sign != '=' && !c->differs)) {
		snprintf(why, why_size,
			 "expected options and values, such as rx=zcrx read!=4K, found \"%.*s\"",
			 (int)strcspn(text, BLANKS), text);
		return -1;
	}
	c->values = sign + (c->differs ? 2 : 1);
	return check_values(c, why, why_size);
}

int skip_parse(struct skip *skip, const char *text, char *why, size_t why_size)
{
	*skip = (struct skip){.text = text};
	for (const char *at = text; *(at += strspn(at, BLANKS)); at += strcspn(at, BLANKS)) {
		if (skip->count == SKIP_CONDITIONS) {
			snprintf(why, why_size, "more than %d conditions are too many",
				 SKIP_CONDITIONS);
			return -1;
		}
		if (parse_condition(&skip->conditions[skip->count++], at, why, why_size))
			return -1;
	}
	if (skip->count)
		return 0;
	snprintf(why, why_size, "expected options and values, such as rx=zcrx read=4K");
	return -1;
}

static bool is_listed(const struct condition *c, const char *value)
{
	for (const char *at = c->values;; at++) {
		size_t len = strcspn(at, "," BLANKS);
		char text[OPTION_TEXT_MAX];

		if (!strcmp(effective(c->id, at, len, text, sizeof(text)), value))
			return true;
		at += len;
		if (*at != ',')
			return false;
	}
}

static bool holds(const struct condition *condition, const struct configuration *c)
{
	for (int side = END_RX; side <= END_TX; side++) {
		const char *path = c->value[side][OPTION_path];
		const char *value = c->value[side][condition->id];
		char text[OPTION_TEXT_MAX];

		if (!(condition->ends & ENDS_OF(side)) || (path && !option_for(condition->id, path)))
			continue;
		if (!value)
			value = option_info(condition->id)->preset;
		effective(condition->id, value, strlen(value), text, sizeof(text));
		if (is_listed(condition, text) != condition->differs)
			return true;
	}
	return false;
}

bool skip_matches(const struct skip *skip, const struct configuration *c)
{
	for (size_t i = 0; i < skip->count; i++)
		if (!holds(&skip->conditions[i], c))
			return false;
	return true;
}
