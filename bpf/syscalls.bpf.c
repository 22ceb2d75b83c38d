// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls of the run: counted and timed where they return.
 *
 * The hot path has no helper call but the clock and the current task and CPU, no hash, no lock and
 * no atomic: the calls that threads are in stand in a table indexed by thread id, the counts in an
 * array indexed by CPU, whose lookup the verifier turns into two instructions. Two system calls of
 * one CPU cannot disturb one another's counts, because the kernel does not let a program run while
 * another run of it on the same CPU is preempted (bpf_prog.active; it counts what it turns away).
 *
 * Of the 210 ns that a call takes longer on one machine (6.18, AMD, retpolines), 126 are the kernel's way to two programs, also
 * of such as do nothing, 58 its clock, twice, and 26 what is done here.
 *
 * Each program is there for two hooks. The raw tracepoint costs less, but after Linux 6.18 its
 * programs can be preempted, and then turning away loses every call that other threads make in the
 * meantime. The tracepoint runs its programs with preemption off, and one that returned 0 would
 * take the event away from whoever counts it by perf (perf_trace_run_bpf_submit(),
 * kernel/events/core.c).
 */
#include "bpf/common.bpf.h"
#include "bpf/syscalls.h"

#define TS_COMPAT 0x0002 /* arch/x86/include/asm/thread_info.h */
#define MAX_ERRNO 4095

__u64 attached_ns = NEVER; /* set by the collector when all programs are attached */
__u64 lost[END_COUNT];
bool table_full; /* some thread found no entry */
__u32 slots_used;
__u8 slot_of[END_COUNT][SYSCALLS_NUMBERS]; /* slot + 1; 0: none yet */
/* Two may hold the same, where two CPUs met its first call at once: they are added up later. */
struct syscalls_name slot_name[SYSCALLS_SLOTS];
struct syscalls_call calls[SYSCALLS_SETS][SYSCALLS_WAYS];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the collector sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct syscalls_cpu);
} counts SEC(".maps");

static __always_inline void lose(enum record_end end)
{
	__sync_fetch_and_add(&lost[end], 1);
}

static __always_inline struct syscalls_call *find_call(__u32 tid)
{
	struct syscalls_call *call = calls[tid % SYSCALLS_SETS];

#pragma unroll
	for (int way = 0; way < SYSCALLS_WAYS; way++)
		if (call[way].tid == tid)
			return &call[way];
	return NULL;
}

/* A thread's first call. Another thread may want the same entry at the same moment. */
static __noinline struct syscalls_call *take_entry(__u32 tid)
{
	struct syscalls_call *call = calls[tid % SYSCALLS_SETS];

#pragma unroll
	for (int way = 0; way < SYSCALLS_WAYS; way++)
		if (!__sync_val_compare_and_swap(&call[way].tid, 0, tid))
			return &call[way];
	table_full = true;
	return NULL;
}

static __always_inline __u32 call_number(struct task_struct *task, long number)
{
	__u32 base = 0;

#if defined(__TARGET_ARCH_x86)
	if (task->thread_info.status & TS_COMPAT)
		base = SYSCALLS_COMPAT;
#endif
	if ((unsigned long)number >= SYSCALLS_COMPAT - 1)
		return SYSCALLS_UNKNOWN;
	return base + number;
}

static __always_inline int begin(long number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	enum record_end end = run_end(task, task->tgid);
	struct syscalls_call *call;
	__u32 tid;

	if (end == END_HOST)
		return 0;
	tid = task->pid;
	call = find_call(tid) ?: take_entry(tid);
	if (!call) {
		lose(end);
		return 0;
	}
	call->name.number = call_number(task, number);
	call->name.end = end;
	call->start_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("raw_tracepoint/sys_enter")
int syscalls_in(struct bpf_raw_tracepoint_args *ctx)
{
	return begin(ctx->args[1]);
}

SEC("tracepoint/raw_syscalls/sys_enter")
int syscalls_tp_in(struct raw_syscalls_event *ctx)
{
	begin(ctx->number);
	return 1;
}

/* Gives a system call of an end its slot; SYSCALLS_SLOTS if none is left. */
static __noinline __u32 new_slot(__u32 end, __u32 number)
{
	__u32 slot = SYSCALLS_SLOTS;

	if (slots_used < SYSCALLS_SLOTS)
		slot = __sync_fetch_and_add(&slots_used, 1);
	if (slot >= SYSCALLS_SLOTS || end >= END_COUNT)
		return SYSCALLS_SLOTS;
	slot_name[slot].number = number;
	slot_name[slot].end = end;
	slot_of[end][number % SYSCALLS_NUMBERS] = slot + 1;
	return slot;
}

static __always_inline struct syscalls_stat *find_stat(enum record_end end, __u32 number)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct syscalls_cpu *mine = bpf_map_lookup_elem(&counts, &cpu);
	__u32 slot = slot_of[end][number % SYSCALLS_NUMBERS];

	slot = slot ? slot - 1 : new_slot(end, number);
	barrier_var(slot); /* the verifier has to see this very value checked */
	if (!mine || slot >= SYSCALLS_SLOTS)
		return NULL; /* a CPU that came after the collector, or no slot left */
	return &mine->slot[slot];
}

static __always_inline void add_square(struct syscalls_stat *stat, __u64 ns)
{
	__u64 high = ns >> 32, low = (__u32)ns;
	__u64 square = low * low;

	if (high) { /* (high * 2^32 + low)^2; high * low < 2^63 while ns < 2^63 */
		__u64 cross = high * low;

		stat->square_high += high * high + (cross >> 31);
		cross <<= 33;
		square += cross;
		stat->square_high += square < cross;
	}
	stat->square_low += square;
	stat->square_high += stat->square_low < square;
}

static __always_inline void count(struct syscalls_stat *stat, __u64 ns, long result)
{
	__u32 bucket = histogram_bucket(ns);

	if (!stat->calls || ns < stat->min_ns)
		stat->min_ns = ns;
	if (ns > stat->max_ns)
		stat->max_ns = ns;
	stat->calls++;
	stat->errors += (unsigned long)result >= (unsigned long)-MAX_ERRNO;
	stat->total_ns += ns;
	add_square(stat, ns);
	if (bucket < HISTOGRAM_BUCKETS)
		stat->latency[bucket]++;
}

/* A call ends, or is cut short by its thread's death. */
static __always_inline void settle(enum record_end end, __u32 number, __u64 start, bool returned,
				   long result)
{
	__u64 now = bpf_ktime_get_ns(), from = window.open_ns, to = window.close_ns;
	struct syscalls_stat *stat;

	if (start > from)
		from = start;
	barrier_var(end); /* the verifier has to see this very value checked */
	if (end >= END_COUNT)
		return;
	if (now < from || from >= to || (!returned && now < to))
		return;
	stat = find_stat(end, number);
	if (!stat) {
		lose(end);
	} else if (now < to) {
		count(stat, now - from, result);
	} else {
		stat->in_flight++;
		stat->in_flight_ns += to - from;
	}
}

/* What the raw tracepoint does not say: the number of the call that a thread returns from. */
static __noinline long returning_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(regs, orig_ax);
#elif defined(__TARGET_ARCH_arm64)
	return BPF_CORE_READ(regs, syscallno);
#endif
}

/*
 * The number is given by the one hook, and left to the registers by the other. A thread without an
 * entry returns from a call that was not seen to begin: if it is older than the programs, then so
 * is the call; a new thread comes out of the clone() that its parent returns from itself.
 */
static __always_inline int finish(long number, struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	enum record_end end = run_end(task, task->tgid);
	struct syscalls_call *call;

	if (end == END_HOST && !run_end_varies())
		return 0;
	call = find_call(task->pid);
	if (call) {
		if (call->start_ns) /* else the kernel turned its beginning away */
			settle(call->name.end, call->name.number, call->start_ns, true, result);
		call->start_ns = 0;
	} else if (end != END_HOST && !run_scope[end].by_cpu && task->start_time < attached_ns &&
		   !table_full) {
		if (regs)
			number = returning_number(regs);
		settle(end, call_number(task, number), 0, true, result);
	}
	return 0;
}

SEC("raw_tracepoint/sys_exit")
int syscalls_out(struct bpf_raw_tracepoint_args *ctx)
{
	return finish(0, (struct pt_regs *)ctx->args[0], ctx->args[1]);
}

SEC("tracepoint/raw_syscalls/sys_exit")
int syscalls_tp_out(struct raw_syscalls_event *ctx)
{
	finish(ctx->number, NULL, ctx->result);
	return 1;
}

SEC("raw_tracepoint/sched_process_exit")
int syscalls_died(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct syscalls_call *call;

	if (run_end(task, task->tgid) == END_HOST && !run_end_varies())
		return 0;
	call = find_call(task->pid);
	if (!call)
		return 0;
	if (call->start_ns)
		settle(call->name.end, call->name.number, call->start_ns, false, 0);
	call->start_ns = 0;
	call->tid = 0;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
