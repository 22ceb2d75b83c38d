// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is copied between user and kernel memory for sockets. Receiving has a tracepoint
 * (net/core/datagram.c); sending has to be hooked (net/ipv4/tcp.c).
 */
#include "bpf/tally.bpf.h"
#include "bpf/copy.h"

/* include/linux/socket.h */
#define MSG_ZEROCOPY	 0x4000000
#define MSG_SPLICE_PAGES 0x8000000

SEC("raw_tracepoint/skb_copy_datagram_iovec")
int copy_to_user(struct bpf_raw_tracepoint_args *ctx)
{
	struct tally_figures *here = tally_here();

	tally_add(here, COPY_TO_USER, (__u32)ctx->args[1]);
	tally_add(here, COPY_TO_USER_CALLS, 1);
	return 0;
}

static __always_inline void sent(struct msghdr *message, __s32 bytes)
{
	struct tally_figures *here = tally_here();

	if (!here || bytes <= 0 ||
	    BPF_CORE_READ(message, msg_flags) & (MSG_ZEROCOPY | MSG_SPLICE_PAGES))
		return;
	tally_add(here, COPY_FROM_USER, bytes);
	tally_add(here, COPY_FROM_USER_CALLS, 1);
}

/* A kretprobe has no arguments any more; so this is counted by fexit alone. */
SEC("fexit/tcp_sendmsg_locked")
int copy_from_user_fexit(__u64 *ctx)
{
	sent((struct msghdr *)ctx[1], ctx[3]);
	return 0;
}

HOOK1(copy_undone, skb_copy_ubufs)
{
	tally_add(tally_here(), COPY_UNDONE, BPF_CORE_READ((struct sk_buff *)a, data_len));
}

char LICENSE[] SEC("license") = "GPL";
