// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/bundle.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "datapath/path.h"

#define GROUP 0

int bundle_open(struct bundle *b, struct uring *u, struct flow *f, unsigned int most)
{
	struct io_uring_buf_reg reg = {.bgid = GROUP};
	char why[200];
	int error;

	if (!f->config->options.send_bundles)
		return 0;
	if (!(u->ring.features & IORING_FEAT_RECVSEND_BUNDLE))
		return flow_unable(f, "cannot send bundles: --send-bundles takes Linux 6.10");
	b->most = most;
	for (b->entries = 1; b->entries < most;)
		b->entries *= 2;
	if (memory_get(&b->memory, b->entries * sizeof(struct io_uring_buf), false, why,
		       sizeof(why)))
		return flow_unable(f, "%s", why);
	reg.ring_entries = b->entries;
	reg.ring_addr = (uintptr_t)b->memory.at;
	error = io_uring_register_buf_ring(&u->ring, &reg, 0);
	if (error)
		return flow_unable(f,
				   "cannot provide %u buffers to io_uring: %s; ask for a smaller --depth",
				   b->entries, strerror(-error));
	b->ring = b->memory.at;
	io_uring_buf_ring_init(b->ring);
	return 0;
}

void bundle_close(struct bundle *b)
{
	memory_free(&b->memory);
	b->ring = NULL;
}

/* How many are in the ring now; *bytes in all. */
static unsigned int fill(struct bundle *b, const struct flow *f, size_t *bytes)
{
	const struct message *message = f->message;
	unsigned int added = 0;
	size_t chunk;

	*bytes = 0;
	while (added < b->most && (chunk = flow_chunk(f, b->position, b->offset))) {
		io_uring_buf_ring_add(b->ring, (void *)(message->at + b->offset), chunk, added,
				      b->entries - 1, added);
		added++;
		*bytes += chunk;
		b->position += chunk;
		b->offset += chunk;
		if (b->offset == message->size)
			b->offset = 0;
	}
	io_uring_buf_ring_advance(b->ring, (int)added);
	return added;
}

static void prepare(struct uring *u)
{
	struct io_uring_sqe *sqe = uring_sqe(u);

	io_uring_prep_send(sqe, URING_STREAM, NULL, 0, MSG_WAITALL | MSG_NOSIGNAL);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
	sqe->ioprio |= IORING_RECVSEND_BUNDLE;
	sqe->buf_group = GROUP;
}

/* 1: the request is over; 0: more of it comes; -1 after flow_fail(). */
static int reap(struct uring *u, struct flow *f, size_t *missing)
{
	struct io_uring_cqe *cqe;
	unsigned int seen = 0;
	unsigned int head;
	int error = 0;
	int over = 0;

	io_uring_for_each_cqe(&u->ring, head, cqe)
	{
		seen++;
		over |= !(cqe->flags & IORING_CQE_F_MORE);
		if (cqe->res < 0) {
			error = cqe->res;
			continue;
		}
		*missing -= cqe->res;
		count(&f->counters.bytes_copied, cqe->res);
		count(&f->counters.bytes, cqe->res);
	}
	io_uring_cq_advance(&u->ring, seen);
	if (over && *missing && !error)
		error = -EPIPE;
	if (error)
		return flow_fail(f, "cannot send on flow %u: %s", f->number, strerror(-error));
	return over;
}

int bundle_run(struct bundle *b, struct uring *u, struct flow *f)
{
	unsigned int sends;
	size_t missing;

	while (!flow_told(f) && (sends = fill(b, f, &missing))) {
		int over = 0;

		prepare(u);
		while (!over) {
			if (uring_enter(u, f, 1))
				return -1;
			over = reap(u, f, &missing);
		}
		if (over < 0)
			return -1;
		count(&f->counters.event[EVENT_sends], sends);
	}
	return 0;
}
