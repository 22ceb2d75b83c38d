/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of stacks or of functions, from whichever tool, as figures of source profile.
 *
 *   profile_function()  samples of one function, of which no stack is known
 *   profile_stack()     samples of one stack
 *   profile_rest()      samples that the table does not say more of
 *   profile_finish()    what they stand for, once all are known
 *
 * Where nothing says how much CPU time a sample stands for, components are shares of the samples.
 */
#ifndef ANALYZE_IMPORT_PROFILE_H
#define ANALYZE_IMPORT_PROFILE_H

#include "analyze/import/import.h"
#include "record/components.h"

/* Of a function that a table does not list. */
#define PROFILE_REST "not listed"

struct profile {
	struct import *im;
	struct input *in;
	const char *tool;
	double samples; /* without those of idle CPUs */
	double component[CONTEXT_COUNT][COMPONENT_COUNT];
	double context[CONTEXT_COUNT];
	double rest;
	bool failed;
};

struct frame {
	const char *symbol;
	const char *object; /* "[kernel]" or of a module, "[user]" where it is not known, or a file's name */
	bool kernel;
};

void profile_function(struct profile *p, const char *command, const struct frame *frame,
		      double samples);
/* Leaf first. */
#define PROFILE_DEPTH 128
void profile_stack(struct profile *p, const char *command, const struct frame *frames, size_t depth,
		   double samples);
void profile_rest(struct profile *p, double samples);

/* ns: CPU time that all of the samples stand for, without idle; NAN: the tool does not say. */
int profile_finish(struct profile *p, double ns);

#endif
