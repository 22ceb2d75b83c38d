// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/provided.h"

#include <string.h>

int provided_open(struct provided *p, struct flow *f, struct uring *u, unsigned int count,
		  size_t size)
{
	struct io_uring_buf_reg reg = {.ring_entries = count, .bgid = PROVIDED_GROUP};
	char why[200];
	int error;

	p->count = count;
	p->size = size;
	if (memory_get(&p->buffers, count * size, f->config->options.hugepages, why, sizeof(why)) ||
	    memory_get(&p->ring_memory, count * sizeof(struct io_uring_buf), false, why,
		       sizeof(why)))
		return flow_unable(f, "%s", why);
	p->ring = p->ring_memory.at;
	reg.ring_addr = (uintptr_t)p->ring;
	error = io_uring_register_buf_ring(&u->ring, &reg, 0);
	if (error)
		return flow_unable(f,
				   "cannot provide %u buffers to io_uring: %s; ask for fewer --buffers",
				   count, strerror(-error));
	io_uring_buf_ring_init(p->ring);
	for (unsigned int id = 0; id < count; id++)
		provided_give(p, id, id);
	provided_advance(p, count);
	return 0;
}

void provided_close(struct provided *p)
{
	memory_free(&p->ring_memory);
	memory_free(&p->buffers);
}
