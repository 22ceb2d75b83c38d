/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One configuration in many experiments, in the order in which they ran.
 *
 *   timelines_of()    what of an experiment of many directories belongs together, by name
 *   timelines_free()
 *   timeline_place()  which experiment a point is: its directory without the configuration's name
 */
#ifndef ANALYZE_LOAD_TIMELINE_H
#define ANALYZE_LOAD_TIMELINE_H

#include "analyze/load/group.h"

struct timeline {
	const char *name; /* of the configuration; that of the file where a record names none */
	const struct configuration **points;
	size_t count;
	bool dated; /* each record says when it started; else the order is that of the directories' names */
};

/* Those with one point are among them. e has to outlive them; the array is the caller's. */
size_t timelines_of(const struct experiment *e, struct timeline **lines);
void timelines_free(struct timeline *lines, size_t count);

/* Returns text, which is of that size. */
const char *timeline_place(const struct configuration *point, char *text, size_t size);
/* When the first of its runs started, as the record has it; or NULL. */
const char *timeline_started(const struct configuration *point);

#endif
