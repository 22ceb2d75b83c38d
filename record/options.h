/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that make a configuration, by their rows in options.def. zcpath takes one value of
 * each, zcprof a list of values; both by this table, so that neither can lag the other. A text is
 * parsed once, where it comes in; from there on an option is a field of its own type, such as
 * options.write, a number of bytes, or options.queues, a set of them.
 *
 *   option_find()       "no-iowait" or "no_iowait" -> its id, or OPTION_NONE
 *   option_find_at()    the same with its end before it: "rx-cpu", and "rx" and "tx" for the paths
 *   option_info()       what the table says of an id
 *   option_spell()      its name as it is typed: "no-iowait"
 *   option_check()      would options_take() take this text?
 *   option_for()        has it a meaning for this path?
 *   option_datagrams()  does this path move datagrams, and nothing else?
 *
 *   options_preset()  every option at its default
 *   options_take()    a text -> the field of that option, within its bounds
 *   options_print()   a field -> the text that options_take() would take for it
 *   options_number()  the field of an option that is a COUNT, SIZE, AMOUNT or RATE
 *   options_text()    the field of one that is a NAME, CHOICE or PAIRS
 *   option_is_setting()  is it one of settings.def?
 *   option_sets()     does a fact, as "nic mtu", follow from it?
 */
#ifndef RECORD_OPTIONS_H
#define RECORD_OPTIONS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/quantity.h"
#include "record/record.h"

enum option_id {
	OPTION_NONE = -1,
#define OPTION(name, type, value, ends, least, most, preset, help) OPTION_##name,
#include "record/options.def"
#undef OPTION
	OPTIONS
};

/*
 * The types of fields. What is not set is 0, no CPU, or "": the kernel's own, or whatever the path
 * takes then; where 0 is a value too, options.set tells.
 */
#define OPTION_NAME_MAX	 31 /* a congestion control's name is at most 15 */
#define OPTION_PAIRS_MAX 199

#define MEMORY_KINDS(X) X(pages) X(udmabuf) X(heap) X(cuda)

enum memory_kind {
	MEMORY_NONE,
#define X(name) MEMORY_##name,
	MEMORY_KINDS(X)
#undef X
		MEMORY_END
};

extern const char *const memory_kind_name[MEMORY_END];

/* A request and what answers it, in bytes; both 0: none. */
struct exchange {
	uint64_t request;
	uint64_t response;
};

/* Where threads run: on CPUs that are named, or so many further than where a flow's queue is served, or far from it. */
#define PLACES_FAR 100000 /* an offset: on another node of memory */
struct places {
	cpu_set_t cpus;
	bool by_queue;
	int offset;
};

#define FIELD_OF_FLAG(name)	bool name
#define FIELD_OF_COUNT(name)	uint64_t name
#define FIELD_OF_SIZE(name)	uint64_t name /* bytes */
#define FIELD_OF_RATE(name)	uint64_t name /* bits per second */
#define FIELD_OF_SECONDS(name)	double name
#define FIELD_OF_CPULIST(name)	cpu_set_t name
#define FIELD_OF_PLACES(name)	struct places name
#define FIELD_OF_NAME(name)	char name[OPTION_NAME_MAX + 1]
#define FIELD_OF_MEMORY(name)	enum memory_kind name
#define FIELD_OF_EXCHANGE(name) struct exchange name
#define FIELD_OF_CHOICE(name)	char name[OPTION_NAME_MAX + 1]
#define FIELD_OF_PAIRS(name)	char name[OPTION_PAIRS_MAX + 1]
#define FIELD_OF_AMOUNT(name)	uint64_t name  /* 0: off */
#define FIELD_OF_CPUMASK(name)	cpu_set_t name /* no CPU, and set: off */

struct options {
#define OPTION(name, type, value, ends, least, most, preset, help) FIELD_OF_##type(name);
#include "record/options.def"
#undef OPTION
	bool set[OPTIONS];
	const char *typed[OPTIONS]; /* on a command line, which keeps it; NULL: it is at its default */
};

enum option_type {
	TYPE_FLAG,
	TYPE_COUNT,
	TYPE_SIZE,
	TYPE_RATE,
	TYPE_SECONDS,
	TYPE_CPULIST,
	TYPE_PLACES,
	TYPE_NAME,
	TYPE_MEMORY,
	TYPE_EXCHANGE,
	TYPE_CHOICE,
	TYPE_PAIRS,
	TYPE_AMOUNT,
	TYPE_CPUMASK,
};
/* Sets of ends. */
#define ENDS_OF(end) (1 << ((end)-END_RX))
enum option_ends {
	ENDS_RX = ENDS_OF(END_RX),
	ENDS_TX = ENDS_OF(END_TX),
	ENDS_BOTH = ENDS_RX | ENDS_TX,
};

struct option_info {
	const char *name; /* with '_' */
	enum option_type type;
	const char *value; /* the word for it in --help; "" for a flag */
	enum option_ends ends;
	uint64_t least;
	uint64_t most;
	const char *preset; /* as typed; "" is "not set: the kernel's own" */
	const char *help;
};

#define OPTION_TEXT_MAX CPULIST_TEXT_MAX

enum option_id option_find(const char *name);
/* ends: those that the name leaves, of those where the option has a meaning; 0 where it leaves none. */
enum option_id option_find_at(const char *name, enum option_ends *ends);
const struct option_info *option_info(enum option_id id);

#define OPTION_SPELL_MAX 32
/* Returns text. */
char *option_spell(enum option_id id, char text[OPTION_SPELL_MAX]);

/* As options_take(). */
int option_check(enum option_id id, const char *text, char *why, size_t why_size);
/* path: by its name, such as "zcrx", at whichever end. */
bool option_for(enum option_id id, const char *path);
bool option_datagrams(const char *path);

void options_preset(struct options *o);
/*
 * 0, or -1 with why filled in: a part of a sentence that fits behind "--option VALUE: ". A flag is
 * "yes" or "no". "" is taken where it is the default.
 */
int options_take(struct options *o, enum option_id id, const char *text, char *why, size_t why_size);
/* Sizes and rates with the largest unit that divides them. Returns text. */
char *options_print(const struct options *o, enum option_id id, char *text, size_t size);
/* Any other option has no number, text or CPUs: a bug that ends the program. */
uint64_t *options_number(struct options *o, enum option_id id);
const char *options_text(const struct options *o, enum option_id id);
bool option_is_setting(enum option_id id);
bool option_sets(enum option_id id, const char *fact);
/* The next NAME=VALUE of a PAIRS, from *at on, which it moves; false at the end. */
struct option_pair {
	char name[OPTION_PAIRS_MAX + 1];
	char value[OPTION_PAIRS_MAX + 1];
};
bool options_pair(const char **at, struct option_pair *pair);

#endif
