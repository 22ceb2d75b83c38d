/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process that is measured, and that zcprof run did not start.
 *
 *   subject_hold()         its number is not given to another from now on, and its end is seen
 *   subject_open()         follow what it moves from now on
 *   subject_choose_end()   by what it moved since, where its end is not known
 *   subject_warn_forked()  its children are processes of their own, which no collector looks at
 *   subject_bytes()        of what was moved, what its end counts
 *   subject_describe()     its command line, on one line
 *   subject_close()        safe at any time
 */
#ifndef COLLECTORS_SUBJECT_H
#define COLLECTORS_SUBJECT_H

#include "collectors/collector.h"
#include "collectors/traffic.h"

struct subject {
	pid_t pid;
	bool is_command;
	enum record_end end; /* END_HOST until it is known */
	int pidfd;
	int netns; /* -1: this one */
	const char *iface;
	struct traffic traffic;
	struct moved moved[EDGE_COUNT];
	uint64_t at_ns[EDGE_COUNT];
	uint64_t shown; /* bytes in the rows so far */
	bool forked;	/* was said */
};

/* Set pid, end and iface first, pidfd and netns to -1. Both: 0, or -1 after saying why. */
int subject_hold(struct subject *s);
int subject_open(struct subject *s);
void subject_choose_end(struct subject *s);
void subject_warn_forked(struct subject *s);
uint64_t subject_bytes(const struct subject *s, const struct moved *moved);
/* Returns text. */
char *subject_describe(const struct subject *s, char *text, size_t size);
void subject_close(struct subject *s);

#endif
