/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's interface for receiving without copy into memory of the program (zcrx), which came
 * after liburing 2.3 and the headers of Linux 6.1. By include/uapi/linux/io_uring.h,
 * io_uring/zcrx.h of Linux 7.2, under names of its own where a newer header may be there as well.
 */
#ifndef DATAPATH_COMPAT_ZCRX_H
#define DATAPATH_COMPAT_ZCRX_H

#include <liburing.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* enum io_uring_op and enum io_uring_register_op, with the kernel that each came with */
#define COMPAT_OP_RECV_ZC	  58 /* 6.15 */
#define COMPAT_REGISTER_ZCRX_IFQ  32 /* 6.15 */
#define COMPAT_REGISTER_ZCRX_CTRL 36 /* 6.19 */

/* sqe->ioprio of a receive */
#ifndef IORING_RECV_MULTISHOT
#define IORING_RECV_MULTISHOT (1U << 1)
#endif

/* A region of memory shared with the kernel: struct io_uring_region_desc. */
#define COMPAT_REGION_USER 1 /* at user_addr, and not the kernel's own */

struct compat_region {
	uint64_t user_addr;
	uint64_t size;
	uint32_t flags;
	uint32_t id;
	uint64_t mmap_offset;
	uint64_t reserved[4];
};

/* Where buffers lie: struct io_uring_zcrx_area_reg. */
#define COMPAT_ZCRX_AREA_DMABUF 1

struct compat_zcrx_area {
	uint64_t addr; /* of a dma-buf: an offset into it */
	uint64_t len;
	uint64_t token; /* out: goes into each entry of the refill queue */
	uint32_t flags;
	uint32_t dmabuf_fd;
	uint64_t reserved[2];
};

/* The upper bits of an offset are the area's number. */
#define COMPAT_ZCRX_OFFSET(off) ((off) & ((1ULL << 48) - 1))

/* An interface queue: struct io_uring_zcrx_ifq_reg. */
#define COMPAT_ZCRX_IMPORT 1 /* flags: if_idx is a descriptor that EXPORT gave */
#define COMPAT_ZCRX_NODEV  2 /* flags: all is copied, no device is needed */

struct compat_zcrx_ifq {
	uint32_t if_idx;
	uint32_t if_rxq;
	uint32_t rq_entries; /* in and out: rounded up to a power of two */
	uint32_t flags;
	uint64_t area_ptr;
	uint64_t region_ptr;
	struct {
		uint32_t head;
		uint32_t tail;
		uint32_t rqes;
		uint32_t reserved;
		uint64_t reserved2[2];
	} offsets;   /* out: into the region */
	uint32_t id; /* out */
	uint32_t rx_buf_len;
	uint64_t event_desc;
	uint64_t reserved[2];
};

/* An entry of the refill queue, and what stands behind the completion of a receive. */
struct compat_zcrx_rqe {
	uint64_t off;
	uint32_t len;
	uint32_t reserved;
};

struct compat_zcrx_cqe {
	uint64_t off;
	uint64_t reserved;
};

/* struct zcrx_event_desc and what it leads to. */
#define COMPAT_ZCRX_EVENT_ALLOC_FAIL 0
#define COMPAT_ZCRX_EVENT_COPY	     1
#define COMPAT_ZCRX_EVENT_STATS	     1 /* flags: stats_offset says where they shall be */

struct compat_zcrx_events {
	uint64_t user_data; /* of the completion that says an event */
	uint32_t type_mask;
	uint32_t flags;
	uint64_t stats_offset; /* into the region */
	uint64_t reserved[9];
};

struct compat_zcrx_stats {
	uint64_t copy_count;
	uint64_t copy_bytes;
};

/* COMPAT_REGISTER_ZCRX_CTRL: struct zcrx_ctrl. */
#define COMPAT_ZCRX_CTRL_FLUSH_RQ  0
#define COMPAT_ZCRX_CTRL_EXPORT	   1
#define COMPAT_ZCRX_CTRL_ARM_EVENT 2

struct compat_zcrx_ctrl {
	uint32_t id;
	uint32_t op;
	uint64_t reserved[2];
	union {
		uint32_t event_type;
		uint32_t exported_fd; /* out */
		uint64_t all[6];
	};
};

/* The kernel's answer, or -1 with errno set. */
static inline int compat_register(int fd, unsigned int what, void *arg, unsigned int count)
{
	return syscall(__NR_io_uring_register, fd, what, arg, count);
}

#endif
