// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a CPU is in a softirq, and for which network namespace it works there: five programs, and one table, for all
 * sources that have to know (collectors/kit/tally_context.h). The kernel's own word for the first, __preempt_count, is a
 * symbol that not every kernel shows (CONFIG_KALLSYMS_ALL), and another variable on every architecture.
 *
 * A softirq comes upon whatever runs: over veth what one end sent is received by the other on the sender's CPU, in the
 * sender's thread. So whose it is tells the device of the packet that is worked on: until the next one comes up
 * (net/core/dev.c), all that the softirq does is for that one. Of softirqs that receive nothing it is not known.
 */
#include "bpf/common.bpf.h"
#include "bpf/contexts.bpf.h"
#include "bpf/tally.h"

static __always_inline struct tally_context_cpu *context_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return context_of(cpu); /* NULL: it came after the collector */
}

SEC("raw_tracepoint/softirq_entry")
int tally_softirq_begins(struct bpf_raw_tracepoint_args *ctx)
{
	struct tally_context_cpu *mine = context_cpu();

	if (mine) {
		mine->context = TALLY_SOFTIRQ;
		/* Before its first packet comes up it most likely goes on with what the last one did. */
		mine->netns = ctx->args[0] == NET_RX_SOFTIRQ ? mine->latest : 0;
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

static __always_inline void works_for(struct tally_context_cpu *mine, struct net_device *device)
{
	if (mine->device != (__u64)device) {
		mine->device = (__u64)device;
		mine->latest = netns_of(device);
	}
	mine->netns = mine->latest;
	mine->packets++;
}

static __always_inline void packet(struct sk_buff *skb)
{
	struct tally_context_cpu *mine = context_cpu();

	if (mine)
		works_for(mine, field_of(struct sk_buff, skb, dev));
}

SEC("raw_tracepoint/netif_receive_skb")
int tally_packet(struct bpf_raw_tracepoint_args *ctx)
{
	packet((struct sk_buff *)ctx->args[0]);
	return 0;
}

/* Where a driver's packets are put together first, and come up as one only then. */
SEC("raw_tracepoint/napi_gro_receive_entry")
int tally_packet_gro(struct bpf_raw_tracepoint_args *ctx)
{
	packet((struct sk_buff *)ctx->args[0]);
	return 0;
}

/* Where XDP takes all of them none comes up: then the next poll is most likely of the same device. The backlog has none. */
SEC("raw_tracepoint/napi_poll")
int tally_polled(struct bpf_raw_tracepoint_args *ctx)
{
	struct net_device *device = field_of(struct napi_struct, (void *)ctx->args[0], dev);
	struct tally_context_cpu *mine = context_cpu();

	if (mine && device)
		works_for(mine, device);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
