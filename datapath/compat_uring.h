/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's io_uring has and an older liburing or its headers (2.3 with Linux 6.1) have
 * not. Values from include/uapi/linux/io_uring.h; whether the running kernel knows them is asked
 * at run time, by the features that io_uring_setup(2) reports.
 */
#ifndef DATAPATH_COMPAT_URING_H
#define DATAPATH_COMPAT_URING_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

/* Linux 6.2: say in the notification whether the bytes were copied after all. */
#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#endif
#ifndef IORING_NOTIF_USAGE_ZC_COPIED
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

/* Linux 6.3, the first feature that came after usage reports: they have no flag of their own. */
#ifndef IORING_FEAT_REG_REG_RING
#define IORING_FEAT_REG_REG_RING (1U << 13)
#endif

/* Linux 6.15: a task that waits for completions is idle, and not in iowait. */
#ifndef IORING_FEAT_NO_IOWAIT
#define IORING_FEAT_NO_IOWAIT (1U << 17)
#endif
#ifndef IORING_ENTER_NO_IOWAIT
#define IORING_ENTER_NO_IOWAIT (1U << 7)
#endif

/* Linux 6.10: one completion for many buffers. */
#ifndef IORING_RECVSEND_BUNDLE
#define IORING_RECVSEND_BUNDLE (1U << 4)
#endif
#ifndef IORING_FEAT_RECVSEND_BUNDLE
#define IORING_FEAT_RECVSEND_BUNDLE (1U << 14)
#endif

/* Linux 6.12: wait for many completions for a while, and for one after that. */
#ifndef IORING_FEAT_MIN_TIMEOUT
#define IORING_FEAT_MIN_TIMEOUT (1U << 15)
#endif

/* struct io_uring_getevents_arg, whose min_wait_usec was padding before. */
struct compat_uring_wait {
	uint64_t sigmask;
	uint32_t sigmask_size;
	uint32_t min_wait_us;
	uint64_t at_most; /* a struct __kernel_timespec */
};

/*
 * Make the requests that were prepared visible to the kernel, and return how many they are.
 * liburing does this inside io_uring_submit(), which decides by itself whether to enter the kernel
 * and with which flags; zcpath wants both in its own hands. Every liburing keeps the array at
 * identity (new ones write it once, old ones with each request), so writing it is right with all of
 * them that have one: newer ones do without where Linux (6.6) can (IORING_SETUP_NO_SQARRAY).
 */
static inline unsigned int compat_uring_flush(struct io_uring *ring)
{
	struct io_uring_sq *sq = &ring->sq;
	unsigned int mask = *sq->kring_mask;
	unsigned int ready = sq->sqe_tail - sq->sqe_head;

	for (; sq->array && sq->sqe_head != sq->sqe_tail; sq->sqe_head++)
		sq->array[sq->sqe_head & mask] = sq->sqe_head & mask;
	sq->sqe_head = sq->sqe_tail;
	io_uring_smp_store_release(sq->ktail, sq->sqe_tail);
	return ready;
}

#endif
