/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs of bpf/tally.bpf.h counted: the memory of their table, which has an element for each CPU, or a copy
 * of it.
 *
 *   tally_table_map()      of programs that are loaded; 0 or a negative errno
 *   tally_table_unmap()    one that was never mapped (zeroed) is fine
 *   tally_table_home()     whose a CPU is, before the programs run
 *   tally_table_room()     memory for a copy; NULL: none is left. To be freed
 *   tally_table_copy()     into such memory
 *   tally_table_runs()     how often its programs ran
 *   tally_table_counter()  of an end in a context, all CPUs together
 *   tally_table_buckets()  adds those of a histogram of an end, all contexts
 *
 * The last two are of the copy where one is given, and else of now.
 */
#ifndef COLLECTORS_KIT_TALLY_TABLE_H
#define COLLECTORS_KIT_TALLY_TABLE_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/tally.h"
#include "record/record.h"

struct bpf_map;

struct tally_table {
	void *memory;
	unsigned int cpus;
	size_t element, figures; /* bytes, of a CPU; and of an end in a context there */
};

int tally_table_map(struct tally_table *t, const struct bpf_map *map);
void tally_table_unmap(struct tally_table *t);
void tally_table_home(struct tally_table *t, unsigned int cpu, enum record_end end);
void *tally_table_room(const struct tally_table *t);
void tally_table_copy(const struct tally_table *t, void *copy);
__u64 tally_table_runs(const struct tally_table *t);
__u64 tally_table_counter(const struct tally_table *t, const void *copy, enum record_end end,
			  int context, __u32 counter);
void tally_table_buckets(const struct tally_table *t, const void *copy, enum record_end end,
			 int histogram, uint64_t *buckets);

#endif
