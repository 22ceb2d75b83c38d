// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_uring, by its tracepoints (include/trace/events/io_uring.h); zcrx, which has none, by hooks
 * (io_uring/zcrx.c).
 */
#define TALLY_HISTOGRAMS 1
#include "bpf/tally.bpf.h"
#include "bpf/iouring.h"

/* include/uapi/linux/io_uring.h, include/uapi/asm-generic/errno*.h */
#define IORING_CQE_F_MORE (1U << 1)
#define ENOSPC		  28
#define ENOBUFS		  105

/* io_uring/zcrx.h, include/net/netmem.h, include/linux/io_uring_types.h: what is read of them. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct page_pool {
	void *mp_priv;
};

struct net_iov_area {
	size_t num_niovs;
};

struct io_zcrx_area {
	struct net_iov_area nia;
	__u32 free_count;
};

struct io_uring___ring {
	__u32 tail;
};

struct zcrx_rq_hdr { /* in its place from 7.3 on */
	__u32 tail;
};

struct zcrx_rq {
	void *ring;
	__u32 cached_head;
	__u32 nr_entries;
};

struct io_zcrx_ifq {
	struct io_zcrx_area *area;
	struct zcrx_rq rq;
	__u32 if_rxq;
	struct net_device *netdev;
};

struct io_zcrx_ifq___several { /* from 7.3 */
	struct io_zcrx_area **areas;
	unsigned int nr_areas;
};

struct io_zcrx_ifq___before { /* to 7.0 */
	void *rq_ring;
	__u32 rq_entries;
	__u32 cached_rq_head;
};

struct io_kiocb___ring {
	struct io_ring_ctx *ctx;
};
#pragma clang attribute pop

/* Rings that received, by the queue: those of one share it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, IOURING_RINGS);
	__type(key, struct iouring_ring);
	__type(value, struct iouring_user);
} zcrx_rings SEC(".maps");

/*
 * enum iouring_completion, set by the collector: what the tracepoint hands over. An argument that is not there
 * may not even be read.
 */
const volatile __u32 completion;

/* Set by the collector: REQ_F_APOLL_MULTISHOT, whose bit is another in other kernels. */
const volatile __u64 multishot_flag;

SEC("raw_tracepoint/io_uring_complete")
int iouring_complete(struct bpf_raw_tracepoint_args *ctx)
{
	struct tally_figures *here = tally_here();
	struct io_kiocb *req;
	__s32 result;
	__u32 flags;

	if (!here)
		return 0;
	tally_add(here, IOURING_COMPLETIONS, 1);
	/* A kernel of this layout has no multishot receive whose end could be counted. */
	if (completion == IOURING_RESULT)
		return 0;
	req = (struct io_kiocb *)ctx->args[1];
	if (completion == IOURING_CQE) {
		struct io_uring_cqe *cqe = (struct io_uring_cqe *)ctx->args[2];

		result = field_of(struct io_uring_cqe, cqe, res);
		flags = field_of(struct io_uring_cqe, cqe, flags);
	} else {
		result = ctx->args[3];
		flags = ctx->args[4];
	}
	if (flags & IORING_CQE_F_MORE || !req ||
	    !(field_of(struct io_kiocb, req, flags) & multishot_flag))
		return 0;
	tally_add(here,
		  result == 0	       ? IOURING_ENDED_EOF
		  : result == -ENOBUFS ? IOURING_ENDED_ENOBUFS
		  : result == -ENOSPC  ? IOURING_ENDED_ENOSPC
				       : IOURING_ENDED_OTHER,
		  1);
	return 0;
}

SEC("raw_tracepoint/io_uring_cqe_overflow")
int iouring_overflow(void *ctx)
{
	tally_add(tally_here(), IOURING_OVERFLOWS, 1);
	return 0;
}

static __always_inline void work_ran(__u32 count)
{
	struct tally_figures *here = tally_here();

	tally_add(here, IOURING_TASK_WORK_RUNS, 1);
	tally_add(here, IOURING_TASK_WORK, count);
	tally_bucket(here, IOURING_WORK_PER_RUN, count);
}

SEC("raw_tracepoint/io_uring_task_work_run")
int iouring_task_work(struct bpf_raw_tracepoint_args *ctx)
{
	work_ran(ctx->args[1]);
	return 0;
}

/* The same where IORING_SETUP_DEFER_TASKRUN leaves it to the ring's own task. */
SEC("raw_tracepoint/io_uring_local_work_run")
int iouring_local_work(struct bpf_raw_tracepoint_args *ctx)
{
	work_ran(ctx->args[1]);
	return 0;
}

SEC("raw_tracepoint/io_uring_queue_async_work")
int iouring_punted(void *ctx)
{
	tally_add(tally_here(), IOURING_PUNTED, 1);
	return 0;
}

HOOK_RETURN(iouring_zcrx_copy, io_zcrx_copy_chunk)
{
	struct tally_figures *here = tally_here();

	tally_add(here, IOURING_ZCRX_COPIES, 1);
	if ((__s64)a > 0)
		tally_add(here, IOURING_ZCRX_COPIED, a);
}

/* 0: the area has no free buffer, and the refill ring brought none. */
HOOK_RETURN(iouring_zcrx_alloc, io_pp_zc_alloc_netmems)
{
	struct tally_figures *here = tally_here();

	if (!a)
		tally_add(here, IOURING_ZCRX_EMPTY, 1);
}

/* Buffers that the program has given back and the kernel has not taken yet. */
static __always_inline __u32 zcrx_waiting(struct io_zcrx_ifq *ifq)
{
	struct io_zcrx_ifq___before *before = (void *)ifq;
	__u32 tail, head, entries, waiting;
	void *ring;

	if (bpf_core_field_exists(ifq->rq)) {
		ring = BPF_CORE_READ(ifq, rq.ring);
		head = BPF_CORE_READ(ifq, rq.cached_head);
		entries = BPF_CORE_READ(ifq, rq.nr_entries);
	} else {
		ring = BPF_CORE_READ(before, rq_ring);
		head = BPF_CORE_READ(before, cached_rq_head);
		entries = BPF_CORE_READ(before, rq_entries);
	}
	if (bpf_core_type_exists(struct zcrx_rq_hdr))
		tail = BPF_CORE_READ((struct zcrx_rq_hdr *)ring, tail);
	else
		tail = BPF_CORE_READ((struct io_uring___ring *)ring, tail);
	waiting = tail - head;
	return waiting < entries ? waiting : entries;
}

static __always_inline void zcrx_add(struct io_zcrx_area *area, __u64 *left, __u64 *all)
{
	*left += BPF_CORE_READ(area, free_count);
	*all += BPF_CORE_READ(area, nia.num_niovs);
}

/* Unused buffers of all areas, up to 16, and how many there are in all. */
static __always_inline void zcrx_areas(struct io_zcrx_ifq *ifq, __u64 *left, __u64 *all)
{
	struct io_zcrx_ifq___several *several = (void *)ifq;
	struct io_zcrx_area **areas;
	__u32 n;

	if (bpf_core_field_exists(ifq->area)) {
		zcrx_add(BPF_CORE_READ(ifq, area), left, all);
		return;
	}
	if (!bpf_core_field_exists(several->areas))
		return;
	areas = BPF_CORE_READ(several, areas);
	n = BPF_CORE_READ(several, nr_areas);
	for (__u32 i = 0; i < 16 && i < n; i++) {
		struct io_zcrx_area *area = NULL;

		bpf_probe_read_kernel(&area, sizeof(area), areas + i);
		zcrx_add(area, left, all);
	}
}

/* Early: the driver finds that most of it is with the card, the stack and the program, before none is left. */
HOOK1(iouring_zcrx_low, io_pp_zc_alloc_netmems)
{
	struct io_zcrx_ifq *ifq = BPF_CORE_READ((struct page_pool *)a, mp_priv);
	struct tally_figures *here = tally_here();
	__u64 left, all = 0;

	if (!here)
		return;
	left = zcrx_waiting(ifq);
	zcrx_areas(ifq, &left, &all);
	if (left * 8 < all)
		tally_add(here, IOURING_ZCRX_LOW, 1);
}

static __always_inline void note_ring(const struct iouring_ring *ring)
{
	struct io_zcrx_ifq *ifq = (void *)ring->queue;
	struct net_device *device = BPF_CORE_READ(ifq, netdev);
	struct tally_cpu *mine = tally_cpu();
	struct iouring_user user = {};

	user.end = current_end();
	if (user.end == END_HOST && mine)
		user.end = mine->head.home;
	user.tgid = current_field(current_task(), tgid);
	if (device) {
		user.rxq = BPF_CORE_READ(ifq, if_rxq);
		BPF_CORE_READ_STR_INTO(&user.device, device, name);
	}
	bpf_map_update_elem(&zcrx_rings, ring, &user, BPF_NOEXIST);
}

/* A receive goes on, by the ring's own task: once for each time that it was woken, or for some 20 packets. */
HOOK2(iouring_zcrx_recv, io_zcrx_recv)
{
	struct io_kiocb___ring *req = (void *)a;
	struct iouring_ring ring = {.queue = b, .ring = (__u64)BPF_CORE_READ(req, ctx)};
	struct tally_figures *here = tally_here();

	tally_add(here, IOURING_ZCRX_RECEIVES, 1);
	if (here && !bpf_map_lookup_elem(&zcrx_rings, &ring))
		note_ring(&ring);
}

char LICENSE[] SEC("license") = "GPL";
