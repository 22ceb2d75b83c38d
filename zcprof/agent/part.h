/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a run that is one machine's: its ends, its sources, and their window by its clock. Of this machine
 * zcprof run has it in itself, of another the agent there.
 *
 *   part_new()      nothing runs yet
 *   part_begin()    what it is to run and measure is known: the machine's own facts
 *   part_watch()    its ends are ready: their facts, and open the sources
 *   part_edge()     a snapshot
 *   part_look()     rows of what the sources have so far
 *   part_finish()   the ends have closed: rows of all sources
 *   part_drop()     ends whatever is left of it, and puts back what an end that had to be killed left; safe at
 *                   any time
 */
#ifndef ZCPROF_AGENT_PART_H
#define ZCPROF_AGENT_PART_H

#include "zcprof/bystand.h"
#include "zcprof/collecting.h"
#include "zcprof/once.h"
#include "zcprof/run/calibrate.h"
#include "zcprof/run/end.h"

struct part {
	/* To be filled in before part_begin(). */
	struct writer *out;
	struct once *once;
	const struct collector_ops *const *chosen; /* NULL at the end */
	bool control;				   /* a run for the cost of measuring */
	bool here[END_COUNT];			   /* the ends that are this machine's */
	struct measurement run;

	struct end end[END_COUNT];
	bool running; /* between part_begin() and part_drop() */
	struct collecting collecting;
	struct bystander bystander;
	bool standing_by;
	struct calibration calibration;
	uint64_t opened_ns, closed_ns; /* the snapshots; 0: not yet */
	bool finished;
};

void part_new(struct part *p);
void part_begin(struct part *p);
/* 0, or -1: it is not its turn. */
int part_watch(struct part *p);
int part_edge(struct part *p, enum edge edge);
int part_look(struct part *p);
int part_finish(struct part *p);
void part_drop(struct part *p);

#endif
