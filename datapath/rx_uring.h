/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rx uring: what the streams of a receiver through io_uring (datapath/rx_uring.c) have in common with its datagrams.
 *
 *   rx_uring_arm()  a receive into whatever buffer is free
 *   rx_uring_prepare_answers()  places for the answers to requests in datagrams; -1 after flow_fail(); else nothing
 *   rx_uring_udp()  the verb udp of the path
 *   rx_uring_udp_rpc()  its verb udp_rpc
 */
#ifndef DATAPATH_RX_URING_H
#define DATAPATH_RX_URING_H

#include "datapath/flow.h"
#include "datapath/provided.h"
#include "datapath/uring.h"

struct rx_uring {
	struct uring uring;
	struct provided provided;
	bool singleshot;
	int file;		/* that it receives from: URING_…, or a descriptor */
	unsigned int file_flag; /* IOSQE_FIXED_FILE: the former */
	unsigned int bundle;	/* IORING_RECVSEND_BUNDLE, or 0 */
	unsigned int answering; /* --rpc: answers without their completion */
	struct memory answers;	/* … in datagrams: one for each buffer that holds a request */
};

int rx_uring_prepare_answers(struct rx_uring *s, struct flow *f);
int rx_uring_udp(struct flow *f);
int rx_uring_udp_rpc(struct flow *f);

static inline void rx_uring_arm(struct rx_uring *s)
{
	struct io_uring_sqe *sqe = uring_sqe(&s->uring);

	/* The length is the buffer's: a multishot request must not name one before Linux 6.10. */
	if (s->singleshot)
		io_uring_prep_recv(sqe, s->file, NULL, s->provided.size, 0);
	else
		io_uring_prep_recv_multishot(sqe, s->file, NULL, 0, 0);
	sqe->flags |= s->file_flag | IOSQE_BUFFER_SELECT;
	sqe->ioprio |= s->bundle;
	sqe->buf_group = PROVIDED_GROUP;
}

#endif
