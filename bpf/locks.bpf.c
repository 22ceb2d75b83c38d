// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting for locks of the kernel, by the tracepoints of their slow paths (since 5.19), and how
 * long the lock of a socket is held by those who own it (lock_sock() to release_sock(),
 * net/core/sock.c).
 */
#include "bpf/tally.bpf.h"
#include "bpf/locks.h"

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

/* By thread: whoever owns a socket is in a system call, and owns one. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LOCKS_WAITING);
	__type(key, __u32);
	__type(value, __u64);
} owned SEC(".maps");

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
	struct locks_begun begun = {.flags = ctx->args[1]};

	if (!counting)
		return 0;
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
	place.end = run_end(bpf_get_current_task_btf()->tgid);
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

HOOK_RETURN(locks_socket_taken, lock_sock_nested)
{
	__u32 tid = bpf_get_current_task_btf()->pid;
	__u64 now = bpf_ktime_get_ns();

	if (counting)
		bpf_map_update_elem(&owned, &tid, &now, BPF_ANY);
}

HOOK0(locks_socket_released, release_sock)
{
	__u32 tid = bpf_get_current_task_btf()->pid;
	__u64 *since = bpf_map_lookup_elem(&owned, &tid), ns;
	struct tally_figures *here;
	bool stale;

	if (!since)
		return;
	stale = *since < counting;
	ns = bpf_ktime_get_ns() - *since;
	bpf_map_delete_elem(&owned, &tid);
	if (stale)
		return;
	here = tally_here();
	tally_add(here, LOCKS_SOCKET_HOLDS, 1);
	tally_add(here, LOCKS_SOCKET_HELD, ns);
	tally_bucket(here, LOCKS_SOCKET_HOLD, ns);
}

char LICENSE[] SEC("license") = "GPL";
