/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folded stacks of a configuration's runs, which stand beside their records, added up:
 * "end;context;command;outermost;…;leaf count".
 *
 *   folded_of()     of all runs
 *   folded_frame()  one frame of a stack after the other
 *   folded_free()
 *
 * A file that is no regular one, or of more than 64 MB, or missing, is of a run without stacks.
 */
#ifndef ANALYZE_LOAD_FOLDED_H
#define ANALYZE_LOAD_FOLDED_H

#include "analyze/load/group.h"

/* Frames of a stack beyond these are left out: its leaves. */
#define FOLDED_DEPTH 512

struct stack {
	const char *frames; /* FOLDED_BETWEEN stands between two */
	double value;
};

/* Lower than what a frame may hold, so that the stacks of one root stand together. */
#define FOLDED_BETWEEN '\1'

struct folded {
	struct stack *at; /* in order, each once */
	size_t count;
	const char *unit; /* of the values */
	size_t runs;	  /* that have stacks */
	struct arena texts;
};

/*
 * per_payload: the mean of the runs, CPU ns per KB of the payload of each stack's end, where periods
 * and payload are known; else, and where any run lacks them, samples, added up.
 */
struct folded folded_of(const struct configuration *c, bool per_payload);
/* at: where the last ended, or frames. Returns its length; 0 after the last. */
size_t folded_frame(const char **at);
void folded_free(struct folded *folded);

#endif
