/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this kernel's zcrx (io_uring receive without copy) can do, as the kernel itself says.
 *
 *   zcrx_kernel()       ask it
 *   zcrx_kernel_lacks() what it has not, in words, with the kernel that has it
 */
#ifndef NIC_ZCRX_KERNEL_H
#define NIC_ZCRX_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

struct zcrx_kernel {
	bool nodev;	 /* without a NIC */
	bool dmabuf;	 /* into memory of devices */
	bool flush;	 /* takes back at once what the refill queue holds */
	bool share;	 /* a queue of several rings */
	bool rx_buf_len; /* buffers larger than a page */
	bool events;	 /* says when no buffer is left or it copies, and counts copies */
};

/* A kernel that cannot be asked has none of them: the question came with Linux 6.18. */
void zcrx_kernel(struct zcrx_kernel *k);
/* Empty where it has everything. */
void zcrx_kernel_lacks(const struct zcrx_kernel *k, char *words, size_t size);

#endif
