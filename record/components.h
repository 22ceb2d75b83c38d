/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The component map: which part of the cost a stack belongs to, by the names of its functions.
 * Pure: it knows names and no kernel, so a profile may come from anywhere.
 *
 *   component_of_symbol()  what one kernel function says by itself
 *   component_of_stack()   what a kernel stack belongs to
 *   component_name()       "data copy", as it stands in records
 *   part_of_symbol()       what a person can act on: netfilter, packet taps; told by one function alone
 *   part_name()            part_component(): beneath which component it stands
 *   context_of_symbol()    the context that a function begins: whatever it calls runs in it
 *   context_name()
 */
#ifndef RECORD_COMPONENTS_H
#define RECORD_COMPONENTS_H

#include <stddef.h>

enum component {
#define COMPONENT(id, name, meaning) COMPONENT_##id,
#define PATTERNS(id, ...)
#include "record/components.def"
#undef PATTERNS
#undef COMPONENT
	COMPONENT_COUNT,
	COMPONENT_caller = COMPONENT_COUNT, /* a helper: it is part of whatever called it */
};

/* COMPONENT_unmapped where no pattern fits, COMPONENT_caller for a helper. */
enum component component_of_symbol(const char *symbol);

/*
 * says[] is what component_of_symbol() said of each frame, leaf first; never COMPONENT_caller. A
 * leaf that no pattern knows stays unmapped, whoever called it: the map is to be mended.
 */
enum component component_of_stack(const enum component *says, size_t depth);

const char *component_name(enum component component);

enum part {
#define COMPONENT(id, name, meaning)
#define PATTERNS(id, ...)
#define PART(id, name, component, ...) PART_##id,
#include "record/components.def"
#undef PATTERNS
#undef COMPONENT
	PART_COUNT, /* none of them */
};

enum part part_of_symbol(const char *symbol);
const char *part_name(enum part part);
enum component part_component(enum part part);

/* On whose behalf the kernel runs. */
enum context { CONTEXT_TASK, CONTEXT_SOFTIRQ, CONTEXT_HARDIRQ, CONTEXT_IDLE, CONTEXT_COUNT };

/*
 * CONTEXT_SOFTIRQ or CONTEXT_HARDIRQ; CONTEXT_TASK for a function that begins none. Of a stack the
 * first answer counts, from the leaf outwards: softirqs run on the way out of a hard interrupt.
 */
enum context context_of_symbol(const char *symbol);
const char *context_name(enum context context);

#endif
