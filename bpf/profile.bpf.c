// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the CPUs are, once a period: counted by kind, so that nothing is written while the window
 * is open and a run of any length takes the same memory.
 *
 * Stacks have a table of their own, keyed by a 64-bit hash, and not a BPF_MAP_TYPE_STACK_TRACE:
 * that one keeps one stack per bucket and turns away whatever collides, which at a quarter full is
 * every tenth new stack.
 */
#include "bpf/common.bpf.h"
#include "bpf/contexts.bpf.h"
#include "bpf/profile.h"
#include "bpf/tally.h"

/* Set by the collector. */
const volatile __u8 cpu_end[PROFILE_CPUS];	 /* enum record_end */
const volatile __u64 softirqs_from, softirqs_to; /* the function that runs softirqs */
const volatile __u64 net_rx_from, net_rx_to;	 /* and that which is NET_RX */
const volatile __u64 threaded_from,
	threaded_to; /* or a thread that polls in its place (threaded NAPI) */
__u64 lost[END_COUNT];
__u64 misses_lost[END_COUNT];
__u64 on_cpu[PROFILE_CPUS][END_COUNT][PROFILE_WORKS];
__u64 packets_seen[2][PROFILE_CPUS]; /* until the latest sample in NET_RX, of either event */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROFILE_KINDS);
	__type(key, struct profile_kind);
	__type(value, __u64);
} kinds SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROFILE_MISSES);
	__type(key, struct profile_kind);
	__type(value, __u64);
} misses SEC(".maps"); /* likewise, of samples of the second event */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROFILE_STACKS);
	__type(key, __u64);
	__type(value, struct profile_stack);
} stacks SEC(".maps");

/* Too large for a program's stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct profile_stack);
} scratch SEC(".maps");

enum { OF_TIME, OF_MISSES };
/* By its stack. */
enum { IN_TASK, IN_SOFTIRQ, IN_NET_RX, IN_THREADED_NAPI };

static __always_inline bool read_stack(void *ctx, struct profile_stack *stack, __u64 flags)
{
	long bytes = bpf_get_stack(ctx, stack->ip, sizeof(stack->ip), flags);

	stack->depth = bytes > 0 ? (__u64)bytes / sizeof(stack->ip[0]) : 0;
	return stack->depth > 0;
}

/* The key of the frames from `first` on, kept for later; 0 if there was no room. */
static __noinline __u64 keep_stack(struct profile_stack *stack, __u32 first)
{
	__u64 hash = 0xcbf29ce484222325ULL; /* FNV-1a, a word at a time */
	long error;

	if (!stack)
		return 0;
	for (__u32 i = 0; i < PROFILE_DEPTH; i++) {
		if (i >= stack->depth)
			break;
		if (i < first)
			continue;
		hash = (hash ^ stack->ip[i]) * 0x100000001b3ULL;
		hash ^= hash >> 32;
	}
	if (!hash)
		hash = 1;
	if (bpf_map_lookup_elem(&stacks, &hash))
		return hash;
	error = bpf_map_update_elem(&stacks, &hash, stack, BPF_NOEXIST);
	return !error || error == -17 ? hash : 0;
}

/* Whatever that function called was for a softirq; interrupts that came upon it are rare. */
static __noinline int work_of(const struct profile_stack *stack)
{
	bool net_rx = false;

	for (__u32 i = 0; stack && i < PROFILE_DEPTH; i++) {
		if (i >= stack->depth)
			break;
		net_rx = net_rx || stack->ip[i] - net_rx_from < net_rx_to - net_rx_from;
		if (stack->ip[i] - softirqs_from < softirqs_to - softirqs_from)
			return net_rx ? IN_NET_RX : IN_SOFTIRQ;
		if (stack->ip[i] - threaded_from < threaded_to - threaded_from)
			return IN_THREADED_NAPI;
	}
	return IN_TASK;
}

/*
 * Whose the packet is that this CPU's NET_RX, or a thread in its place, works on. Where none came up since the last
 * sample, as where XDP takes all of them, the latest says nothing any more.
 */
static __always_inline __u8 packet_end_here(__u32 cpu, __u32 event)
{
	const struct tally_context_cpu *now = context_of(cpu);
	__u64 before;

	if (!now || cpu >= PROFILE_CPUS)
		return END_UNKNOWN;
	before = packets_seen[event][cpu];
	packets_seen[event][cpu] = now->packets;
	return now->packets != before ? netns_end(now->latest) : END_UNKNOWN;
}

/* No other program counts on this CPU. */
static __always_inline void count_on_cpu(const struct profile_kind *kind, __u32 cpu, __u32 in)
{
	__u32 work = in == IN_SOFTIRQ || in == IN_NET_RX ? PROFILE_SOFTIRQ : PROFILE_TASK;
	__u32 end = kind->end;

	if (work == PROFILE_TASK && !kind->tgid)
		return;
	if (kind->packet_end != END_UNKNOWN)
		end = kind->packet_end;
	else if (work == PROFILE_SOFTIRQ && end == END_HOST)
		end = kind->cpu_end;
	if (cpu < PROFILE_CPUS && end < END_COUNT && work < PROFILE_WORKS)
		on_cpu[cpu][end][work]++;
}

static __always_inline int keep(void *map, struct profile_kind *kind)
{
	__u64 *count = bpf_map_lookup_elem(map, kind);
	__u64 one = 1;

	if (!count) {
		if (!bpf_map_update_elem(map, kind, &one, BPF_NOEXIST))
			return 0;
		/* Another CPU was first, or there is no room. */
		count = bpf_map_lookup_elem(map, kind);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	return count ? 0 : -1;
}

/* Both stacks into the table and their keys into the kind. */
static __always_inline int keep_stacks(void *ctx, struct profile_kind *kind, __u32 event, __u32 *in)
{
	__u32 zero = 0;
	struct profile_stack *stack = bpf_map_lookup_elem(&scratch, &zero);

	if (!stack)
		return -1;
	if (read_stack(ctx, stack, 0)) {
		kind->in_kernel = 1;
		kind->leaf = stack->ip[0];
		*in = (__u32)work_of(stack);
		if (*in == IN_NET_RX || *in == IN_THREADED_NAPI)
			kind->packet_end =
				end_if_shared(packet_end_here(bpf_get_smp_processor_id(), event),
					      kind->end != END_HOST ? kind->end : kind->cpu_end);
		kind->kernel = keep_stack(stack, 1);
		if (!kind->kernel)
			return -1;
	}
	/* Of a bystander one wants to know that it ran, and what the kernel did for it. */
	if (kind->end == END_HOST || !read_stack(ctx, stack, BPF_F_USER_STACK))
		return 0;
	if (!kind->in_kernel)
		kind->leaf = stack->ip[0];
	kind->user = keep_stack(stack, !kind->in_kernel);
	return kind->user ? 0 : -1;
}

static __always_inline struct profile_kind kind_here(__u32 cpu)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct profile_kind kind = {
		.tgid = tgid,
		.end = run_end(current_task(), tgid),
		.cpu_end = cpu < PROFILE_CPUS ? cpu_end[cpu] : END_HOST,
		.packet_end = END_UNKNOWN,
	};

	if (tgid)
		bpf_get_current_comm(kind.comm, sizeof(kind.comm));
	return kind;
}

static __always_inline void count_lost(__u64 *of, __u32 end)
{
	if (end < END_COUNT)
		__sync_fetch_and_add(&of[end], 1);
}

static __always_inline bool in_window(void)
{
	__u64 now = bpf_ktime_get_ns();

	return now >= window.open_ns && now < window.close_ns;
}

SEC("perf_event")
int profile_sample(void *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id(), in = IN_TASK;
	struct profile_kind kind;

	if (!in_window())
		return 0;
	kind = kind_here(cpu);
	if (keep_stacks(ctx, &kind, OF_TIME, &in) || keep(&kinds, &kind))
		count_lost(lost, kind.end);
	count_on_cpu(&kind, cpu, in);
	return 0;
}

/* On an event of its own. Programs of perf events do not interrupt one another on a CPU (bpf_prog_active). */
SEC("perf_event")
int profile_miss(void *ctx)
{
	struct profile_kind kind;
	__u32 in;

	if (!in_window())
		return 0;
	kind = kind_here(bpf_get_smp_processor_id());
	if (keep_stacks(ctx, &kind, OF_MISSES, &in) || keep(&misses, &kind))
		count_lost(misses_lost, kind.end);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
