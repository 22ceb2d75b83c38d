// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/option_field.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_info options[OPTIONS] = {
#define OPTION(name, type, value, ends, least, most, preset, help)                                 \
	{#name, TYPE_##type, value, ENDS_##ends, least, most, preset, help},
#include "record/options.def"
#undef OPTION
};

static const size_t offsets[OPTIONS] = {
#define OPTION(name, type, value, ends, least, most, preset, help) offsetof(struct options, name),
#include "record/options.def"
#undef OPTION
};

const char *const memory_kind_name[MEMORY_END] = {"",
#define X(name) #name,
						  MEMORY_KINDS(X)
#undef X
};

void *option_field(struct options *o, enum option_id id)
{
	return (char *)o + offsets[id];
}

const void *option_field_of(const struct options *o, enum option_id id)
{
	return (const char *)o + offsets[id];
}

uint64_t *options_number(struct options *o, enum option_id id)
{
	switch (options[id].type) {
	case TYPE_COUNT:
	case TYPE_SIZE:
	case TYPE_RATE:
	case TYPE_AMOUNT:
		return option_field(o, id);
	default:
		abort();
	}
}

const char *options_text(const struct options *o, enum option_id id)
{
	switch (options[id].type) {
	case TYPE_NAME:
	case TYPE_CHOICE:
	case TYPE_PAIRS:
		return option_field_of(o, id);
	default:
		abort();
	}
}

bool option_is_setting(enum option_id id)
{
	static const bool is_setting[OPTIONS] = {
#define OPTION(name, type, value, ends, least, most, preset, help) [OPTION_##name] = true,
#include "record/settings.def"
#undef OPTION
	};

	return is_setting[id];
}

bool option_sets(enum option_id id, const char *fact)
{
	static const char *const facts[OPTIONS][4] = {
#define OPTION(name, type, value, ends, least, most, preset, help)
#define SETS(name, ...) [OPTION_##name] = {__VA_ARGS__},
#include "record/settings.def"
#undef OPTION
	};

	for (size_t i = 0; i < 4 && facts[id][i]; i++)
		if (!fnmatch(facts[id][i], fact, 0))
			return true;
	return false;
}

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

enum option_id option_find_at(const char *name, enum option_ends *ends)
{
	enum option_id id = option_find(name);

	*ends = ENDS_BOTH;
	/* An option's own name may begin so: rx_buf_len. */
	if (id == OPTION_NONE && (!strncmp(name, "rx", 2) || !strncmp(name, "tx", 2))) {
		*ends = *name == 'r' ? ENDS_RX : ENDS_TX;
		if (!name[2])
			id = OPTION_path;
		else if (name[2] == '-')
			id = option_find(name + 3);
	}
	if (id != OPTION_NONE)
		*ends &= options[id].ends;
	return id;
}

bool options_pair(const char **at, struct option_pair *pair)
{
	size_t name = strcspn(*at, "=");
	size_t value = strcspn(*at + name, "+");

	if (!**at || !value || name > OPTION_PAIRS_MAX || value > OPTION_PAIRS_MAX)
		return false;
	snprintf(pair->name, sizeof(pair->name), "%.*s", (int)name, *at);
	snprintf(pair->value, sizeof(pair->value), "%.*s", (int)value - 1, *at + name + 1);
	*at += name + value;
	*at += **at == '+';
	return true;
}
