// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx xsk: whole frames by an AF_XDP socket, past the stack. They are written once; each send gives one its
 * number. A frame that the kernel has sent comes back by the completion ring.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/frame.h"
#include "datapath/pace.h"
#include "datapath/path.h"
#include "datapath/sockets.h"
#include "datapath/udp.h"
#include "datapath/xsk.h"

#define DRAIN_NS 1000000000ULL /* in which the last frames have to leave */

struct tx_xsk {
	struct xsk xsk; /* first: xsk_given() */
	struct frame frame;
	uint64_t number;
	uint64_t *spare; /* addresses of frames that are at hand */
	unsigned int spares;
	unsigned int frames;
	bool always_wake;
};

/* Each frame is written here, once. */
static int write_frames(struct tx_xsk *s, struct flow *f)
{
	s->frames = xsk_frames(f->config);
	s->spare = calloc(s->frames, sizeof(*s->spare));
	if (!s->spare)
		return flow_fail(f, "no memory left for flow %u", f->number);
	for (; s->spares < s->frames; s->spares++) {
		uint64_t address = s->xsk.base + s->spares * f->config->options.xsk_frame;

		s->spare[s->spares] = address;
		frame_write(&s->frame, xsk_frame(&s->xsk, address), f->message->at);
	}
	return 0;
}

static int tx_xsk_prepare(struct flows *all)
{
	return xsk_share((struct xsk_area **)&all->shared, all);
}

static void tx_xsk_release(struct flows *all)
{
	xsk_unshare(all->shared);
}

static int tx_xsk_open(struct flow *f)
{
	struct tx_xsk *s = calloc(1, sizeof(*s));
	char device[IF_NAMESIZE];

	f->state = s;
	f->datagrams_fd = -1;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	s->xsk.fd = -1;
	s->always_wake = !f->config->options.need_wakeup;
	if (socket_device(f->fd, device))
		return flow_unable(f, "the device that leads to the receiver is not known");
	/* The socket keeps the port from others. */
	if (udp_open(f) || pace_open(f, 1) || frame_init(&s->frame, f, device) ||
	    xsk_open(&s->xsk, f, device, f->all->shared))
		return -1;
	return write_frames(s, f);
}

static void tx_xsk_close(struct flow *f)
{
	struct tx_xsk *s = f->state;

	if (!s)
		return;
	xsk_close(&s->xsk);
	free(s->spare);
	udp_close(f);
	free(s);
	f->state = NULL;
}

/* Frames that the kernel is done with. */
static void reclaim(struct tx_xsk *s)
{
	uint32_t from;
	unsigned int done = xsk_ring_cons__peek(&s->xsk.completion, s->frames, &from);

	for (unsigned int i = 0; i < done; i++)
		s->spare[s->spares++] = *xsk_ring_cons__comp_addr(&s->xsk.completion, from + i);
	xsk_ring_cons__release(&s->xsk.completion, done);
}

static void send_frames(struct tx_xsk *s, struct flow *f, unsigned int frames)
{
	uint32_t length = s->frame.headers + s->frame.payload;
	uint64_t bytes = frames * s->frame.payload;
	struct counters *c = &f->counters;
	uint64_t now_ns = f->pace ? clock_ns() : 0;
	uint64_t stamp = 0;
	uint32_t to = 0;

	/* Never full: it has as many entries as there are frames. */
	xsk_ring_prod__reserve(&s->xsk.tx, frames, &to);
	for (unsigned int i = 0; i < frames; i++) {
		uint64_t address = s->spare[--s->spares];

		if (f->pace)
			stamp = pace_begin(f->pace, s->number, now_ns);
		frame_number(&s->frame, xsk_frame(&s->xsk, address), s->number++, stamp);
		*xsk_ring_prod__tx_desc(&s->xsk.tx, to + i) =
			(struct xdp_desc){.addr = address, .len = length};
	}
	xsk_ring_prod__submit(&s->xsk.tx, frames);
	count(&c->event[EVENT_datagrams], frames);
	count(s->xsk.zerocopy ? &c->bytes_zerocopy : &c->bytes_copied, bytes);
	count(&c->bytes, bytes);
}

/* Whether the kernel has yet to take some from the ring: of copied ones it takes 32 at a call (TX_BATCH_SIZE, net/xdp/xsk.c). */
static bool untaken(const struct tx_xsk *s)
{
	return __atomic_load_n(s->xsk.tx.consumer, __ATOMIC_ACQUIRE) != *s->xsk.tx.producer;
}

/* Errors of a device or a queue that is full are no errors: the frames stay in the ring. */
static int wake(struct tx_xsk *s, struct flow *f)
{
	ssize_t result;

	if (!s->always_wake && !xsk_ring_prod__needs_wakeup(&s->xsk.tx))
		return 0;
	result = sendto(s->xsk.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	count(&f->counters.call[CALL_sendto], 1);
	if (result >= 0 || errno == EAGAIN || errno == EBUSY || errno == ENOBUFS || errno == EINTR)
		return 0;
	return flow_fail(f, "cannot send frames of flow %u: %s", f->number, strerror(errno));
}

static int tx_xsk_udp(struct flow *f)
{
	unsigned int batch = f->config->options.xsk_batch;
	struct tx_xsk *s = f->state;
	uint64_t deadline_ns;

	while (!flow_told(f)) {
		unsigned int frames;

		if (pace_is_scheduled(f) && !untaken(s) && !pace_wait(f, s->number))
			continue;
		if (s->spares < batch)
			reclaim(s);
		frames = s->spares < batch ? s->spares : batch;
		if (pace_is_scheduled(f))
			frames = pace_due(f, s->number, frames, clock_ns());
		if (frames)
			send_frames(s, f, frames);
		else if (!s->spares)
			count(&f->counters.event[EVENT_xsk_no_frame], 1);
		if (wake(s, f))
			return -1;
	}
	deadline_ns = clock_ns() + DRAIN_NS;
	while (s->spares < s->frames && clock_ns() < deadline_ns) {
		if (wake(s, f))
			return -1;
		reclaim(s);
	}
	return 0;
}

static void tx_xsk_look(struct flow *f)
{
	struct tx_xsk *s = f->state;

	if (s)
		xsk_look(&s->xsk, f);
}

const struct path path_tx_xsk = {
	.name = "xsk",
	.end = END_TX,
	.files = 1,
	.maps = 4,
	.what = "AF_XDP: datagrams (--udp) as whole frames in shared memory, past the stack",
	.events = BIT(EVENT_xsk_invalid) | BIT(EVENT_xsk_tx_empty) | BIT(EVENT_xsk_no_frame),
	.able = xsk_able,
	.flow_memory = xsk_memory,
	.prepare = tx_xsk_prepare,
	.open = tx_xsk_open,
	.udp = tx_xsk_udp,
	.udp_calls = UDP_SEND_CALLS,
	.look = tx_xsk_look,
	.given = xsk_given,
	.close = tx_xsk_close,
	.release = tx_xsk_release,
};
