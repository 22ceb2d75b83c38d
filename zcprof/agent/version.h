/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A zcprof of another version on another machine: which of its rows are known here, and are the same.
 *
 *   version_tell()    what this one has: a row agent.metric of each
 *   version_take()    what that one has, by such a row
 *   version_say()     how they differ, in a sentence
 *   version_refuse()  that nothing of it can be used, and what to do
 */
#ifndef ZCPROF_AGENT_VERSION_H
#define ZCPROF_AGENT_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "record/writer.h"
#include "zcprof/agent/request.h"

#define VERSION_NAMED_MAX 8
#define VERSION_NAMES_MAX (VERSION_NAMED_MAX * (METRIC_NAME_MAX + 2))
#define VERSION_SAID_MAX  (2 * VERSION_NAMES_MAX + 500)

/* Starts zeroed. */
struct version {
	bool otherwise[METRIC_COUNT]; /* for reader_skip() */
	bool there[METRIC_COUNT];
	bool strange; /* what agents say to each other is another there: nothing of it can be relied on */
	unsigned int told, alike, unknown;
	char names[VERSION_NAMES_MAX]; /* of the first that are not known here */
	size_t len;
};

void version_tell(struct writer *w);
/* Any other row is left alone. */
void version_take(struct version *v, const struct row *row);
/* own, other: what both say that they are. Returns text. */
const char *version_refuse(const char *own, const char *other, char text[VERSION_SAID_MAX]);
const char *version_say(const struct version *v, const char *own, const char *other,
			char text[VERSION_SAID_MAX]);

#endif
