/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a run that is one machine's: its ends, its sources, and their window by its clock.
 *
 *   part_begin()    what its ends and sources are, as a request says it; and the machine's own facts
 *   part_start()    one end
 *   part_watch()    the ends' facts, and open the sources
 *   part_edge()     a snapshot
 *   part_finish()   the ends have closed: rows of all sources
 *   part_drop()     ends whatever is left of it; safe at any time
 *
 *   part_fds()      what to wait for
 *   part_follow()   take what its ends said
 */
#ifndef ZCPROF_AGENT_PART_H
#define ZCPROF_AGENT_PART_H

#include <poll.h>

#include "zcprof/bystand.h"
#include "zcprof/collecting.h"
#include "zcprof/once.h"
#include "zcprof/run/calibrate.h"
#include "zcprof/run/end.h"

#define PART_FDS 4

struct part {
	struct writer *out;
	const char *zcpath;
	bool running; /* between part_begin() and part_drop() */
	bool control;
	bool here[END_COUNT];
	struct end end[END_COUNT];
	struct measurement run;
	const struct collector_ops *chosen[COLLECTORS_MAX];
	struct collecting collecting;
	struct bystander bystander;
	bool standing_by;
	struct calibration calibration;
	struct once once;
	uint64_t opened_ns, closed_ns;				     /* the snapshots */
	uint64_t end_opened_ns[END_COUNT], end_closed_ns[END_COUNT]; /* 0: not yet */
};

/* An exit code, with a sentence in why where it is not EXIT_DONE. words: NAME=VALUE, NULL at the end. */
int part_begin(struct part *p, char *const words[], char *why, size_t size);
int part_start(struct part *p, const char *end, char *const words[], char *why, size_t size);
int part_watch(struct part *p, char *why, size_t size);
int part_edge(struct part *p, enum edge edge, char *why, size_t size);
int part_finish(struct part *p, char *why, size_t size);
void part_drop(struct part *p);

void part_fds(const struct part *p, struct pollfd fds[PART_FDS]);
void part_follow(struct part *p, const struct pollfd fds[PART_FDS]);

#endif
