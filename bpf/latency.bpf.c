// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the moment that a packet is handed to the protocols until its first copy to user memory, or
 * until it is delivered without one: what the SIGCOMM'21 study of host network stack overheads
 * patched a kernel for.
 *
 * A packet is known by its address, and a quarter of all addresses is followed; with --exact all of them. So
 * whenever an address is used again, it is written again; and one whose data was merged into another packet,
 * and that was never copied itself, is not taken for the next that lives there. Its data is copied
 * with the packet that it was merged into, which counts if it is followed itself.
 */
#define TALLY_HISTOGRAMS 1
#include "bpf/tally.bpf.h"
#include "bpf/latency.h"

bool crowded;	/* an address found no room */
__u64 slice_ns; /* set by the collector: how long the slice is going to be */

/* include/linux/socket.h */
#define AF_INET	 2
#define AF_INET6 10

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LATENCY_PACKETS); /* the collector sets another with --exact */
	__type(key, __u64);
	__type(value, __u64);
} received SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LATENCY_FLOWS);
	__type(key, struct latency_peer);
	__type(value, struct latency_flow);
} flows SEC(".maps");

/* What a new flow begins with: more than a program's stack holds. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct latency_flow);
} blank SEC(".maps");

/* Addresses of skbs lie 256 bytes apart or less (the slab is aligned to lines of the cache). */
static __always_inline bool followed(__u64 skb)
{
	return whole || !((skb >> 8 ^ skb >> 12 ^ skb >> 16) & (LATENCY_ONE_IN - 1));
}

SEC("raw_tracepoint/netif_receive_skb")
int latency_received(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 skb = ctx->args[0], now;

	if (!tally_counting() || !followed(skb))
		return 0;
	now = bpf_ktime_get_ns();
	/* Of a packet that lived there before and was merged into another nothing must be left. */
	if (!whole && now - counting > slice_ns / 3) {
		bpf_map_delete_elem(&received, &skb);
		return 0;
	}
	if (bpf_map_update_elem(&received, &skb, &now, BPF_ANY)) {
		crowded = true;
		tally_add(tally_here(), LATENCY_UNTRACKED, 1);
	}
	return 0;
}

/* Who sent it. Until the packet is freed, its socket is that of the receiver (skb_set_owner_r()). */
static __always_inline struct latency_peer peer_of(struct sk_buff *skb)
{
	struct sock *sk = BPF_CORE_READ(skb, sk);
	struct latency_peer peer = {0};

	if (!sk)
		return peer;
	peer.family = BPF_CORE_READ(sk, __sk_common.skc_family);
	peer.port = BPF_CORE_READ(sk, __sk_common.skc_dport);
	if (peer.family == AF_INET6)
		BPF_CORE_READ_INTO(&peer.address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
	else
		peer.address[0] = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	return peer;
}

static __always_inline struct latency_flow *flow_of(const struct latency_peer *peer)
{
	struct latency_flow *found = bpf_map_lookup_elem(&flows, peer);
	__u32 zero = 0;

	if (found)
		return found;
	found = bpf_map_lookup_elem(&blank, &zero);
	if (found)
		bpf_map_update_elem(&flows, peer, found, BPF_NOEXIST);
	return bpf_map_lookup_elem(&flows, peer);
}

static __always_inline void count_flow(const struct latency_peer *peer, struct tally_figures *here,
				       __u64 delay)
{
	struct latency_flow *flow = flow_of(peer);
	__u32 bucket = histogram_bucket(delay);

	barrier_var(bucket);
	if (!flow) {
		tally_add(here, LATENCY_FULL, 1);
		return;
	}
	__sync_fetch_and_add(&flow->total_ns, delay);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&flow->bucket[bucket], 1);
}

static __always_inline void delivered(struct sk_buff *skb)
{
	__u64 address = (__u64)skb, *at, delay;
	struct tally_figures *here;
	struct latency_peer peer;

	if (!tally_counting() || !followed(address))
		return;
	at = bpf_map_lookup_elem(&received, &address);
	if (!at || *at < counting)
		return;
	delay = bpf_ktime_get_ns() - *at;
	bpf_map_delete_elem(&received, &address);
	peer = peer_of(skb);
	/* A message of another family, which took the address without coming through a device. */
	if (peer.family != AF_INET && peer.family != AF_INET6)
		return;
	peer.end = current_end();
	here = tally_here();
	tally_add(here, LATENCY_SAMPLES, 1);
	tally_add(here, LATENCY_TOTAL, delay);
	tally_bucket(here, LATENCY_NAPI_TO_COPY, delay);
	/* On the end's CPUs others take packets too: theirs are no flows of it. */
	if (peer.end != END_HOST)
		count_flow(&peer, here, delay);
}

SEC("raw_tracepoint/skb_copy_datagram_iovec")
int latency_copied(struct bpf_raw_tracepoint_args *ctx)
{
	delivered((struct sk_buff *)ctx->args[0]);
	return 0;
}

/* Without a copy: io_uring/zcrx.c and net/ipv4/tcp.c. */
HOOK2(latency_zcrx, io_zcrx_recv_skb)
{
	delivered((struct sk_buff *)b);
}

HOOK2(latency_devmem, tcp_recvmsg_dmabuf)
{
	delivered((struct sk_buff *)b);
}

char LICENSE[] SEC("license") = "GPL";
