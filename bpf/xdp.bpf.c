// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams of a run's flows, taken before the kernel makes an skb of them: counted and dropped, or
 * handed to the flow's AF_XDP socket; or counted and dropped where the stack begins (tc); or sent on by another device, and
 * counted and dropped where that leads. Whatever else comes goes on to the stack, untouched.
 *
 * Each CPU counts for itself, so that nothing is lost or waited for; the maps are mapped by the reader.
 */
#include "vmlinux/vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "bpf/xdp.h"

const volatile struct xdp_wanted wanted;
const volatile bool ipv6;
const volatile bool to_sockets;
const volatile bool forwards;	  /* xdp_forward() has them before xdp_take() */
const volatile __u8 next_hop[12]; /* … whose frames begin with these addresses */
const volatile __u32 flows;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u32);
} flow_of SEC(".maps"); /* by the sender's port, from 1; 0: none */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_tally);
} tallies SEC(".maps"); /* CPU * flows + flow */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_progress);
} progress SEC(".maps"); /* by flow */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} queues SEC(".maps"); /* CPU * XDP_QUEUES_MOST + queue: datagrams */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} queue_of SEC(".maps"); /* by flow */

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps"); /* by flow */

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps"); /* the device that is forwarded by */

struct ethernet {
	__u8 addresses[12];
	__u16 protocol;
};

struct ipv4 {
	__u8 version_and_length;
	__u8 service;
	__u16 total;
	__u16 id;
	__u16 fragment;
	__u8 hops;
	__u8 protocol;
	__u16 checksum;
	__u32 source;
	__u32 destination;
};

struct ipv6 {
	__u32 version_class_and_label;
	__u16 payload;
	__u8 next;
	__u8 hops;
	__u32 source[4];
	__u32 destination[4];
};

struct udp {
	__u16 source;
	__u16 destination;
	__u16 length;
	__u16 checksum;
};

#define PROTOCOL_UDP 17
#define NO_OPTIONS   0x45
#define NO_FRAGMENT  __builtin_bswap16(0x4000) /* "don't" is all that may be said */

/* The header of UDP behind one of IPv4 with the run's addresses; NULL: another's. */
static __always_inline struct udp *behind_ipv4(void *at, void *end)
{
	struct ipv4 *ip = at;

	if ((void *)(ip + 1) > end || ip->version_and_length != NO_OPTIONS ||
	    ip->protocol != PROTOCOL_UDP || ip->fragment & ~NO_FRAGMENT ||
	    ip->source != wanted.source[0] || ip->destination != wanted.destination[0])
		return 0;
	return (struct udp *)(ip + 1);
}

static __always_inline struct udp *behind_ipv6(void *at, void *end)
{
	struct ipv6 *ip = at;

	if ((void *)(ip + 1) > end || ip->next != PROTOCOL_UDP)
		return 0;
	for (int i = 0; i < 4; i++)
		if (ip->source[i] != wanted.source[i] || ip->destination[i] != wanted.destination[i])
			return 0;
	return (struct udp *)(ip + 1);
}

/* Numbers do not wrap: what lies far above all others is not just below zero. */
static __always_inline bool is_near(__u64 one, __u64 other)
{
	return one >= other ? one - other <= XDP_FAR_OFF : other - one <= XDP_FAR_OFF;
}

/*
 * A datagram begins with its number (datapath/udp.h); anybody can send one. False: it is somebody else's. Two in
 * a row are believed, and the numbers begin anew: what lies between is no loss that anybody could tell.
 */
static __always_inline bool count_one(struct xdp_tally *t, struct xdp_progress *all, __u64 said)
{
	__u64 number = said - all->offset;

	if (!is_near(number, t->next) && !is_near(number, all->next)) {
		if (said != t->doubted) {
			t->doubted = said + 1;
			return false;
		}
		number = t->next > all->next ? t->next : all->next;
		all->offset = said - number;
		t->jumped++;
	}
	t->datagrams++;
	if (number < t->next) {
		t->late++;
		return true;
	}
	t->next = number + 1;
	if (t->next - all->next >= XDP_TELL_EVERY && t->next > all->next)
		all->next = t->next;
	return true;
}

static __always_inline void count_queue(__u32 cpu, __u32 queue)
{
	__u32 at = cpu * XDP_QUEUES_MOST + queue % XDP_QUEUES_MOST;
	__u64 *datagrams = bpf_map_lookup_elem(&queues, &at);

	if (datagrams)
		++*datagrams;
}

enum verdict {
	ANOTHERS,
	TO_DROP,
	TO_SOCKET,
};

/* number: of the flow. The datagram's header of UDP, with its number behind it; NULL: it is another's. */
static __always_inline struct udp *find(struct ethernet *eth, void *end, __u32 *number)
{
	struct udp *udp;
	__u32 *flow;
	__u32 at;

	if ((void *)(eth + 1) > end || eth->protocol != wanted.protocol)
		return 0;
	udp = ipv6 ? behind_ipv6(eth + 1, end) : behind_ipv4(eth + 1, end);
	if (!udp || (void *)(udp + 1) + sizeof(__u64) > end || udp->destination != wanted.port ||
	    udp->length != wanted.length)
		return 0;
	at = udp->source;
	flow = bpf_map_lookup_elem(&flow_of, &at);
	if (!flow || !*flow)
		return 0;
	*number = *flow - 1;
	return udp;
}

static __always_inline enum verdict take(struct ethernet *eth, void *end, __u32 queue, __u32 *number)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct udp *udp = find(eth, end, number);
	struct xdp_progress *all;
	struct xdp_tally *tally;
	__u32 *place;
	__u32 at;

	if (!udp)
		return ANOTHERS;
	at = cpu * flows + *number;
	tally = bpf_map_lookup_elem(&tallies, &at);
	if (!tally)
		return ANOTHERS;
	if (!to_sockets) {
		all = bpf_map_lookup_elem(&progress, number);
		if (!all || !count_one(tally, all, *(__u64 *)(udp + 1)))
			return ANOTHERS;
		if (!forwards)
			count_queue(cpu, queue);
		return TO_DROP;
	}
	count_queue(cpu, queue);
	place = bpf_map_lookup_elem(&queue_of, number);
	if (!place || *place != queue) {
		tally->misplaced++;
		return ANOTHERS;
	}
	tally->datagrams++;
	return TO_SOCKET;
}

SEC("xdp.frags")
int xdp_take(struct xdp_md *ctx)
{
	__u32 number;

	switch (take((void *)(long)ctx->data, (void *)(long)ctx->data_end, ctx->rx_queue_index,
		     &number)) {
	case TO_DROP:
		return XDP_DROP;
	case TO_SOCKET:
		return bpf_redirect_map(&sockets, number, XDP_PASS);
	default:
		return XDP_PASS;
	}
}

/* To the next hop: what a switch or a router without tables does. */
SEC("xdp.frags")
int xdp_forward(struct xdp_md *ctx)
{
	struct ethernet *eth = (void *)(long)ctx->data;
	__u32 number;

	if (!find(eth, (void *)(long)ctx->data_end, &number))
		return XDP_PASS;
	count_queue(bpf_get_smp_processor_id(), ctx->rx_queue_index);
	for (int i = 0; i < 12; i++)
		eth->addresses[i] = next_hop[i];
	return bpf_redirect_map(&next, 0, XDP_DROP);
}

/* Many drivers put into an skb's own memory the headers alone: what is looked at beside them is got from its pages. */
static __always_inline void gather(struct __sk_buff *ctx)
{
	__u32 bytes = sizeof(struct ethernet) + (ipv6 ? sizeof(struct ipv6) : sizeof(struct ipv4)) +
		      sizeof(struct udp) + sizeof(__u64);

	if ((void *)(long)ctx->data + bytes > (void *)(long)ctx->data_end && ctx->len >= bytes)
		bpf_skb_pull_data(ctx, bytes);
}

#define TC_NEXT (-1) /* TCX_NEXT: whatever else is attached there, and then the stack */
#define TC_SHOT 2    /* TC_ACT_SHOT, include/uapi/linux/pkt_cls.h */

/* The same where the stack begins: once GRO and packet taps have had the skb. queue_mapping is the queue plus one. */
SEC("tc")
int tc_take(struct __sk_buff *ctx)
{
	__u32 queue = ctx->queue_mapping;
	__u32 number;

	gather(ctx);
	return take((void *)(long)ctx->data, (void *)(long)ctx->data_end, queue ? queue - 1 : 0,
		    &number) == TO_DROP
		       ? TC_SHOT
		       : TC_NEXT;
}

char LICENSE[] SEC("license") = "GPL";
