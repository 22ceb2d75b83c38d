// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a CPU is in a softirq: one pair of programs, and one table, for all sources that have to
 * know (collectors/kit/tally_context.h). The kernel's own word for it, __preempt_count, is a symbol that
 * not every kernel shows (CONFIG_KALLSYMS_ALL), and another variable on every architecture.
 */
#include "bpf/common.bpf.h"
#include "bpf/tally.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the collector sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct tally_context_cpu);
} contexts SEC(".maps");

static __always_inline struct tally_context_cpu *context_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&contexts, &cpu); /* NULL: it came after the collector */
}

SEC("raw_tracepoint/softirq_entry")
int tally_softirq_begins(void *ctx)
{
	struct tally_context_cpu *mine = context_cpu();

	if (mine) {
		mine->context = TALLY_SOFTIRQ;
		mine->softirqs++;
	}
	return 0;
}

SEC("raw_tracepoint/softirq_exit")
int tally_softirq_ends(void *ctx)
{
	struct tally_context_cpu *mine = context_cpu();

	if (mine)
		mine->context = TALLY_TASK;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
