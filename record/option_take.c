// SPDX-License-Identifier: GPL-2.0-or-later
/* An option's value as a user wrote it: is it one, and within its range? */
#include "record/option_field.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"

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

static int parse_places(const char *text, struct places *p, const char **why)
{
	const char *at = text + strlen(OPTION_BY_QUEUE);
	uint64_t offset = 0;

	if (strncmp(text, OPTION_BY_QUEUE, strlen(OPTION_BY_QUEUE)) != 0)
		return cpulist_parse(text, &p->cpus, why);
	if (!strcmp(at, OPTION_FAR)) {
		p->by_queue = true;
		p->offset = PLACES_FAR;
		return 0;
	}
	if (*at && ((*at != '+' && *at != '-') || quantity_count(at + 1, &offset, why) ||
		    offset >= CPU_SETSIZE)) {
		*why = "expected CPUs, such as 0 or 0+2, or " OPTION_BY_QUEUE ", " OPTION_BY_QUEUE
		       "+1, " OPTION_BY_QUEUE "-1, " OPTION_BY_QUEUE OPTION_FAR;
		return -1;
	}
	p->by_queue = true;
	p->offset = *at == '-' ? -(int)offset : (int)offset;
	return 0;
}

static int parse_memory(const char *text, enum memory_kind *kind, const char **why)
{
	for (*kind = MEMORY_NONE + 1; *kind < MEMORY_END; ++*kind)
		if (!strcmp(text, memory_kind_name[*kind]))
			return 0;
	*why = "expected pages, udmabuf, heap or cuda";
	return -1;
}

static int parse_exchange(const char *text, struct exchange *e, const char **why)
{
	const char *colon = strchr(text, ':');
	char request[32];

	*why = "expected REQUEST:RESPONSE, two sizes such as 64:1K";
	if (!colon || (size_t)(colon - text) >= sizeof(request))
		return -1;
	snprintf(request, sizeof(request), "%.*s", (int)(colon - text), text);
	return quantity_size(request, &e->request, why) ||
			       quantity_size(colon + 1, &e->response, why)
		       ? -1
		       : 0;
}

/* words: "off|sw|hw" */
static int parse_choice(const char *text, const char *words, char name[OPTION_NAME_MAX + 1],
			char *why, size_t why_size)
{
	size_t len = strlen(text);

	for (const char *at = words; *at; at += strspn(at, "|")) {
		size_t word = strcspn(at, "|");

		if (word == len && !strncmp(at, text, len)) {
			memcpy(name, text, len + 1);
			return 0;
		}
		at += word;
	}
	snprintf(why, why_size, "expected one of %s", words);
	return -1;
}

/* What a shell at the other end of an ssh connection takes as it stands. */
static int parse_pairs(const char *text, char pairs[OPTION_PAIRS_MAX + 1], const char **why)
{
	size_t len = strlen(text);
	bool named = false, valued = false;

	*why = "expected NAME=VALUE, several joined by '+'";
	for (const char *at = text; at <= text + len; at++) {
		if (*at == '+' || !*at) {
			if (!valued)
				return -1;
			named = valued = false;
		} else if (*at == '=') {
			if (!named || valued || at[1] == '=')
				return -1;
			valued = at[1] && at[1] != '+';
		} else if (!isalnum((unsigned char)*at) && !strchr("_-.:", *at)) {
			*why = "expected letters, digits, '_', '-', '.' and ':' in names and values";
			return -1;
		} else {
			named = true;
		}
	}
	*why = "it is too long: at most 199 characters";
	if (len > OPTION_PAIRS_MAX)
		return -1;
	memcpy(pairs, text, len + 1);
	return 0;
}

static bool is_off(const char *text)
{
	return !strcmp(text, "off");
}

static int parse_kind(enum option_id id, const char *text, struct options *o, const char **why)
{
	void *at = option_field(o, id);

	switch (option_info(id)->type) {
	case TYPE_FLAG:
		return parse_flag(text, at, why);
	case TYPE_COUNT:
		return quantity_count(text, at, why);
	case TYPE_SIZE:
		return quantity_size(text, at, why);
	case TYPE_RATE:
		return quantity_rate(text, at, why);
	case TYPE_SECONDS:
		return quantity_seconds(text, at, why);
	case TYPE_CPULIST:
		if (!cpulist_parse(text, at, why))
			return 0;
		if (!strcmp(option_info(id)->value, "QUEUES"))
			*why = "expected queue numbers below 1024, such as 0 or 0+2 or 4-7";
		return -1;
	case TYPE_PLACES:
		return parse_places(text, at, why);
	case TYPE_EXCHANGE:
		return parse_exchange(text, at, why);
	case TYPE_MEMORY:
		return parse_memory(text, at, why);
	case TYPE_AMOUNT:
		return is_off(text) ? 0 : quantity_size(text, at, why);
	case TYPE_CPUMASK:
		return is_off(text) ? 0 : cpulist_parse(text, at, why);
	case TYPE_PAIRS:
		return parse_pairs(text, at, why);
	case TYPE_CHOICE:
	case TYPE_NAME:
		break;
	}
	return parse_name(text, at, why);
}

static bool within(enum option_id id, const struct options *o)
{
	const struct option_info *info = option_info(id);
	const void *at = option_field_of(o, id);

	switch (info->type) {
	case TYPE_COUNT:
	case TYPE_SIZE:
	case TYPE_RATE:
		return *(const uint64_t *)at >= info->least && *(const uint64_t *)at <= info->most;
	case TYPE_EXCHANGE: {
		const struct exchange *e = at;

		return e->request >= info->least && e->request <= info->most &&
		       e->response >= info->least && e->response <= info->most;
	}
	case TYPE_AMOUNT:
		return !*(const uint64_t *)at || (*(const uint64_t *)at >= info->least &&
						  *(const uint64_t *)at <= info->most);
	case TYPE_SECONDS:
		return *(const double *)at >= info->least && *(const double *)at <= info->most;
	default:
		return true;
	}
}

/* Nothing of a text that was refused stays. */
static void unset(struct options *o, enum option_id id)
{
	static const struct options nothing;
	static const size_t sizes[OPTIONS] = {
#define OPTION(name, type, value, ends, least, most, preset, help) sizeof(nothing.name),
#include "record/options.def"
#undef OPTION
	};

	memset(option_field(o, id), 0, sizes[id]);
	o->set[id] = false;
}

int options_take(struct options *o, enum option_id id, const char *text, char *why, size_t why_size)
{
	const struct option_info *info = option_info(id);
	const char *reason;
	char least[32];
	char most[32];

	unset(o, id);
	if (!*text && !*info->preset)
		return 0;
	if (info->type == TYPE_CHOICE) {
		if (!parse_choice(text, info->value, option_field(o, id), why, why_size)) {
			o->set[id] = true;
			return 0;
		}
	} else if (parse_kind(id, text, o, &reason)) {
		snprintf(why, why_size, "%s", reason);
	} else if (!within(id, o) ||
		   (info->type == TYPE_AMOUNT && !*options_number(o, id) && !is_off(text))) {
		snprintf(why, why_size, "expected %s%s to %s",
			 info->type == TYPE_AMOUNT ? "off, or " : "",
			 option_bound(id, info->least, least, sizeof(least)),
			 option_bound(id, info->most, most, sizeof(most)));
	} else {
		o->set[id] = true;
		return 0;
	}
	unset(o, id);
	return -1;
}

int option_check(enum option_id id, const char *text, char *why, size_t why_size)
{
	struct options o;

	return options_take(&o, id, text, why, why_size);
}

void options_preset(struct options *o)
{
	char why[160];

	memset(o, 0, sizeof(*o));
	for (int id = 0; id < OPTIONS; id++)
		if (options_take(o, id, option_info(id)->preset, why, sizeof(why)))
			abort(); /* a default that its own row refuses: a bug of the table */
}
