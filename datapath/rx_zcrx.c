// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rx zcrx: one multishot receive whose payload the device has put where the program reads it, into
 * an area that was registered before. A completion is one piece of payload inside of a buffer; the
 * buffer goes back by the refill queue.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/uring.h"
#include "datapath/zcrx.h"
#include "record/patience.h"

#define PLAIN	    (256U << 10)  /* bytes of an ordinary receive */
#define PATIENCE_NS 2000000000ULL /* while nothing can be received in any way */

struct rx_zcrx {
	struct uring uring;
	struct zcrx zcrx;
	bool armed;
	/* The kernel found no buffer to copy into, and since when no byte has come. */
	bool starved;
	uint64_t starved_at;	/* bytes received by then */
	uint64_t starved_since; /* 0: not */
	void *plain;
};

/* A queue belongs to one ring, and a ring to one thread, unless the rings share one. */
static int rx_zcrx_prepare(struct flows *all)
{
	struct flow *f = &all->flow[0];
	const struct options *option = &f->config->options;
	unsigned int queues = CPU_COUNT(&option->queues);

	if (option->share_queue) {
		all->shared = zcrx_queue_new(true);
		return all->shared ? 0 : flow_fail(f, "no memory left for the queue");
	}
	if (option->nodev || all->count <= queues)
		return 0;
	return flow_unable(f,
			   "%u flows need a queue each, and --queues has %u; give more, or fewer --flows to 'zcpath tx', or --share-queue",
			   all->count, queues);
}

static void rx_zcrx_release(struct flows *all)
{
	zcrx_queue_free(all->shared);
}

/* Half of what there is room for, so that neither the queue nor the area is ever full of it. */
static unsigned int enough_completions(const struct rx_zcrx *s, const struct flow *f)
{
	uint64_t buffers = s->zcrx.queue->size / s->zcrx.queue->buf_len;
	uint64_t room = f->config->options.completions;

	return (room < buffers ? room : buffers) / 2;
}

static int rx_zcrx_open(struct flow *f)
{
	struct rx_zcrx *s = calloc(1, sizeof(*s));

	f->state = s;
	if (s)
		s->zcrx.queue = f->all->shared ? f->all->shared : zcrx_queue_new(false);
	if (!s || !s->zcrx.queue)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (rpc_open(f) ||
	    uring_open_with(&s->uring, f, 4, f->config->options.completions, IORING_SETUP_CQE32) ||
	    zcrx_open(&s->zcrx, &s->uring, f) ||
	    uring_gather(&s->uring, f, enough_completions(s, f)))
		return -1;
	/* Without a device all is copied; with one, only the kernel knows. */
	if (!s->zcrx.queue->nodev && !s->zcrx.queue->stats)
		f->copies_unknown = "this kernel does not count what zcrx copies (Linux 7.2)";
	return 0;
}

static void rx_zcrx_close(struct flow *f)
{
	struct rx_zcrx *s = f->state;

	if (!s)
		return;
	uring_close(&s->uring);
	if (!f->all->shared)
		zcrx_queue_free(s->zcrx.queue);
	free(s->zcrx.bounce);
	free(s->plain);
	rpc_close(f);
	free(s);
}

static void arm(struct rx_zcrx *s)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);

	io_uring_prep_rw(COMPAT_OP_RECV_ZC, sqe, 0, NULL, 0, 0);
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->ioprio = IORING_RECV_MULTISHOT;
	sqe->file_index = s->zcrx.id; /* shares its place with zcrx_ifq_idx */
	s->armed = true;
}

/* The receive ended: 1 with the stream, 0 when it is to be posted anew, -1: failed. */
static int ended(struct rx_zcrx *s, struct flow *f, int result)
{
	struct counters *c = &f->counters;

	s->armed = false;
	switch (result) {
	case 0:
		return 1;
	case -ENOSPC: /* the completion queue was full, which uring_enter() has counted */
		return 0;
	case -ENOMEM: /* there was no unused buffer to copy into */
		count(&c->event[EVENT_buffers_exhausted], 1);
		s->starved = true;
		return 0;
	case -EFAULT: /* it lies in memory of another queue, or (to Linux 6.19) would be copied to a dma-buf */
		s->starved = true;
		return 0;
	}
	return flow_fail(f, "cannot receive on flow %u: %s", f->number, strerror(-result));
}

/* One event of the kernel's; it says no more of its kind until it is told to. */
static void heard(struct rx_zcrx *s, struct counters *c, unsigned int type)
{
	struct compat_zcrx_ctrl ctrl = {
		.id = s->zcrx.id,
		.op = COMPAT_ZCRX_CTRL_ARM_EVENT,
		.event_type = type,
	};

	count(&c->event[EVENT_alloc_failures], 1);
	compat_register(s->zcrx.ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &ctrl, 0);
	count(&c->call[CALL_io_uring_register], 1);
}

/* Memory of a device is looked at piece by piece: --verify is not for measuring. */
static int check(struct rx_zcrx *s, struct flow *f, const struct io_uring_cqe *cqe)
{
	struct dmabuf *d = s->zcrx.queue->dmabuf;
	const void *at;

	if (d && dmabuf_begin(d))
		return flow_fail(f, "cannot look into the dma-buf: %s", strerror(errno));
	at = zcrx_see(&s->zcrx, cqe);
	if (!at)
		return flow_fail(f, "cannot read %d bytes from the dma-buf", cqe->res);
	verify_check(&f->verify, at, cqe->res);
	return d && dmabuf_end(d) ? flow_fail(f, "cannot look away from the dma-buf") : 0;
}

/*
 * All completions that are there. 1: the stream has ended; -1: failed. Here every page of payload
 * passes, so what is the same for all of them is asked once.
 */
static int reap(struct rx_zcrx *s, struct flow *f)
{
	struct io_uring *ring = &s->uring.ring;
	struct zcrx_queue *queue = s->zcrx.queue;
	unsigned int ready = io_uring_cq_ready(ring);
	unsigned int head = *ring->cq.khead;
	unsigned int mask = ring->cq.ring_mask;
	struct counters *c = &f->counters;
	bool verify = f->verify.message;
	struct receives receives = {0};
	uint64_t copied;
	int result = 0;

	for (unsigned int end = head + ready; head != end; head++) {
		/* each twice as large: IORING_SETUP_CQE32 */
		const struct io_uring_cqe *cqe = &ring->cq.cqes[2 * (head & mask)];

		if (cqe->user_data == ZCRX_EVENT_DATA) {
			heard(s, c, cqe->res);
			continue;
		}
		if (!(cqe->flags & IORING_CQE_F_MORE)) {
			result = ended(s, f, cqe->res);
			continue;
		}
		if (verify && check(s, f, cqe))
			return -1;
		receives_add(&receives, c, cqe->res);
		if (zcrx_give(queue, c, cqe))
			result = flow_fail(f, "no memory left for flow %u", f->number);
	}
	receives_count(&receives, c);
	copied = zcrx_copied(&s->zcrx, receives.bytes);
	count(&c->bytes_copied, copied);
	count(&c->bytes_zerocopy, receives.bytes - copied);
	io_uring_cq_advance(ring, ready);
	return result;
}

/* The same as reap(), once the buffers are the kernel's again. */
static int take(struct rx_zcrx *s, struct flow *f)
{
	int result, error;

	zcrx_lock(&s->zcrx, &f->counters);
	s->starved = false;
	result = reap(s, f);
	error = result ? 0 : zcrx_publish(&s->zcrx, &f->counters, s->starved);
	zcrx_unlock(&s->zcrx);
	if (error)
		return flow_fail(f, "cannot give buffers of flow %u back: %s", f->number,
				 strerror(-error));
	return result;
}

/* What is there was not put into the area, and cannot be copied there: it is copied to elsewhere. */
static ssize_t receive_plain(struct rx_zcrx *s, struct flow *f)
{
	struct counters *c = &f->counters;
	ssize_t got;

	if (!s->plain)
		s->plain = malloc(PLAIN);
	if (!s->plain)
		return flow_fail(f, "no memory left for flow %u", f->number);
	got = recv(f->fd, s->plain, PLAIN, MSG_DONTWAIT);
	count(&c->call[CALL_recvfrom], 1);
	if (got <= 0)
		return 0;
	verify_bytes(&f->verify, s->plain, got);
	count(&c->bytes_copied, got);
	count(&c->event[EVENT_plain_receives], 1);
	count_received(c, got);
	return got;
}

/*
 * No buffer was found to copy into. The first time a kernel that can be told to has been made to take back what the
 * refill queue held (else it does so for the driver only, which asks for none while no packet comes to its queue). If
 * that did not help, or cannot, all buffers are the NIC's, or others' who share the queue.
 */
static int relieve(struct rx_zcrx *s, struct flow *f)
{
	const struct zcrx_queue *q = s->zcrx.queue;
	uint64_t bytes = f->counters.bytes;
	bool again = s->starved_since && bytes == s->starved_at;

	s->starved_at = bytes;
	if (!again)
		s->starved_since = clock_ns();
	if (!again && q->can_flush)
		return 0;
	if (receive_plain(s, f) < 0)
		return -1;
	if (f->counters.bytes > bytes)
		return 0;
	if (clock_ns() - s->starved_since > PATIENCE_NS * patience_times())
		return zcrx_stuck(f);
	usleep(1000);
	return 0;
}

/* exchanges: known when this is compiled, so that only --rpc pays for it. */
static ALWAYS_INLINE int run(struct flow *f, const bool exchanges)
{
	struct rx_zcrx *s = f->state;

	arm(s);
	for (;;) {
		int result;

		if (uring_enter(&s->uring, f, s->uring.enough))
			return -1;
		result = take(s, f);
		if (result)
			return result < 0 ? -1 : 0;
		if (s->starved && relieve(s, f))
			return -1;
		if (exchanges && rpc_answer(f))
			return -1;
		if (s->armed)
			continue;
		arm(s);
		count(&f->counters.event[EVENT_rearms], 1);
	}
}

static int rx_zcrx_run(struct flow *f)
{
	return run(f, false);
}

static int rx_zcrx_rpc(struct flow *f)
{
	return run(f, true);
}

/* A GPU's memory is its own. */
static uint64_t area(const struct config *config)
{
	bool cuda = config->options.memory == MEMORY_cuda;

	return cuda ? 0 : config->options.area;
}

static uint64_t rx_zcrx_memory(const struct config *config)
{
	return config->options.share_queue ? 0 : area(config);
}

static uint64_t rx_zcrx_shared_memory(const struct config *config)
{
	return config->options.share_queue ? area(config) : 0;
}

const struct path path_rx_zcrx = {
	.name = "zcrx",
	.end = END_RX,
	.files = 1,
	.maps = 4,
	.what = "io_uring receive into memory that the NIC fills; --nodev: the kernel copies",
	.calls = BIT(CALL_io_uring_enter) | BIT(CALL_io_uring_register) | BIT(CALL_recvfrom),
	.rpc_calls = BIT(CALL_sendto) | BIT(CALL_ppoll),
	.events = BIT(EVENT_rearms) | BIT(EVENT_buffers_exhausted) | BIT(EVENT_cq_overflow) |
		  BIT(EVENT_refill_stalls) | BIT(EVENT_refill_flushes) | BIT(EVENT_alloc_failures) |
		  BIT(EVENT_plain_receives) | BIT(EVENT_refill_waits) | BIT(EVENT_refill_wait_time),
	.able = zcrx_able,
	.check = zcrx_check,
	.flow_memory = rx_zcrx_memory,
	.shared_memory = rx_zcrx_shared_memory,
	.prepare = rx_zcrx_prepare,
	.open = rx_zcrx_open,
	.run = rx_zcrx_run,
	.rpc = rx_zcrx_rpc,
	.close = rx_zcrx_close,
	.release = rx_zcrx_release,
};
