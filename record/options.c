// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/options.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"

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

/* Which type it points to is what the table says. */
static void *field(struct options *o, enum option_id id)
{
	return (char *)o + offsets[id];
}

static const void *field_of(const struct options *o, enum option_id id)
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
		return field(o, id);
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
		return field_of(o, id);
	default:
		abort();
	}
}

const cpu_set_t *options_cpus(const struct options *o, enum option_id id)
{
	if (options[id].type != TYPE_CPULIST && options[id].type != TYPE_CPUMASK)
		abort();
	return field_of(o, id);
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

static char *print_exchange(const struct exchange *e, char *text, size_t size)
{
	char request[32];
	char response[32];

	snprintf(text, size, "%s:%s", print_scaled(e->request, 1024, request, sizeof(request)),
		 print_scaled(e->response, 1024, response, sizeof(response)));
	return text;
}

#define BY_QUEUE "rxq"

static char *print_places(const struct places *p, char *text, size_t size)
{
	if (!p->by_queue)
		return cpulist_print(&p->cpus, text, size);
	if (p->offset)
		snprintf(text, size, BY_QUEUE "%+d", p->offset);
	else
		snprintf(text, size, BY_QUEUE);
	return text;
}

char *options_print(const struct options *o, enum option_id id, char *text, size_t size)
{
	const void *at = field_of(o, id);

	if (!o->set[id]) {
		snprintf(text, size, "%s", "");
		return text;
	}
	switch (options[id].type) {
	case TYPE_FLAG:
		snprintf(text, size, "%s", *(const bool *)at ? "yes" : "no");
		break;
	case TYPE_COUNT:
		snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	case TYPE_SIZE:
		return print_scaled(*(const uint64_t *)at, 1024, text, size);
	case TYPE_RATE:
		return print_scaled(*(const uint64_t *)at, 1000, text, size);
	case TYPE_SECONDS:
		snprintf(text, size, "%.9g", *(const double *)at);
		break;
	case TYPE_AMOUNT:
		if (*(const uint64_t *)at)
			return print_scaled(*(const uint64_t *)at, 1024, text, size);
		snprintf(text, size, "off");
		break;
	case TYPE_CPUMASK:
		if (CPU_COUNT((const cpu_set_t *)at))
			return cpulist_print(at, text, size);
		snprintf(text, size, "off");
		break;
	case TYPE_CPULIST:
		return cpulist_print(at, text, size);
	case TYPE_PLACES:
		return print_places(at, text, size);
	case TYPE_NAME:
	case TYPE_CHOICE:
	case TYPE_PAIRS:
		snprintf(text, size, "%s", (const char *)at);
		break;
	case TYPE_EXCHANGE:
		return print_exchange(at, text, size);
	case TYPE_MEMORY:
		snprintf(text, size, "%s", memory_kind_name[*(const enum memory_kind *)at]);
		break;
	}
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

static int parse_places(const char *text, struct places *p, const char **why)
{
	const char *at = text + strlen(BY_QUEUE);
	uint64_t offset = 0;

	if (strncmp(text, BY_QUEUE, strlen(BY_QUEUE)) != 0)
		return cpulist_parse(text, &p->cpus, why);
	if (*at && ((*at != '+' && *at != '-') || quantity_count(at + 1, &offset, why) ||
		    offset >= CPU_SETSIZE)) {
		*why = "expected CPUs, such as 0 or 0+2, or " BY_QUEUE ", " BY_QUEUE "+1, " BY_QUEUE
		       "-1";
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

static bool is_off(const char *text)
{
	return !strcmp(text, "off");
}

static int parse_kind(enum option_id id, const char *text, struct options *o, const char **why)
{
	void *at = field(o, id);

	switch (options[id].type) {
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
		if (!strcmp(options[id].value, "QUEUES"))
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
	const struct option_info *info = &options[id];
	const void *at = field_of(o, id);

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

static const char *print_bound(enum option_id id, uint64_t bound, char *text, size_t size)
{
	struct options o = {0};

	o.set[id] = true;
	if (options[id].type == TYPE_EXCHANGE)
		return print_scaled(bound, 1024, text, size);
	if (options[id].type == TYPE_SECONDS)
		*(double *)field(&o, id) = bound;
	else
		*options_number(&o, id) = bound;
	return options_print(&o, id, text, size);
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

	memset(field(o, id), 0, sizes[id]);
	o->set[id] = false;
}

int options_take(struct options *o, enum option_id id, const char *text, char *why, size_t why_size)
{
	const struct option_info *info = &options[id];
	const char *reason;
	char least[32];
	char most[32];

	unset(o, id);
	if (!*text && !*info->preset)
		return 0;
	if (info->type == TYPE_CHOICE) {
		if (!parse_choice(text, info->value, field(o, id), why, why_size)) {
			o->set[id] = true;
			return 0;
		}
	} else if (parse_kind(id, text, o, &reason)) {
		snprintf(why, why_size, "%s", reason);
	} else if (!within(id, o) ||
		   (info->type == TYPE_AMOUNT && !*options_number(o, id) && !is_off(text))) {
		snprintf(why, why_size, "expected %s%s to %s",
			 info->type == TYPE_AMOUNT ? "off, or " : "",
			 print_bound(id, info->least, least, sizeof(least)),
			 print_bound(id, info->most, most, sizeof(most)));
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
		if (options_take(o, id, options[id].preset, why, sizeof(why)))
			abort(); /* a default that its own row refuses: a bug of the table */
}
