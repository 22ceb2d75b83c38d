/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that make a configuration, by their rows in options.def. zcpath takes one value of
 * each, zcprof a list of values; both by this table, so that neither can lag the other.
 *
 *   option_find()   "no-iowait" or "no_iowait" -> its id, or OPTION_NONE
 *   option_info()   what the table says of an id
 *   option_spell()  its name as it is typed: "no-iowait"
 *   option_parse()  a text -> a value of that option, within its bounds
 *   option_check()  would option_parse() take it?
 *   option_print()  a value -> the text that option_parse() would take for it
 *   option_for()    has it a meaning for this path?
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

enum option_type {
	TYPE_FLAG,
	TYPE_COUNT,
	TYPE_SIZE,
	TYPE_RATE,
	TYPE_SECONDS,
	TYPE_CPULIST,
	TYPE_NAME
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

#define OPTION_NAME_MAX 31 /* a congestion control's name is at most 15 */
#define OPTION_TEXT_MAX CPULIST_TEXT_MAX

struct option_value {
	bool set; /* false: the kernel's own; the members below mean nothing then */
	union {
		bool on;	 /* FLAG */
		uint64_t number; /* COUNT; SIZE in bytes; RATE in bits per second */
		double seconds;
		cpu_set_t cpus;
		char name[OPTION_NAME_MAX + 1];
	};
};

enum option_id option_find(const char *name);
const struct option_info *option_info(enum option_id id);

#define OPTION_SPELL_MAX 32
/* Returns text. */
char *option_spell(enum option_id id, char text[OPTION_SPELL_MAX]);

/*
 * 0, or -1 with why filled in: a part of a sentence that fits behind "--option VALUE: ". A flag is
 * "yes" or "no". "" is taken where it is the default.
 */
int option_parse(const struct option_info *info, const char *text, struct option_value *value,
		 char *why, size_t why_size);
int option_check(const struct option_info *info, const char *text, char *why, size_t why_size);
/* Sizes and rates with the largest unit that divides them. Returns text. */
char *option_print(const struct option_info *info, const struct option_value *value, char *text,
		   size_t size);
/* path: by its name, such as "zcrx", at whichever end. */
bool option_for(enum option_id id, const char *path);

#endif
