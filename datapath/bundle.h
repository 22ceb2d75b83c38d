/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends that go as one, from a ring of buffers that io_uring takes all of at once (IORING_RECVSEND_BUNDLE at the sender,
 * Linux 6.10): they keep their order, as linked sends do, and cost one request.
 *
 *   bundle_open()   for at most so many at a time; -1 after flow_fail(). Nothing where --send-bundles is not asked for
 *   bundle_run()    a stream of them, until the flow is told to stop; -1 after flow_fail()
 *   bundle_close()
 */
#ifndef DATAPATH_BUNDLE_H
#define DATAPATH_BUNDLE_H

#include "datapath/flow.h"
#include "datapath/uring.h"

/* PEEK_MAX_IMPORT of io_uring/kbuf.c. What is behind that would be left in the ring. */
#define BUNDLE_MOST 256

struct bundle {
	struct io_uring_buf_ring *ring; /* NULL: none */
	struct memory memory;
	unsigned int most;
	unsigned int entries; /* a power of two */
	uint64_t position;    /* bytes handed over */
	size_t offset;
};

int bundle_open(struct bundle *b, struct uring *u, struct flow *f, unsigned int most);
void bundle_close(struct bundle *b);
int bundle_run(struct bundle *b, struct uring *u, struct flow *f);

#endif
