/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For whose namespace each CPU's softirq works now: one table for all programs. That of bpf/tally_context.bpf.c, which
 * writes it, is put by the collectors into the place of the others'.
 *
 *   context_of()  a CPU's entry; NULL: the CPU came after the collector
 */
#ifndef BPF_CONTEXTS_BPF_H
#define BPF_CONTEXTS_BPF_H

#include "bpf/common.bpf.h"
#include "bpf/tally.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the collector sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct tally_context_cpu);
} contexts SEC(".maps");

static __always_inline struct tally_context_cpu *context_of(__u32 cpu)
{
	return bpf_map_lookup_elem(&contexts, &cpu);
}

#endif
