// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The time that threads of the run are blocked in iowait: off a CPU, while task->in_iowait is set. And that for which they are
 * stopped: by a signal, by who traces them, or by the freezer of their cgroup.
 *
 * A thread is on one CPU at a time and its figures are touched only as it leaves or comes, with the
 * lock of a run queue held: there is nothing to make atomic.
 */
#include "bpf/common.bpf.h"
#include "bpf/iowait.h"

/* include/linux/sched.h */
#define PF_IO_WORKER 0x00000010
#define PF_FROZEN    0x00010000 /* up to 5.19; then it is a state */
#define TASK_STOPPED 0x00000004
#define TASK_TRACED  0x00000008
#define TASK_FROZEN  0x00008000

__u64 lost[END_COUNT];
bool stops;   /* some thread was stopped: who comes may have been */
bool crowded; /* a wait found no room: one that is not found may have begun at any time */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, IOWAIT_THREADS);
	__type(key, __u32);
	__type(value, struct iowait_wait);
} waiting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, IOWAIT_THREADS);
	__type(key, struct iowait_key);
	__type(value, struct iowait_figures);
} figures SEC(".maps");

/* A worker of io-wq has the registers of none, and a fault -1 in the place of the number. */
static __always_inline __u32 call_of(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	int number = -1;

	if (task->flags & PF_IO_WORKER)
		return IOWAIT_NO_CALL;
#if defined(__TARGET_ARCH_x86)
	number = regs->orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	number = regs->syscallno;
#endif
	return number;
}

static __always_inline struct iowait_figures *figures_of(struct task_struct *task, __u32 tid,
							 __u32 call, enum record_end end)
{
	struct iowait_key key = {BPF_CORE_READ(task, start_time), tid, call};
	struct iowait_figures *found = bpf_map_lookup_elem(&figures, &key);
	struct iowait_figures fresh = {.end = end};

	if (found)
		return found;
	bpf_core_read(fresh.comm, sizeof(fresh.comm), &task->comm);
	bpf_map_update_elem(&figures, &key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&figures, &key);
}

/* Of the one that runs. As its cgroup's freezer of version 2 has it, it sleeps by a flag of its own. */
static __always_inline bool is_stopped(struct task_struct *task)
{
	struct task_struct___before *before = (void *)task;
	__u32 state;

	if (bpf_core_field_exists(task->__state))
		state = task->__state;
	else
		state = before->state;
	if (state & (TASK_STOPPED | TASK_TRACED | TASK_FROZEN))
		return true;
	if (bpf_core_field_exists(task->frozen) && BPF_CORE_READ_BITFIELD(task, frozen))
		return true;
	return state && task->flags & PF_FROZEN;
}

/* Where it was only preempted, it waits for nothing; but its entry says that it was seen. */
static __always_inline void leave(struct task_struct *task, bool preempted)
{
	enum record_end end = run_end(task, task->tgid);
	struct iowait_wait wait = {0};
	__u32 tid = task->pid;
	bool stopped;

	if (end == END_HOST)
		return;
	stopped = !preempted && is_stopped(task);
	if (!stopped && !BPF_CORE_READ_BITFIELD(task, in_iowait))
		return;
	if (stopped)
		stops = true;
	wait.call = stopped ? IOWAIT_STOPPED : call_of(task);
	wait.start_ns = preempted ? 0 : bpf_ktime_get_ns();
	if (bpf_map_update_elem(&waiting, &tid, &wait, BPF_ANY))
		crowded = true;
	else if (figures_of(task, tid, wait.call, end))
		return;
	__sync_fetch_and_add(&lost[end], 1);
}

/* Of one that does not run. */
static __always_inline bool is_in_iowait(struct task_struct *task)
{
	if (CAN_SAY_TYPES) {
		task = said_to_be(struct task_struct, task);
		return BPF_CORE_READ_BITFIELD(task, in_iowait);
	}
	return BPF_CORE_READ_BITFIELD_PROBED(task, in_iowait);
}

static __always_inline void come(struct task_struct *task)
{
	__u64 from = window.open_ns, to = window.close_ns, now;
	enum record_end end = run_end(task, field_of(struct task_struct, task, tgid));
	struct iowait_figures *sum;
	struct iowait_wait *wait;
	__u32 tid, call = IOWAIT_EARLIER;
	bool in_iowait;

	if (end == END_HOST && !run_end_varies())
		return;
	/* It clears the flag itself, later. Most come from other waits, and are not looked for. */
	in_iowait = is_in_iowait(task);
	if (!in_iowait && !stops)
		return;
	tid = field_of(struct task_struct, task, pid);
	wait = bpf_map_lookup_elem(&waiting, &tid);
	if (!in_iowait && !(wait && wait->call == IOWAIT_STOPPED))
		return;
	now = bpf_ktime_get_ns();
	if (wait) { /* else it is blocked since before the programs came */
		if (!wait->start_ns)
			return;
		if (wait->start_ns > from)
			from = wait->start_ns;
		wait->start_ns = 0;
		call = wait->call;
	} else if (end == END_HOST || crowded) {
		return; /* if crowded, it was lost when it began */
	}
	if (now < from || from >= to)
		return;
	sum = figures_of(task, tid, call, end);
	if (!sum)
		return; /* was lost when it began */
	if (now < to)
		sum->waits++;
	else
		now = to;
	sum->total_ns += now - from;
}

SEC("raw_tracepoint/sched_switch")
int iowait_switch(struct bpf_raw_tracepoint_args *ctx)
{
	leave(bpf_get_current_task_btf(), ctx->args[0]);
	come((struct task_struct *)ctx->args[2]);
	return 0;
}

SEC("raw_tracepoint/sched_process_exit")
int iowait_died(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 tid = bpf_get_current_task_btf()->pid;

	/* Whoever has the number next is in no wait of this one's. */
	bpf_map_delete_elem(&waiting, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
