// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams of a run's flows, taken before the kernel makes an skb of them: counted and dropped, or
 * handed to the flow's AF_XDP socket; or counted and dropped where the stack begins (tc); or sent on by another device, and
 * counted and dropped where that leads. Whatever else comes goes on to the stack, untouched.
 *
 * Each CPU counts for itself, so that nothing is lost or waited for; what it counts is mapped by the reader. What is
 * usual is counted without a call; all else is looked at more closely.
 */
#include "vmlinux/vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/xdp.h"

const volatile struct xdp_wanted wanted;
const volatile bool ipv6;
const volatile bool to_sockets;
const volatile bool forwards;	  /* xdp_forward() has them before they are dropped */
const volatile __u8 next_hop[12]; /* … whose frames begin with these addresses */
const volatile bool are_few;	  /* tallies: they are in few, and not in many */

struct xdp_flow flow_of[XDP_PORTS]; /* by the sender's port, in network order */
struct xdp_tally few[XDP_FEW];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_tally);
} many SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
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
} elsewhere
	SEC(".maps"); /* CPU * XDP_QUEUES_MOST + queue: datagrams by another queue than their tally's, and forwarded ones */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} queue_of SEC(".maps"); /* by flow: where its socket is, plus one */

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

/* ---- whose it is ---- */

#define WORD(at, byte)	    (*(__u32 *)((at) + (byte)))
#define LONG_WORD(at, byte) (*(__u64 *)((at) + (byte)))

#define ETHERNET 14
#define UDP	 8
#define NUMBER	 8 /* with which a datagram begins (datapath/udp.h) */
#define PROTOCOL 17

/* Bytes before the header of UDP. */
static __always_inline __u32 before_udp(const bool v6)
{
	return ETHERNET + (v6 ? 40 : 20);
}

/* From the last two bytes of Ethernet's header on: IPv4 without options and not a fragment ("don't" is all that may be said), UDP. */
static __always_inline bool is_ipv4(void *at)
{
	return (WORD(at, 12) & bpf_htonl(0xffffff00)) == bpf_htonl(0x08004500) &&
	       (WORD(at, 20) & bpf_htonl(0xbfff00ff)) == bpf_htonl(PROTOCOL) &&
	       LONG_WORD(at, 26) == wanted.addresses[0];
}

static __always_inline bool is_ipv6(void *at)
{
	return (WORD(at, 12) & bpf_htonl(0xfffff000)) == bpf_htonl(0x86dd6000) &&
	       *(__u8 *)(at + 20) == PROTOCOL && LONG_WORD(at, 22) == wanted.addresses[0] &&
	       LONG_WORD(at, 30) == wanted.addresses[1] &&
	       LONG_WORD(at, 38) == wanted.addresses[2] && LONG_WORD(at, 46) == wanted.addresses[3];
}

/* With the run's addresses, port and length, and a number behind the header of UDP. */
static __always_inline bool is_of_run(void *at, void *end, const bool v6)
{
	void *udp = at + before_udp(v6);

	return udp + UDP + NUMBER <= end && (v6 ? is_ipv6(at) : is_ipv4(at)) &&
	       WORD(udp, 2) == *(const volatile __u32 *)&wanted.port;
}

static __always_inline const struct xdp_flow *flow_at(void *at, const bool v6)
{
	return &flow_of[*(__u16 *)(at + before_udp(v6))];
}

static __always_inline struct xdp_tally *tally_of(const struct xdp_flow *flow, __u32 cpu,
						  const bool in_program)
{
	__u32 at = flow->first + cpu;
	struct xdp_tally *t;

	if (!in_program)
		return bpf_map_lookup_elem(&many, &at);
	if (at >= XDP_FEW)
		return 0;
	t = &few[at];
	/* Or the compiler finds each field anew. */
	asm volatile("" : "+r"(t));
	return t;
}

/* ---- what is not usual ---- */

/* Numbers do not wrap: what lies far above all others is not just below zero. */
static __always_inline bool is_near(__u64 one, __u64 other)
{
	return one >= other ? one - other <= XDP_FAR_OFF : other - one <= XDP_FAR_OFF;
}

/* The reader takes the two only as they belong together. */
static __always_inline void set_next(struct xdp_tally *t, __u64 next, __u64 offset)
{
	t->near = next + offset + XDP_TELL_EVERY;
	if (t->offset == offset) {
		t->next = next + offset;
		return;
	}
	__sync_lock_test_and_set(&t->edits, t->edits + 1);
	*(volatile __u64 *)&t->next = next + offset;
	*(volatile __u64 *)&t->offset = offset;
	__sync_lock_test_and_set(&t->edits, t->edits + 1);
}

/*
 * Anybody can send a datagram, with any number. False: it is somebody else's. Two in a row are believed, and the
 * numbers begin anew: what lies between is no loss that anybody could tell.
 */
static __always_inline bool count_by_number(struct xdp_tally *t, struct xdp_progress *all,
					    __u64 said)
{
	__u64 number = said - all->offset;
	__u64 next = t->next - t->offset;

	if (!is_near(number, next) && !is_near(number, all->next)) {
		if (said != t->doubted) {
			t->doubted = said + 1;
			return false;
		}
		number = next > all->next ? next : all->next;
		all->offset = said - number;
		__sync_fetch_and_add(&all->jumped, 1);
	}
	t->datagrams++;
	if (number < next)
		t->late++;
	else
		next = number + 1;
	if (next > all->next && next - all->next >= XDP_TELL_EVERY)
		all->next = next;
	set_next(t, next, all->offset);
	return true;
}

static __always_inline void count_elsewhere(__u32 cpu, __u32 queue)
{
	__u32 at = cpu * XDP_QUEUES_MOST + queue % XDP_QUEUES_MOST;
	__u64 *datagrams = bpf_map_lookup_elem(&elsewhere, &at);

	if (datagrams)
		++*datagrams;
}

static __always_inline void count_queue(struct xdp_tally *t, __u32 cpu, __u32 queue)
{
	if (t->queue == queue)
		return;
	t->elsewhere++;
	count_elsewhere(cpu, queue);
}

/* True: it is to be dropped. */
static __noinline bool drop_after_all(struct xdp_tally *t, __u64 said, __u32 flow, __u32 cpu,
				      __u32 queue)
{
	struct xdp_progress *all = bpf_map_lookup_elem(&progress, &flow);

	if (!t->near)
		t->queue = queue;
	if (!all || !count_by_number(t, all, said))
		return false;
	if (!forwards)
		count_queue(t, cpu, queue);
	return true;
}

/* The first, and those that came to another queue than the flow's socket is at. True: the socket may have it. */
static __noinline bool hand_over_after_all(struct xdp_tally *t, __u32 flow, __u32 cpu, __u32 queue)
{
	__u32 *home = bpf_map_lookup_elem(&queue_of, &flow);

	if (!home || !*home)
		return false;
	t->queue = *home - 1;
	t->near = 1;
	t->datagrams++;
	count_queue(t, cpu, queue);
	return *home - 1 == queue;
}

/* ---- at the device ---- */

/* True: it was counted, and is to be dropped. What is constant is known when this is compiled. */
static __always_inline bool drop(void *at, void *end, __u32 cpu, __u32 queue, const bool v6,
				 const bool in_program)
{
	const struct xdp_flow *flow;
	struct xdp_tally *t;
	__u64 said;

	if (!is_of_run(at, end, v6))
		return false;
	flow = flow_at(at, v6);
	t = tally_of(flow, cpu, in_program);
	if (!t)
		return false;
	said = LONG_WORD(at, before_udp(v6) + UDP);
	if (__builtin_expect(queue != t->queue || said < t->next || said >= t->near, 0))
		return drop_after_all(t, said, flow->number, cpu, queue);
	/* In this order, so that who reads them the other way round sees no loss where there is none. */
	++*(volatile __u64 *)&t->datagrams;
	*(volatile __u64 *)&t->next = said + 1;
	return true;
}

static __always_inline int hand_over(struct xdp_md *ctx, __u32 cpu)
{
	void *at = (void *)(long)ctx->data;
	const struct xdp_flow *flow;
	struct xdp_tally *t;

	if (!is_of_run(at, (void *)(long)ctx->data_end, ipv6))
		return XDP_PASS;
	flow = flow_at(at, ipv6);
	t = tally_of(flow, cpu, are_few);
	if (!t)
		return XDP_PASS;
	if (ctx->rx_queue_index == t->queue && t->near)
		t->datagrams++;
	else if (!hand_over_after_all(t, flow->number, cpu, ctx->rx_queue_index))
		return XDP_PASS;
	return bpf_redirect_map(&sockets, flow->number, XDP_PASS);
}

static __always_inline int drop_at_device(struct xdp_md *ctx, __u32 cpu, const bool v6,
					  const bool in_program)
{
	int verdict;

	if (drop((void *)(long)ctx->data, (void *)(long)ctx->data_end, cpu, ctx->rx_queue_index, v6,
		 in_program))
		return XDP_DROP;
	/* Written so, it is in no register before, which each datagram would have to save. */
	asm volatile("%0 = %1" : "=r"(verdict) : "i"(XDP_PASS));
	return verdict;
}

SEC("xdp.frags")
int xdp_take(struct xdp_md *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return to_sockets ? hand_over(ctx, cpu) : drop_at_device(ctx, cpu, ipv6, are_few);
}

/* The same as that for what is to be quick: flows that are few. */
SEC("xdp.frags")
int xdp_drop_ipv4(struct xdp_md *ctx)
{
	return drop_at_device(ctx, bpf_get_smp_processor_id(), false, true);
}

SEC("xdp.frags")
int xdp_drop_ipv6(struct xdp_md *ctx)
{
	return drop_at_device(ctx, bpf_get_smp_processor_id(), true, true);
}

/* ---- where the stack begins ---- */

/* To the next hop: what a switch or a router without tables does. */
SEC("xdp.frags")
int xdp_forward(struct xdp_md *ctx)
{
	void *at = (void *)(long)ctx->data;

	if (!is_of_run(at, (void *)(long)ctx->data_end, ipv6) ||
	    flow_at(at, ipv6)->first == XDP_NOBODY)
		return XDP_PASS;
	for (int i = 0; i < 12; i++)
		((__u8 *)at)[i] = next_hop[i];
	count_elsewhere(bpf_get_smp_processor_id(), ctx->rx_queue_index);
	return bpf_redirect_map(&next, 0, XDP_DROP);
}

/* Many drivers put into an skb's own memory the headers alone: what is looked at beside them is got from its pages. */
static __always_inline void gather(struct __sk_buff *ctx)
{
	__u32 bytes = before_udp(ipv6) + UDP + NUMBER;

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

	gather(ctx);
	return drop((void *)(long)ctx->data, (void *)(long)ctx->data_end,
		    bpf_get_smp_processor_id(), queue ? queue - 1 : 0, ipv6, are_few)
		       ? TC_SHOT
		       : TC_NEXT;
}

char LICENSE[] SEC("license") = "GPL";
