// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting for locks of the kernel, by the tracepoints of their slow paths (since 5.19).
 */
#include "bpf/tally.bpf.h"
#include "bpf/locks.h"

#define LCB_F_MUTEX (1 << 5) /* include/trace/events/lock.h */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LOCKS_WAITING);
	__type(key, struct locks_wait);
	__type(value, struct locks_begun);
} waiting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LOCKS_PLACES);
	__type(key, struct locks_place);
	__type(value, struct locks_figures);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, LOCKS_PLACES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, LOCKS_FRAMES * sizeof(__u64));
} stacks SEC(".maps");

static __always_inline struct locks_wait wait_for(__u64 lock)
{
	struct locks_wait wait = {lock, bpf_get_current_task_btf()->pid};

	if (!wait.who) /* every CPU's idle task has this number */
		wait.who = (1ULL << 32) + bpf_get_smp_processor_id();
	return wait;
}

SEC("raw_tracepoint/contention_begin")
int locks_begin(struct bpf_raw_tracepoint_args *ctx)
{
	struct locks_wait wait = wait_for(ctx->args[0]);
	struct locks_begun begun = {.flags = ctx->args[1]}, *earlier;

	if (!counting)
		return 0;
	/*
	 * Who waits for a mutex says so again whenever it goes from spinning to sleeping or back,
	 * and once that it has ended (kernel/locking/mutex.c): all that is one wait.
	 */
	if (begun.flags & LCB_F_MUTEX) {
		earlier = bpf_map_lookup_elem(&waiting, &wait);
		if (earlier && earlier->at_ns >= counting)
			return 0;
	}
	begun.stack = bpf_get_stackid(ctx, &stacks, 0);
	begun.at_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&waiting, &wait, &begun, BPF_ANY))
		tally_add(tally_here(), LOCKS_FULL, 1);
	return 0;
}

static __always_inline struct locks_figures *figures_of(const struct locks_place *place)
{
	struct locks_figures *found = bpf_map_lookup_elem(&places, place), fresh = {0};

	if (found)
		return found;
	bpf_map_update_elem(&places, place, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&places, place);
}

SEC("raw_tracepoint/contention_end")
int locks_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct locks_wait wait = wait_for(ctx->args[0]);
	struct locks_begun *begun = bpf_map_lookup_elem(&waiting, &wait);
	struct task_struct *task = bpf_get_current_task_btf();
	struct tally_cpu *mine = tally_cpu();
	struct locks_figures *figures;
	struct locks_place place = {0};
	bool stale;
	__u64 ns;

	if (!begun)
		return 0;
	stale = begun->at_ns < counting; /* of an earlier slice, between which nobody looked */
	ns = bpf_ktime_get_ns() - begun->at_ns;
	place.stack = begun->stack;
	place.flags = begun->flags;
	bpf_map_delete_elem(&waiting, &wait);
	if (!counting || !mine || stale)
		return 0;
	place.end = run_end(task, task->tgid);
	if (place.end == END_HOST)
		place.end = mine->home;
	place.context = mine->context;
	figures = figures_of(&place);
	if (!figures) {
		tally_add(tally_here(), LOCKS_FULL, 1);
		return 0;
	}
	__sync_fetch_and_add(&figures->contentions, 1);
	__sync_fetch_and_add(&figures->wait_ns, ns);
	if (ns > figures->longest_ns)
		figures->longest_ns = ns;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
