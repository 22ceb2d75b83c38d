/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plan that an experiment's directory keeps says of how to print it: its lines "table ..." and
 * "published ...", and the order in which its lists name their values.
 *
 *   arrangement_read()   of a directory; without a plan in it, or one that can be read, it says nothing
 *   arrangement_order()  a value of an option before another: as the plan has them, numbers by size, else by name
 *   arrangement_skip()   the line "skip ..." that holds of what is known of a configuration; NULL: none does
 *   arrangement_free()
 */
#ifndef ANALYZE_LOAD_ARRANGEMENT_H
#define ANALYZE_LOAD_ARRANGEMENT_H

#include "base/memory.h"

struct arrangement {
	const char **tables; /* "rows=path cols=cpus value=T" */
	size_t table_count;
	const char **published; /* words: whose; and figures: "value=T is=42 where=flows=1" */
	size_t published_count;
	const char **skips; /* "rx=zcrx read!=64K" */
	size_t skip_count;
	struct list {
		const char *name, *items;
	} * lists;
	size_t list_count;
	struct arena texts;
};

void arrangement_read(struct arrangement *arrangement, const char *directory);
/* name: of the option as it is typed, and rx or tx of a path. Negative, zero or positive. */
int arrangement_order(const struct arrangement *arrangement, const char *name, const char *a,
		      const char *b);
/*
 * known: what is known of the configuration, as "rx=zcrx, read=64K"; lists of one value are known too. A
 * condition on something else does not hold.
 */
const char *arrangement_skip(const struct arrangement *arrangement, const char *known);
void arrangement_free(struct arrangement *arrangement);

#endif
