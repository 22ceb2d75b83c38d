/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All collectors of one run, as one.
 *
 *   collecting_choose()    by lists of names, as --collect and --no-collect give them
 *   collecting_refuse()    why such lists are not what anyone can want
 *   collecting_open()      open those that were chosen; the others, and those that cannot measure
 *                          here, become rows that say why
 *   collecting_snapshot()  all of them, one right after the other
 *   collecting_look()      the rows of all that can say something in mid-window
 *   collecting_emit()      the rows of all that have both snapshots
 *   collecting_close()     safe at any time
 */
#ifndef ZCPROF_COLLECTING_H
#define ZCPROF_COLLECTING_H

#include <stdbool.h>
#include <stddef.h>

#include "collectors/collector.h"

#define COLLECTORS_MAX 32

struct once;

struct collecting {
	struct {
		const struct collector_ops *ops;
		void *state;
		bool opened;
		bool failed;		    /* a snapshot */
		uint64_t from_ns, until_ns; /* before the first snapshot and after the last */
	} used[COLLECTORS_MAX];
	size_t count;
	struct {
		const char *source;
		char why[512];
		bool hardware;	  /* for want of a device, as most machines are */
	} absent[COLLECTORS_MAX]; /* that were asked for, and cannot measure here */
	size_t absent_count;
	uint64_t began_ns; /* the opening edge */
	uint64_t spread_ns[EDGE_COUNT];
};

/* chosen: room for COLLECTORS_MAX. Either list may be NULL. */
void collecting_choose(const struct collector_ops **chosen, const char *only, const char *without);
/* power: a meter was named. 0, or -1 with a whole sentence in why. */
int collecting_refuse(const char *only, const char *without, bool power, char *why, size_t size);
/* chosen: NULL at the end. control: only what a control run has. */
void collecting_open(struct collecting *c, const struct measurement *run,
		     const struct collector_ops *const *chosen, bool control, struct writer *w,
		     struct once *once);
void collecting_snapshot(struct collecting *c, enum edge edge);
void collecting_look(const struct collecting *c, struct writer *w);
void collecting_emit(const struct collecting *c, struct writer *w);
void collecting_close(struct collecting *c);

#endif
