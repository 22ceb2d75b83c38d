// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP connections where they close, and whose they were.
 *
 * A socket that was closed belongs to no process any more, so it is learnt before: a task of its owner is the
 * current one when it connects and when it closes, which is what takes a socket to SYN_SENT, to FIN_WAIT1 and
 * to LAST_ACK (tcp_connect(), tcp_close_state()). Only what comes from the other side is handled wherever the
 * packet arrives. A connection that was accepted, and that the other side resets before it is closed here, is
 * nobody's: of these the port is known at which they were accepted.
 */
#include "bpf/common.bpf.h"
#include "bpf/connections.h"

/* include/net/tcp_states.h */
enum { ESTABLISHED = 1, SYN_SENT = 2, FIN_WAIT1 = 4, CLOSE = 7, CLOSE_WAIT = 8, LAST_ACK = 9 };

#define SHUTDOWN_MASK 3 /* include/net/sock.h */

enum { ACTIVE = 1, PASSIVE };

struct open_connection {
	__u32 end;
	__u32 born; /* it was seen to begin: ACTIVE or PASSIVE; 0: it was not */
};

struct connections_sum sums[END_COUNT];
__u64 full; /* connections for which there was no room */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONNECTIONS_OPEN);
	__type(key, __u64); /* of the socket, which says so when it is done with */
	__type(value, struct open_connection);
} open_ones SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONNECTIONS_CLOSED);
	__type(key, __u64); /* its cookie */
	__type(value, struct connections_closed);
} closed_ones SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CONNECTIONS_PORTS);
	__type(key, __u32); /* as on the wire */
	__type(value, struct connections_sum);
} nobodys SEC(".maps");

/* A later owner, to whom the descriptor was handed, is the owner. */
static __always_inline void belongs(__u64 socket, enum record_end end, __u32 begins)
{
	struct open_connection *known = bpf_map_lookup_elem(&open_ones, &socket);
	struct open_connection fresh = {end, begins};

	if (known && !begins) {
		known->end = end;
		return;
	}
	/* What begins may be of an end later: whose it is shows when it is closed. */
	if ((end != END_HOST || begins) && bpf_map_update_elem(&open_ones, &socket, &fresh, BPF_ANY))
		__sync_fetch_and_add(&full, 1);
}

/* A SYN and a FIN count as a byte each in what was acknowledged, and a FIN in what was received. */
static __always_inline struct connections_moved moved_of(struct tcp_sock *tp, int old)
{
	__u64 sent = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	struct connections_moved moved = {BPF_CORE_READ(tp, bytes_received),
					  BPF_CORE_READ(tp, bytes_acked)};

	if (sent < moved.sent)
		moved.sent = sent;
	/* Out of ESTABLISHED only without one. */
	if (moved.received && old != ESTABLISHED)
		moved.received--;
	return moved;
}

static __always_inline void add(enum record_end end, const struct connections_moved *moved)
{
	struct connections_sum *sum;

	barrier_var(end); /* the verifier has to see this very value checked */
	if (end >= END_COUNT)
		return;
	sum = &sums[end];
	__sync_fetch_and_add(&sum->count, 1);
	__sync_fetch_and_add(&sum->moved.received, moved->received);
	__sync_fetch_and_add(&sum->moved.sent, moved->sent);
}

static __always_inline void add_nobodys(struct sock *sk, int old)
{
	struct connections_moved moved = moved_of((struct tcp_sock *)sk, old);
	__u32 port = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
	struct connections_sum *sum = bpf_map_lookup_elem(&nobodys, &port), fresh = {moved, 1};

	if (sum) {
		__sync_fetch_and_add(&sum->count, 1);
		__sync_fetch_and_add(&sum->moved.received, moved.received);
		__sync_fetch_and_add(&sum->moved.sent, moved.sent);
	} else if (bpf_map_update_elem(&nobodys, &port, &fresh, BPF_ANY)) {
		__sync_fetch_and_add(&full, 1);
	}
}

/*
 * tcp_close() has shut it down before, where it resets the connection for data that nobody read or for
 * SO_LINGER; a reset that comes in does so only afterwards, but has set the error before. tcp_disconnect() does
 * neither: its owner takes the socket for another connection.
 */
static __always_inline bool is_by_owner(struct sock *sk, int old)
{
	if (old != ESTABLISHED && old != CLOSE_WAIT)
		return false;
	return (BPF_CORE_READ(sk, sk_shutdown) & SHUTDOWN_MASK) == SHUTDOWN_MASK ||
	       !BPF_CORE_READ(sk, sk_err);
}

/* A socket may have closed several times since somebody took it from here: its cookie stays. */
static __always_inline void note(__u64 cookie, const struct connections_closed *closed)
{
	struct connections_closed *earlier = bpf_map_lookup_elem(&closed_ones, &cookie);

	if (earlier && earlier->end == closed->end) {
		__sync_fetch_and_add(&earlier->moved.received, closed->moved.received);
		__sync_fetch_and_add(&earlier->moved.sent, closed->moved.sent);
	} else if (bpf_map_update_elem(&closed_ones, &cookie, closed, BPF_ANY)) {
		__sync_fetch_and_add(&full, 1);
	}
}

static __always_inline void closes(struct sock *sk, int old)
{
	struct connections_closed closed = {0};
	struct open_connection *known;
	__u64 socket = (__u64)sk, cookie;

	known = bpf_map_lookup_elem(&open_ones, &socket);
	if (known) {
		closed.end = known->end;
		closed.born = known->born;
		bpf_map_delete_elem(&open_ones, &socket);
	}
	if (is_by_owner(sk, old))
		closed.end = current_end();
	if (closed.end == END_HOST && closed.born == PASSIVE &&
	    (old == ESTABLISHED || old == CLOSE_WAIT))
		add_nobodys(sk, old);
	/* One that was never connected has moved nothing. */
	if (closed.end == END_HOST || old == SYN_SENT)
		return;
	closed.moved = moved_of((struct tcp_sock *)sk, old);
	cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	if (!cookie && closed.born)
		add(closed.end, &closed.moved);
	else if (cookie)
		note(cookie, &closed);
}

SEC("raw_tracepoint/inet_sock_set_state")
int connections_state(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 socket = ctx->args[0];
	int old = ctx->args[1], new = ctx->args[2];

	if (new == SYN_SENT)
		belongs(socket, current_end(), ACTIVE);
	else if (new == ESTABLISHED && old != SYN_SENT)
		belongs(socket, END_HOST, PASSIVE);
	else if (new == FIN_WAIT1 || new == LAST_ACK)
		belongs(socket, current_end(), 0);
	else if (new == CLOSE)
		closes((struct sock *)socket, old);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
