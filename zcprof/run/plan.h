/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an experiment runs, and in which order.
 *
 *   plan_option()   a list of values for an option at one end or both
 *   plan_extend()   the same list in an earlier plan, which this one may add values to
 *   plan_skip()     what of the product is left out
 *   plan_table()    how to print what it gives: for zcroi table, which reads it in the directory
 *   plan_published() what somebody else measured so, and where: for zcroi table too
 *   plan_expand()   the product of all lists: the configurations
 *   plan_refuse()   one of them will not be run, and why
 *   plan_order()    every repeat of every configuration, each round of repeats in a random order
 *   plan_print()    the plan as a plan file, which would make the same experiment again
 *   plan_keep()     a copy of a text that lives as long as the plan
 *   plan_free()
 *
 * A list is separated by commas; inside an item a CPU list uses '+'. A list of an option that has a
 * meaning for some of the paths only makes the product with those.
 */
#ifndef ZCPROF_RUN_PLAN_H
#define ZCPROF_RUN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "record/options.h"
#include "zcprof/run/skip.h"

/* One list. An option given to both ends takes the same value at both. */
struct axis {
	enum option_id id;
	enum option_ends ends;
	char **items;
	size_t count;
};

/* One that is not run. */
struct refusal {
	struct configuration configuration;
	enum record_end end; /* that cannot; END_HOST: neither's fault */
	const char *key;     /* as of the fact refused */
	const char *reason;  /* kept by the plan */
};

/* One run to do. */
struct slot {
	size_t configuration;
	unsigned int repeat; /* from 1 */
	bool control;	     /* without any collector */
};

/* Lines of a plan that zcroi reads. */
struct plan_lines {
	const char **at;
	size_t count;
};

struct plan {
	struct axis *axes;
	size_t axis_count;
	struct configuration *configurations;
	size_t configuration_count;
	struct slot *slots;
	size_t slot_count;
	struct skip *skips;
	size_t skip_count;
	size_t skipped; /* configurations */
	struct plan_lines tables, published;
	struct refusal *refused;
	size_t refused_count;
	char **kept; /* texts that configurations point to */
	size_t kept_count;
};

/*
 * 0, or -1 with why filled in: a part of a sentence that fits behind "--option LIST: ". A list for
 * the same option and ends replaces the one before.
 */
int plan_option(struct plan *plan, enum option_id id, enum option_ends ends, const char *list,
		char *why, size_t why_size);
/*
 * list: the n-th of an earlier plan, by the name that plan_print() gave it, so that this plan's
 * configurations have the names that they had there. 1: this plan has no list of that name; -1 with
 * why filled in: it lacks a value that the earlier one had, or has one that changes what their names
 * say. A sentence that fits behind "it was made with NAME LIST, and ".
 */
int plan_extend(struct plan *plan, size_t n, const char *name, const char *list, char *why,
		size_t why_size);
/* What plan_print() calls the n-th list. Returns name. */
char *plan_name(const struct plan *plan, size_t n, char *name, size_t size);
/* text lives as long as the plan. As plan_option(). */
int plan_skip(struct plan *plan, const char *text, char *why, size_t why_size);
int plan_table(struct plan *plan, const char *text, char *why, size_t why_size);
/* "by WHO"; what they measured, "value=… is=… where=… [per=…] [over=…]"; or a remark. */
int plan_published(struct plan *plan, const char *text, char *why, size_t why_size);
/* The n-th configuration leaves the plan, which keeps the reason. 0, or -1: no memory left. */
int plan_refuse(struct plan *plan, size_t n, enum record_end end, const char *key,
		const char *reason);
/* 0, or -1 after saying why. */
int plan_expand(struct plan *plan);
int plan_order(struct plan *plan, unsigned int repeats, bool control, uint64_t seed);
void plan_print(const struct plan *plan, FILE *out);
const char *plan_keep(struct plan *plan, const char *text); /* NULL: no memory left */
void plan_free(struct plan *plan);

#endif
