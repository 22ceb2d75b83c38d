// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the moment that a packet is handed to the protocols until its first copy to user memory:
 * what the SIGCOMM'21 study of host network stack overheads patched a kernel for.
 *
 * A packet is known by its address, and a quarter of all addresses is followed. So whenever an
 * address is used again, it is written again; and one whose data was merged into another packet,
 * and that was never copied itself, is not taken for the next that lives there. Its data is copied
 * with the packet that it was merged into, which counts if it is followed itself.
 */
#include "bpf/tally.bpf.h"
#include "bpf/latency.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LATENCY_PACKETS);
	__type(key, __u64);
	__type(value, __u64);
} received SEC(".maps");

/* Addresses of skbs lie 256 bytes apart or less (the slab is aligned to lines of the cache). */
static __always_inline bool followed(__u64 skb)
{
	return !((skb >> 8 ^ skb >> 12 ^ skb >> 16) & 3);
}

SEC("raw_tracepoint/netif_receive_skb")
int latency_received(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 skb = ctx->args[0], now;

	if (!counting || !followed(skb))
		return 0;
	now = bpf_ktime_get_ns();
	if (!whole && now - counting > LATENCY_RECEIVE_NS)
		return 0;
	bpf_map_update_elem(&received, &skb, &now, BPF_ANY);
	return 0;
}

SEC("raw_tracepoint/skb_copy_datagram_iovec")
int latency_copied(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 skb = ctx->args[0], *at, delay;
	struct tally_figures *here;

	if (!counting || !followed(skb))
		return 0;
	at = bpf_map_lookup_elem(&received, &skb);
	if (!at || *at < counting)
		return 0;
	delay = bpf_ktime_get_ns() - *at;
	bpf_map_delete_elem(&received, &skb);
	here = tally_here();
	tally_add(here, LATENCY_SAMPLES, 1);
	tally_add(here, LATENCY_TOTAL, delay);
	tally_bucket(here, LATENCY_NAPI_TO_COPY, delay);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
