/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How two sets of runs differ before anything is compared: what was set, and when they ran.
 *
 *   settings_of()      the facts that are one thing in all of A and another in all of B
 *   names_the_run()    whether a fact says which run it is, and sets nothing
 *   one_value()        what a fact is in all runs
 *   one_after_other()  whether all of one set ran before all of the other, or may have
 */
#ifndef ANALYZE_LOAD_SETTINGS_H
#define ANALYZE_LOAD_SETTINGS_H

#include "analyze/load/group.h"

struct setting {
	enum record_end end;
	enum metric_id id;
	const char *key;
	const char *a, *b; /* NULL: not in the records */
};

/* Options first. Returns how many; the array is the caller's to free. */
size_t settings_of(const struct configuration *a, const struct configuration *b,
		   struct setting **settings);
bool names_the_run(const struct fact *fact);
/* NULL if no run has the fact; false where runs differ. */
bool one_value(const struct configuration *c, const struct fact *fact, const char **value);
bool one_after_other(const struct configuration *a, const struct configuration *b);

#endif
