// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets as the device layer hands them to the protocols: behind GRO (net/core/dev.c). Over veth what one end receives is
 * handed up by softirqs on the CPU of the other: so whose a packet is tells its device.
 */
#define TALLY_HISTOGRAMS 2
#include "bpf/tally.bpf.h"
#include "bpf/skb.h"

SEC("raw_tracepoint/netif_receive_skb")
int skb_received(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	struct tally_figures *here = tally_for(packet_end(skb));
	struct skb_shared_info *shared;
	__u32 length, segments;

	if (!here)
		return 0;
	length = field_of(struct sk_buff, skb, len);
	/* Where pointers have 64 bits, end is an offset (NET_SKBUFF_DATA_USES_OFFSET). */
	shared = (struct skb_shared_info *)(field_of(struct sk_buff, skb, head) +
					    field_of(struct sk_buff, skb, end));
	segments = field_of(struct skb_shared_info, shared, gso_segs);
	tally_add(here, SKB_RECEIVED, 1);
	tally_add(here, SKB_BYTES, length);
	tally_add(here, SKB_LINEAR, length - field_of(struct sk_buff, skb, data_len));
	tally_add(here, SKB_SEGMENTS, segments ? segments : 1);
	tally_bucket(here, SKB_SIZE, length);
	tally_bucket(here, SKB_FRAGS, field_of(struct skb_shared_info, shared, nr_frags));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
