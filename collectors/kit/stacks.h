/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of stacks, added up: by context, by component, by function, and whole as folded stacks.
 *
 *   stacks_new()
 *   stacks_add()     some equal samples
 *   stacks_count()   likewise, but for folded stacks, and for functions of user space
 *   stacks_rows()    what was added, as rows of source profile
 *   stacks_components()   those of them that are not of functions
 *   stacks_functions()    the others
 *   stacks_misses()  of samples that are misses of a cache and no time: those of each component
 *   stacks_folded()  the same for flame graphs: "end;context;command;outermost;…;leaf count"
 *   stacks_free()
 */
#ifndef COLLECTORS_KIT_STACKS_H
#define COLLECTORS_KIT_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collectors/kit/symbols.h"
#include "record/writer.h"

/* Frames from the leaf outwards. The symbols must outlive the stacks. */
struct sample {
	uint64_t count;
	const struct symbol *const *kernel;
	size_t kernel_depth;
	const struct symbol *const *user;
	size_t user_depth;
	const char *command;
	enum record_end process_end; /* of the process that was there, */
	enum record_end cpu_end;     /* of the CPU, */
	enum record_end packet_end;  /* and of the packet, in NET_RX; END_COUNT: not known */
	bool idle;
};

struct stacks;

struct stacks *stacks_new(void);				 /* NULL: no memory left */
int stacks_add(struct stacks *s, const struct sample *sample);	 /* 0, or -ENOMEM */
int stacks_count(struct stacks *s, const struct sample *sample); /* likewise */
void stacks_components(const struct stacks *s, struct writer *w, double period_ns);
void stacks_functions(struct stacks *s, struct writer *w);
/* each: misses that a sample stands for. */
void stacks_misses(const struct stacks *s, struct writer *w, double each);
void stacks_rows(struct stacks *s, struct writer *w, double period_ns);
/* 0, or -1 after saying why. */
int stacks_folded(struct stacks *s, const char *path);
void stacks_free(struct stacks *s);

#endif
