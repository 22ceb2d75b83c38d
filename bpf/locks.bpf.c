// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting for locks of the kernel, by the tracepoints of their slow paths (since 5.19).
 */
#define TALLY_HISTOGRAMS 1
#include "bpf/tally.bpf.h"
#include "bpf/locks.h"

#define LCB_F_MUTEX (1 << 5) /* include/trace/events/lock.h */

/* To walk up the stack, through what no cache holds any more, takes as long as so many usual events: 4 us. */
#define WALK 40

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
	struct locks_wait wait = {lock, current_tid()};

	if (!wait.who) /* every CPU's idle task has this number */
		wait.who = (1ULL << 32) + bpf_get_smp_processor_id();
	return wait;
}

/* Set by the collector: from now on it counts in slices; and it could not read what went on at the end of one. */
bool sliced, unread;

SEC("raw_tracepoint/contention_begin")
int locks_begin(struct bpf_raw_tracepoint_args *ctx)
{
	struct locks_wait wait = wait_for(ctx->args[0]);
	struct locks_begun begun = {.flags = ctx->args[1]}, *earlier;
	struct tally_cpu *mine = tally_cpu();

	if (!mine || !counting) {
		tally_here();
		return 0;
	}
	/*
	 * Who waits for a mutex says so again whenever it goes from spinning to sleeping or back,
	 * and once that it has ended (kernel/locking/mutex.c): all that is one wait.
	 */
	if (begun.flags & LCB_F_MUTEX) {
		earlier = bpf_map_lookup_elem(&waiting, &wait);
		if (earlier && earlier->at_ns >= counting)
			return 0;
	}
	mine->head.events += WALK;
	begun.stack = bpf_get_stackid(ctx, &stacks, 0);
	begun.end = tally_end(mine);
	begun.context = tally_context();
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

/*
 * A wait ends, or is cut at the end of the slice. One that was not seen to begin has lasted since
 * before the slice, and counts from there: in a slice every beginning is seen.
 */
SEC("raw_tracepoint/contention_end")
int locks_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct locks_wait wait = wait_for(ctx->args[0]);
	struct locks_begun *begun = bpf_map_lookup_elem(&waiting, &wait);
	__u64 now = bpf_ktime_get_ns(), since = since_ns, until = until_ns, from = since;
	__u64 began = 0;
	struct tally_cpu *mine = tally_cpu();
	struct tally_figures *here;
	struct locks_figures *figures;
	struct locks_place place = {0};
	bool over = now >= until;

	if (!mine || !since)
		return 0;
	place.sliced = sliced;
	if (begun) {
		began = begun->at_ns;
		from = began > since ? began : since;
		place.stack = begun->stack;
		place.flags = begun->flags;
		place.end = begun->end;
		place.context = begun->context;
		bpf_map_delete_elem(&waiting, &wait);
	} else {
		if (over)
			return 0; /* it was cut already, or lasts since before the slice */
		place.stack = bpf_get_stackid(ctx, &stacks, 0);
		place.flags = LOCKS_EARLIER;
		place.end = tally_end(mine);
		place.context = tally_context();
	}
	if (over)
		now = until;
	if (now < from)
		return 0;
	figures = figures_of(&place);
	here = tally_of(mine, place.end, place.context);
	if (!figures) {
		tally_add(here, LOCKS_FULL, 1);
		return 0;
	}
	if (began && !over)
		tally_bucket(here, LOCKS_LENGTH, now - began);
	now -= from;
	tally_add(here, LOCKS_WAITS, !over);
	tally_add(here, LOCKS_WAIT_NS, now);
	__sync_fetch_and_add(&figures->contentions, !over);
	__sync_fetch_and_add(&figures->wait_ns, now);
	if (now > figures->longest_ns)
		figures->longest_ns = now;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
