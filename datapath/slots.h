/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that datagrams are sent from, in slots that are used again once the kernel has let go of them: the one that came back
 * last goes out next, as it is in the CPU's cache.
 *
 *   slots_open()    so many, of so many datagrams each, which hold the beginning of the message behind their number;
 *                   -1 after flow_fail()
 *   slots_take()    one; -1: none is free
 *   slots_at()      where it lies: slots->bytes of it
 *   slots_give()    the kernel has let go of it
 *   slots_close()
 */
#ifndef DATAPATH_SLOTS_H
#define DATAPATH_SLOTS_H

#include "datapath/flow.h"
#include "datapath/memory.h"

struct slots {
	struct memory memory;
	size_t bytes; /* of one */
	unsigned int count, free_count;
	unsigned int *free;
};

int slots_open(struct slots *s, struct flow *f, unsigned int count, size_t datagram,
	       unsigned int datagrams);
void slots_close(struct slots *s);

static inline int slots_take(struct slots *s)
{
	return s->free_count ? (int)s->free[--s->free_count] : -1;
}

static inline void *slots_at(const struct slots *s, unsigned int slot)
{
	return (char *)s->memory.at + slot * s->bytes;
}

static inline void slots_give(struct slots *s, unsigned int slot)
{
	s->free[s->free_count++] = slot;
}

#endif
