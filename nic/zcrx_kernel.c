// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/zcrx_kernel.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/io_uring.h and io_uring/query.h: struct io_uring_query_hdr, and the answer about zcrx. */
#define REGISTER_QUERY 35
#define QUERY_ZCRX     1

struct query {
	uint64_t next_entry;
	uint64_t query_data;
	uint32_t query_op;
	uint32_t size;
	int32_t result;
	uint32_t reserved[3];
};

struct query_zcrx {
	uint64_t register_flags;
	uint64_t area_flags;
	uint32_t nr_ctrl_opcodes;
	uint32_t features;
	uint32_t rq_hdr_size;
	uint32_t rq_hdr_alignment;
	uint64_t reserved;
};

/* include/uapi/linux/io_uring/zcrx.h: flags of a registration, of an area, operations of a control call, features */
enum { IMPORT = 1, NODEV = 2 };
enum { DMABUF = 1 };
enum { FLUSH_RQ, EXPORT, ARM_EVENT };
enum { RX_PAGE_SIZE = 1, EVENT = 2 };

void zcrx_kernel(struct zcrx_kernel *k)
{
	struct query_zcrx answer = {0};
	struct query query = {
		.query_data = (uintptr_t)&answer,
		.query_op = QUERY_ZCRX,
		.size = sizeof(answer),
	};

	*k = (struct zcrx_kernel){0};
	if (syscall(SYS_io_uring_register, -1, REGISTER_QUERY, &query, 0) || query.result)
		return;
	k->nodev = answer.register_flags & NODEV;
	k->dmabuf = answer.area_flags & DMABUF;
	k->flush = answer.nr_ctrl_opcodes > FLUSH_RQ;
	k->share = answer.register_flags & IMPORT && answer.nr_ctrl_opcodes > EXPORT;
	k->rx_buf_len = answer.features & RX_PAGE_SIZE;
	k->events = answer.features & EVENT && answer.nr_ctrl_opcodes > ARM_EVENT;
}

void zcrx_kernel_lacks(const struct zcrx_kernel *k, char *words, size_t size)
{
	const struct {
		bool has;
		const char *what;
	} all[] = {
		{k->flush, "flushing of the refill queue (6.19)"},
		{k->share, "queues of several rings (6.19)"},
		{k->rx_buf_len, "buffers larger than a page (7.0)"},
		{k->nodev, "receiving without a NIC (7.1)"},
		{k->events, "events and counts of copies (7.2)"},
	};
	size_t used = 0;

	words[0] = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && used < size; i++)
		if (!all[i].has)
			used += snprintf(words + used, size - used, "%s%s", used ? ", " : "",
					 all[i].what);
}
