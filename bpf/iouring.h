/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/iouring.bpf.c counts, as collectors/iouring.c reads it. */
#ifndef BPF_IOURING_H
#define BPF_IOURING_H

#include "bpf/tally.h"

enum iouring_counter {
	IOURING_COMPLETIONS,
	IOURING_OVERFLOWS,
	IOURING_TASK_WORK_RUNS,
	IOURING_TASK_WORK,
	IOURING_PUNTED,
	IOURING_ENDED_EOF,
	IOURING_ENDED_ENOBUFS,
	IOURING_ENDED_ENOSPC,
	IOURING_ENDED_OTHER,
	IOURING_ZCRX_COPIES,
	IOURING_ZCRX_COPIED,
	IOURING_ZCRX_EMPTY,
	IOURING_ZCRX_LOW,
	IOURING_ZCRX_RECEIVES,
};

/* What the tracepoint of a completion hands over. */
enum iouring_completion {
	IOURING_RESULT,	    /* its result alone; of which request is not known */
	IOURING_REQ_RESULT, /* the request, and the result and flags as numbers */
	IOURING_CQE,	    /* the request and the completion itself */
};

/* Of the histograms. */
#define IOURING_WORK_PER_RUN 0

/* A ring that received from a queue of zcrx: both as the kernel's addresses, which tell them apart. */
struct iouring_ring {
	__u64 queue;
	__u64 ring;
};

struct iouring_user {
	__u32 end;
	__u32 tgid;	 /* a ring of zcrx is one task's (IORING_SETUP_SINGLE_ISSUER) */
	__u32 rxq;	 /* of the device */
	char device[16]; /* empty: none */
};

#define IOURING_RINGS 1024

#endif
