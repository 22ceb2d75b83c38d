// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The softirqs of the network and the NAPI polls in them.
 *
 * A CPU runs one handler at a time, and nothing but it writes to its element of the table: so there
 * is no lock, no atomic and no hash. The handlers and every poll run with bottom halves off, so
 * that these programs cannot be interrupted by another run of themselves on the same CPU; for that
 * reason the raw tracepoint will do on every kernel, which it will not for system calls.
 *
 * Where each end has a network namespace of its own, what NET_RX does is for the end whose packet it works on (as in
 * bpf/tally_context.bpf.c, which counts no time): a run that takes packets of both is parted where they change, and what
 * comes before the first is of that one. Of a run that brings up none, as where XDP drops all, the device tells that was
 * polled.
 */
#include "bpf/common.bpf.h"
#include "bpf/softirq.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the collector sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct softirq_cpu);
} counts SEC(".maps");

/* NULL for a CPU that came after the collector. */
static __always_inline struct softirq_cpu *this_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&counts, &cpu);
}

/* Whose work it is: the thread's that it came upon if that is of the run, else the CPU's. */
static __always_inline __u32 end_of(const struct softirq_cpu *mine)
{
	enum record_end end = current_end();

	return end != END_HOST ? end : mine->home;
}

static __always_inline struct softirq_figures *figures_of(struct softirq_cpu *mine, __u32 end)
{
	return &mine->figures[end & (SOFTIRQ_ENDS - 1)];
}

/* Of a thread of the kernel, by how no other's name begins. */
static __always_inline bool is_ksoftirqd(struct task_struct *task)
{
	__u64 name = 0;

	bpf_core_read(&name, sizeof(name), &task->comm);
	return !__builtin_memcmp(&name, "ksoftirq", sizeof(name));
}

static __always_inline void add_time(struct softirq_cpu *mine, __u64 now)
{
	__u64 from = window.open_ns, to = window.close_ns;
	struct softirq_runs *runs = &figures_of(mine, mine->end)->kind[mine->kind & 1];

	if (mine->start_ns > from)
		from = mine->start_ns;
	if (now > to)
		now = to;
	if (now <= from)
		return;
	runs->total_ns += now - from;
	if (mine->in_ksoftirqd)
		runs->ksoftirqd_ns += now - from;
}

static __always_inline void packet(struct sk_buff *skb)
{
	struct softirq_cpu *mine = this_cpu();
	__u64 now;
	__u32 end;

	if (!mine)
		return;
	if (!mine->start_ns || mine->kind != SOFTIRQ_NET_RX)
		return;
	end = end_if_shared(packet_end(skb), end_of(mine));
	if (end == mine->end)
		return;
	if (mine->end != END_UNKNOWN) {
		now = bpf_ktime_get_ns();
		add_time(mine, now);
		mine->start_ns = now;
	}
	mine->end = end;
}

SEC("raw_tracepoint/netif_receive_skb")
int softirq_packet(struct bpf_raw_tracepoint_args *ctx)
{
	packet((struct sk_buff *)ctx->args[0]);
	return 0;
}

SEC("raw_tracepoint/napi_gro_receive_entry")
int softirq_packet_gro(struct bpf_raw_tracepoint_args *ctx)
{
	packet((struct sk_buff *)ctx->args[0]);
	return 0;
}

SEC("raw_tracepoint/softirq_entry")
int softirq_begins(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 number = ctx->args[0];
	struct task_struct *task;
	struct softirq_cpu *mine;

	if (number != NET_RX_SOFTIRQ && number != NET_TX_SOFTIRQ)
		return 0;
	mine = this_cpu();
	if (!mine)
		return 0;
	task = current_task();
	mine->kind = number == NET_RX_SOFTIRQ ? SOFTIRQ_NET_RX : SOFTIRQ_NET_TX;
	if (number == NET_RX_SOFTIRQ && run_scope[END_RX].devices_netns)
		mine->end = END_UNKNOWN;
	else
		mine->end = end_of(mine);
	mine->in_ksoftirqd = (current_field(task, flags) & PF_KTHREAD) && is_ksoftirqd(task);
	mine->start_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("raw_tracepoint/softirq_exit")
int softirq_ends(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 number = ctx->args[0];
	struct softirq_cpu *mine;
	__u64 now;

	if (number != NET_RX_SOFTIRQ && number != NET_TX_SOFTIRQ)
		return 0;
	mine = this_cpu();
	if (!mine || !mine->start_ns)
		return 0; /* it began before the programs came */
	if (mine->end == END_UNKNOWN)
		mine->end = end_of(mine);
	now = bpf_ktime_get_ns();
	if (now >= window.open_ns && now < window.close_ns)
		figures_of(mine, mine->end)->kind[mine->kind & 1].runs++;
	add_time(mine, now);
	mine->start_ns = 0;
	return 0;
}

/* The backlog has no device. */
static __always_inline __u32 polled_end(const struct softirq_cpu *mine, struct napi_struct *napi)
{
	struct net_device *device = field_of(struct napi_struct, napi, dev);

	if (!device)
		return END_UNKNOWN;
	return end_if_shared(netns_end(netns_of(device)), end_of(mine));
}

/* In a softirq it is of the window if the softirq's beginning is: that saves reading the clock. */
SEC("raw_tracepoint/napi_poll")
int softirq_polled(struct bpf_raw_tracepoint_args *ctx)
{
	int work = ctx->args[1], budget = ctx->args[2];
	struct softirq_figures *figures;
	struct softirq_cpu *mine = this_cpu();
	__u32 bucket, end;
	__u64 at;

	if (!mine)
		return 0;
	at = mine->start_ns;
	if (at && mine->end == END_UNKNOWN)
		mine->end = polled_end(mine, (struct napi_struct *)ctx->args[0]);
	if (at && mine->end == END_UNKNOWN)
		mine->end = end_of(mine);
	end = mine->end;
	if (!at) {
		at = bpf_ktime_get_ns();
		end = end_of(mine);
	}
	if (at < window.open_ns || at >= window.close_ns || work < 0)
		return 0;
	figures = figures_of(mine, end);
	figures->polls++;
	figures->packets += work;
	figures->budget_spent += budget > 0 && work >= budget;
	bucket = histogram_bucket(work);
	barrier_var(bucket); /* the verifier has to see this very value checked */
	if (bucket < HISTOGRAM_BUCKETS)
		figures->work[bucket]++;
	return 0;
}

/* ksoftirqd is woken on its own CPU, with interrupts off. */
SEC("raw_tracepoint/sched_wakeup")
int softirq_wakeup(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *woken = (struct task_struct *)ctx->args[0];
	struct softirq_cpu *mine;
	__u64 now;

	if (!(field_of(struct task_struct, woken, flags) & PF_KTHREAD) || !is_ksoftirqd(woken))
		return 0;
	now = bpf_ktime_get_ns();
	if (now < window.open_ns || now >= window.close_ns)
		return 0;
	mine = this_cpu();
	if (mine)
		figures_of(mine, mine->home)->wakeups++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
