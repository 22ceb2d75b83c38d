/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of source profile kept: kinds of samples, and the stacks that they were met with.
 *
 *   kept_read()     all of it, out of a map of kinds and the map of stacks: 0, or a negative errno
 *   kept_samples()  how many they were
 *   kept_note()     notes whoever was seen on the CPUs of an end, or came in the window, and is still there
 *   kept_add()      adds them up, by name: 0, or a negative errno
 *   kept_free()     also where it could not be read
 */
#ifndef COLLECTORS_PROFILE_KEPT_H
#define COLLECTORS_PROFILE_KEPT_H

#include <linux/types.h>
#include <stdbool.h>

#include "bpf/profile.h"

struct bpf_map; /* libbpf's */
struct stacks;
struct symbols;

/* Begins zeroed. */
struct kept {
	struct profile_kind *kinds;
	__u64 *counts;
	__u32 kind_count;
	struct keyed {
		__u64 hash;
		const struct profile_stack *stack;
	} * stacks; /* by hash */
	struct profile_stack *frames;
	__u32 stack_count;
};

int kept_read(struct kept *k, const struct bpf_map *of, const struct bpf_map *of_stacks);
__u64 kept_samples(const struct kept *k);
void kept_note(const struct kept *k, struct symbols *s);
/* whole: with functions of user space too, which takes longer. */
int kept_add(const struct kept *k, struct symbols *s, struct stacks *stacks, bool whole);
void kept_free(struct kept *k);

#endif
