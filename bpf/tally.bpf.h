/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For sources that count events of the kernel by end and context. Include it in place of
 * common.bpf.h, behind the number of its histograms (TALLY_HISTOGRAMS), if it has any, name the counters in an enum in x.h,
 * and say in each program
 *
 *	tally_add(tally_here(), X_BYTES, bytes);
 *
 * HOOK0..4(name, function) { … } make a body of the function's first arguments a, b, c and d, and
 * of it a program for fentry and one for kprobes, of which the collector loads the better one.
 * HOOK_RETURN(name, function) is the same for the value returned.
 */
#ifndef BPF_TALLY_BPF_H
#define BPF_TALLY_BPF_H

#include "bpf/common.bpf.h"
#include "bpf/contexts.bpf.h"
#include "bpf/tally.h"

#ifndef TALLY_HISTOGRAMS
#define TALLY_HISTOGRAMS 0
#endif

struct tally_figures {
	__u64 counter[TALLY_COUNTERS];
	__u64 histogram[TALLY_HISTOGRAMS][HISTOGRAM_BUCKETS];
};

struct tally_cpu {
	struct tally_head head;
	struct tally_figures figures[TALLY_ENDS][TALLY_CONTEXTS];
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct tally_figures) == TALLY_FIGURES(TALLY_HISTOGRAMS), "as it is read");

/* Since when, in ns; set by the collector while it counts: saves reading the clock for every event. */
__u64 counting;
/* The latest slice, also when it is over: for what lasted longer than it. */
__u64 since_ns, until_ns;
const volatile bool whole; /* it counts all the time, not in slices */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the collector sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct tally_cpu);
} tally SEC(".maps");

static __always_inline struct tally_cpu *tally_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&tally, &cpu); /* NULL: it came after the collector */
}

static __always_inline struct tally_figures *tally_of(struct tally_cpu *mine, __u32 end,
						      __u32 context)
{
	return &mine->figures[end & (TALLY_ENDS - 1)][context & (TALLY_CONTEXTS - 1)];
}

static __always_inline const struct tally_context_cpu *tally_context_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return context_of(cpu);
}

/* NULL as of context_of(). */
static __always_inline __u32 context_in(const struct tally_context_cpu *now)
{
	return now ? now->context & (TALLY_CONTEXTS - 1) : TALLY_TASK;
}

static __always_inline __u32 tally_context(void)
{
	return context_in(tally_context_cpu());
}

/* In a softirq: for whom it works, where its network namespace tells. */
static __always_inline __u32 softirq_end(const struct tally_context_cpu *now)
{
	return now && now->context == TALLY_SOFTIRQ ? netns_end(now->netns) : END_UNKNOWN;
}

/* Whose an event is, by its packet; END_UNKNOWN: of the task that runs, or of the CPU. */
static __always_inline __u32 event_end(const struct tally_cpu *mine, __u32 end)
{
	__u32 of_now;

	if (end != END_UNKNOWN && !run_scope[END_RX].netns_shared && !run_scope[END_TX].netns_shared)
		return end;
	of_now = current_end();
	if (of_now == END_HOST)
		of_now = mine->head.home;
	return end == END_UNKNOWN ? of_now : end_if_shared(end, of_now);
}

/* Of now. */
static __always_inline __u32 tally_end(const struct tally_cpu *mine)
{
	return event_end(mine, softirq_end(tally_context_cpu()));
}

/* Is anything counted? For a program that does not ask tally_here() each time: that it ran is noted in any case. */
static __always_inline bool tally_counting(void)
{
	struct tally_cpu *mine = tally_cpu();

	if (mine)
		mine->head.events++;
	return mine && counting;
}

/* Where an event belongs whose packet is of that end, END_UNKNOWN: has none; NULL while nothing is counted. */
static __always_inline struct tally_figures *tally_for(__u32 end)
{
	const struct tally_context_cpu *now;
	struct tally_cpu *mine;

	mine = tally_cpu();
	if (!mine)
		return 0;
	mine->head.events++;
	if (!counting)
		return 0;
	now = tally_context_cpu();
	if (end == END_UNKNOWN)
		end = softirq_end(now);
	return tally_of(mine, event_end(mine, end), context_in(now));
}

/* Likewise, of now. */
static __always_inline struct tally_figures *tally_here(void)
{
	return tally_for(END_UNKNOWN);
}

/* Atomic, because a task may be preempted between reading and writing; alone it costs little. */
static __always_inline void tally_add(struct tally_figures *figures, __u32 counter, __u64 value)
{
	if (figures && counter < TALLY_COUNTERS)
		__sync_fetch_and_add(&figures->counter[counter], value);
}

#if TALLY_HISTOGRAMS
static __always_inline void tally_bucket(struct tally_figures *figures, __u32 histogram, __u64 value)
{
	__u32 bucket = histogram_bucket(value);

	barrier_var(bucket); /* the verifier has to see this very value checked */
	if (figures && histogram < TALLY_HISTOGRAMS && bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&figures->histogram[histogram][bucket], 1);
}
#endif

#define HOOK_BODY(name) static __always_inline void name(__u64 a, __u64 b, __u64 c, __u64 d)
#define HOOK(name, function, a, b, c, d)                                                           \
	HOOK_BODY(name);                                                                           \
	SEC("fentry/" #function) int name##_fentry(__u64 *ctx)                                     \
	{                                                                                          \
		name(a, b, c, d);                                                                  \
		return 0;                                                                          \
	}                                                                                          \
	SEC("kprobe/" #function) int name##_kprobe(struct pt_regs *ctx)                            \
	{                                                                                          \
		name(PT_REGS_PARM1_CORE(ctx), PT_REGS_PARM2_CORE(ctx), PT_REGS_PARM3_CORE(ctx),    \
		     PT_REGS_PARM4_CORE(ctx));                                                     \
		return 0;                                                                          \
	}                                                                                          \
	HOOK_BODY(name)
#define HOOK0(name, function) HOOK(name, function, 0, 0, 0, 0)
#define HOOK1(name, function) HOOK(name, function, ctx[0], 0, 0, 0)
#define HOOK2(name, function) HOOK(name, function, ctx[0], ctx[1], 0, 0)
#define HOOK3(name, function) HOOK(name, function, ctx[0], ctx[1], ctx[2], 0)
#define HOOK4(name, function) HOOK(name, function, ctx[0], ctx[1], ctx[2], ctx[3])

/* The value returned is a. Where fexit finds it depends on how many arguments a kernel's version
 * has. */
#define HOOK_RETURN(name, function)                                                                \
	HOOK_BODY(name);                                                                           \
	SEC("fexit/" #function) int name##_fexit(void *ctx)                                        \
	{                                                                                          \
		__u64 value = 0;                                                                   \
                                                                                                   \
		bpf_get_func_ret(ctx, &value);                                                     \
		name(value, 0, 0, 0);                                                              \
		return 0;                                                                          \
	}                                                                                          \
	SEC("kretprobe/" #function) int name##_kretprobe(struct pt_regs *ctx)                      \
	{                                                                                          \
		name(PT_REGS_RC_CORE(ctx), 0, 0, 0);                                               \
		return 0;                                                                          \
	}                                                                                          \
	HOOK_BODY(name)

#endif
