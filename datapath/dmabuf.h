/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that a device reads and writes by itself, as a dma-buf: what zero-copy paths bind to a
 * NIC. Kinds: "udmabuf", ordinary memory (2 MiB pages if asked for); "heap", the kernel's own from
 * /dev/dma_heap/system; "cuda", that of the first NVIDIA GPU.
 *
 *   dmabuf_kind()   the kind of an option
 *   dmabuf_any()    could this machine make one of any kind?
 *   dmabuf_new()    size bytes of it, rounded up to whole pages
 *   dmabuf_write()  from the CPU's memory into it
 *   dmabuf_begin()  from here on the CPU looks at what a device wrote, …
 *   dmabuf_see()    … here, …
 *   dmabuf_end()    … and until here
 *   dmabuf_free()
 *
 * Threads may look at once.
 */
#ifndef DATAPATH_DMABUF_H
#define DATAPATH_DMABUF_H

#include <stdbool.h>
#include <stddef.h>

#include "record/options.h"

struct cuda;

struct dmabuf_kind {
	const char *name;
	const char *what;
};

struct dmabuf {
	int fd;
	size_t size;	   /* whole pages */
	void *at;	   /* where the CPU sees it, or NULL where it cannot */
	struct cuda *cuda; /* of kind "cuda" */
};

/* NULL: no dma-buf. */
const struct dmabuf_kind *dmabuf_kind(enum memory_kind kind);
/* Why is a sentence with what mends it, of the first kind. */
bool dmabuf_any(char *why, size_t why_size);
struct dmabuf *dmabuf_new(const struct dmabuf_kind *kind, size_t size, bool hugepages, char *why,
			  size_t why_size);
/* 0, or a negative errno; within the buffer. */
int dmabuf_write(struct dmabuf *d, size_t offset, const void *from, size_t size);
int dmabuf_begin(struct dmabuf *d);
/*
 * The bytes at offset: in the buffer itself, or copied to bounce, which holds size bytes. NULL:
 * outside of the buffer, or the device failed.
 */
const void *dmabuf_see(struct dmabuf *d, size_t offset, size_t size, void *bounce);
int dmabuf_end(struct dmabuf *d);
/* NULL is fine. */
void dmabuf_free(struct dmabuf *d);

#endif
