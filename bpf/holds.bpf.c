// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long the locks of the data path are held. All but the socket's are ordinary spin locks and
 * mutexes, told from others by their address, which is learnt from the functions that are given
 * the object it is in. Both ends of a hold are seen where the lock is taken and let go; so what is
 * asked first of each of the kernel's spin locks is whether it is one of these.
 *
 *   socket         lock_sock() to release_sock(), by threads            net/core/sock.c
 *   pool_ring      producer lock of a page_pool's ring                  net/core/page_pool.c
 *   uring          uring_lock of a ring                                 io_uring/io_uring.c
 *   zcrx_refill    lock of zcrx's refill ring                           io_uring/zcrx.c
 *   devmem_tokens  lock of the xarray of a socket's tokens              net/ipv4/tcp.c
 */
#include "bpf/tally.bpf.h"
#include "bpf/holds.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
/* Only the addresses of locks are asked for; but clang 21 breaks on a field without anything in it. */
typedef struct {
	char any;
} spinlock_t;

struct ptr_ring {
	spinlock_t producer_lock;
};

struct page_pool {
	struct ptr_ring ring;
	void *mp_priv;
};

struct zcrx_rq {
	spinlock_t lock;
};

struct io_zcrx_ifq {
	struct zcrx_rq rq; /* from 7.1 */
};

struct io_zcrx_ifq___before {
	spinlock_t rq_lock;
};

struct mutex {
	char any;
};

struct io_ring_ctx {
	struct mutex uring_lock;
};

struct xarray {
	spinlock_t xa_lock;
};

struct sock___devmem {
	struct xarray sk_user_frags; /* from 6.12 */
};
#pragma clang attribute pop

/* What was freed since may be another lock now: so each slice learns anew. */
struct watched_lock {
	__u64 learnt_ns; /* since when that slice counted */
	__u64 lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HOLDS_WATCHED);
	__type(key, __u64);
	__type(value, struct watched_lock);
} watched SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HOLDS_OWNERS);
	__type(key, struct holds_owner);
	__type(value, __u64);
} owned SEC(".maps");

/* Of a spin lock one CPU at a time holds one of a kind. */
struct spin {
	__u64 lock, since_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HOLDS_LOCKS);
	__type(key, __u32);
	__type(value, struct spin);
} spins SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct holds_lengths);
} lengths SEC(".maps");

static __always_inline void held(__u32 lock, __u64 since_ns)
{
	struct tally_cpu *mine = tally_cpu();
	struct holds_lengths *all;
	__u64 ns = bpf_ktime_get_ns() - since_ns;
	__u32 zero = 0, end, bucket = histogram_bucket(ns);

	if (!counting || since_ns < counting || !mine || lock >= HOLDS_LOCKS)
		return;
	tally_add(tally_here(), HOLDS_COUNT(lock), 1);
	tally_add(tally_here(), HOLDS_TIME(lock), ns);
	all = bpf_map_lookup_elem(&lengths, &zero);
	end = tally_end(mine);
	barrier_var(bucket); /* the verifier has to see this very value checked */
	if (all && bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&all->bucket[end & (TALLY_ENDS - 1)][lock][bucket], 1);
}

/* A thread, which may sleep while it holds the lock. */
static __always_inline void taken_by_thread(__u32 lock)
{
	struct holds_owner owner = {current_tid(), lock};
	__u64 now;

	if (!tally_counting())
		return;
	now = bpf_ktime_get_ns();
	bpf_map_update_elem(&owned, &owner, &now, BPF_ANY);
}

static __always_inline void let_go_by_thread(__u32 lock)
{
	struct holds_owner owner = {current_tid(), lock};
	__u64 *since, since_ns;

	if (!tally_counting())
		return;
	since = bpf_map_lookup_elem(&owned, &owner);
	if (!since)
		return;
	since_ns = *since;
	bpf_map_delete_elem(&owned, &owner);
	held(lock, since_ns);
}

HOOK_RETURN(holds_socket_taken, lock_sock_nested)
{
	taken_by_thread(HOLDS_SOCKET);
}

HOOK0(holds_socket_released, release_sock)
{
	let_go_by_thread(HOLDS_SOCKET);
}

static __always_inline void watch(const void *address, __u32 lock)
{
	__u64 key = (__u64)address;
	struct watched_lock *known, fresh = {counting, lock};

	if (!tally_counting() || !fresh.learnt_ns)
		return;
	known = bpf_map_lookup_elem(&watched, &key);
	if (!known || known->learnt_ns != fresh.learnt_ns || known->lock != lock)
		bpf_map_update_elem(&watched, &key, &fresh, BPF_ANY);
}

static __always_inline __u32 lock_at(__u64 address)
{
	struct watched_lock *known = tally_counting() ? bpf_map_lookup_elem(&watched, &address) : 0;

	return known && known->learnt_ns == counting ? known->lock : HOLDS_LOCKS;
}

static __always_inline void watch_ring_of(__u64 pool)
{
	watch(&((struct page_pool *)pool)->ring.producer_lock, HOLDS_POOL_RING);
}

/* From 6.12; 6.8; 5.18; before. One that calls another does no harm here. */
HOOK1(holds_pool_a, page_pool_put_unrefed_netmem)
{
	watch_ring_of(a);
}

HOOK1(holds_pool_c, page_pool_put_unrefed_page)
{
	watch_ring_of(a);
}

HOOK1(holds_pool_d, page_pool_put_page)
{
	watch_ring_of(a);
}

HOOK1(holds_pool_b, page_pool_put_defragged_page)
{
	watch_ring_of(a);
}

HOOK1(holds_refill, io_pp_zc_alloc_netmems)
{
	struct io_zcrx_ifq *ifq = BPF_CORE_READ((struct page_pool *)a, mp_priv);
	struct io_zcrx_ifq___before *before = (void *)ifq;

	if (bpf_core_field_exists(ifq->rq))
		watch(&ifq->rq.lock, HOLDS_ZCRX_REFILL);
	else if (bpf_core_field_exists(before->rq_lock))
		watch(&before->rq_lock, HOLDS_ZCRX_REFILL);
}

HOOK1(holds_tokens, tcp_recvmsg_dmabuf)
{
	watch(&((struct sock___devmem *)a)->sk_user_frags.xa_lock, HOLDS_DEVMEM_TOKENS);
}

SEC("raw_tracepoint/io_uring_cqring_wait")
int holds_ring(struct bpf_raw_tracepoint_args *ctx)
{
	watch(&((struct io_ring_ctx *)ctx->args[0])->uring_lock, HOLDS_URING);
	return 0;
}

static __always_inline void spin_taken(__u64 address)
{
	__u32 lock = lock_at(address);
	struct spin *spin = lock < HOLDS_LOCKS ? bpf_map_lookup_elem(&spins, &lock) : 0;

	if (spin) {
		spin->lock = address;
		spin->since_ns = bpf_ktime_get_ns();
	}
}

static __always_inline void spin_let_go(__u64 address)
{
	__u32 lock = lock_at(address);
	struct spin *spin = lock < HOLDS_LOCKS ? bpf_map_lookup_elem(&spins, &lock) : 0;

	if (spin && spin->lock == address) {
		spin->lock = 0;
		held(lock, spin->since_ns);
	}
}

/* At the return, when it is held; the argument is still there, as it is not for a kretprobe. */
SEC("fexit/_raw_spin_lock")
int holds_spin_taken(__u64 *ctx)
{
	spin_taken(ctx[0]);
	return 0;
}

SEC("fexit/_raw_spin_lock_bh")
int holds_spin_bh_taken(__u64 *ctx)
{
	spin_taken(ctx[0]);
	return 0;
}

SEC("fentry/_raw_spin_unlock")
int holds_spin_let_go(__u64 *ctx)
{
	spin_let_go(ctx[0]);
	return 0;
}

SEC("fentry/_raw_spin_unlock_bh")
int holds_spin_bh_let_go(__u64 *ctx)
{
	spin_let_go(ctx[0]);
	return 0;
}

SEC("fexit/mutex_lock")
int holds_mutex_taken(__u64 *ctx)
{
	if (lock_at(ctx[0]) == HOLDS_URING)
		taken_by_thread(HOLDS_URING);
	return 0;
}

SEC("fentry/mutex_unlock")
int holds_mutex_let_go(__u64 *ctx)
{
	if (lock_at(ctx[0]) == HOLDS_URING)
		let_go_by_thread(HOLDS_URING);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
