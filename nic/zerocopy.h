/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device made ready for zero-copy receive on some of its queues: it splits headers, has rings
 * that the area's buffers fill, spreads other traffic over its other queues, and takes rules that
 * bring the flows to these. What is missing is set, in the journal first, and put back at the end.
 *
 *   zerocopy_begin()  look, and set what is missing
 *   zerocopy_steer()  bring a connected flow to one of the queues
 *   zerocopy_queue()  the n-th of a list of queues, in turn
 *   zerocopy_end()    put everything back, when nothing is bound to the queues any more
 *
 * A netkit device has no queues but those that are leased to it. What they receive is for the owner of the
 * NIC to set, in whose namespace it is: here nothing is, and that is said.
 *
 * Everything is done in this thread's network namespace, and by one thread.
 */
#ifndef NIC_ZEROCOPY_H
#define NIC_ZEROCOPY_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zerocopy;

/* What the queues are to receive into. */
struct zerocopy_area {
	uint64_t bytes;
	uint32_t buffer;     /* bytes of each buffer in it */
	unsigned int queues; /* that share it */
};

/* Each thing that is found or set, for people and records: "header split", "enabled". */
typedef void (*zerocopy_say)(void *data, const char *what, const char *how);

/* queues: at least one. NULL with why filled in: one sentence that names what the device lacks. */
struct zerocopy *zerocopy_begin(const char *iface, const cpu_set_t *queues,
				struct zerocopy_area area, zerocopy_say say, void *data, char *why,
				size_t why_size);
/* 0, or -1 with why filled in. */
int zerocopy_steer(struct zerocopy *z, int fd, unsigned int queue, char *why, size_t why_size);
unsigned int zerocopy_queue(const cpu_set_t *queues, unsigned int n);
/* 0, or -1 after saying what could not be put back. NULL is fine. */
int zerocopy_end(struct zerocopy *z);

#endif
