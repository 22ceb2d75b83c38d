/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that bytes are moved from and to.
 *
 *   memory_get()      zeroed pages, already there, so that no page fault falls into the hot loop
 *   memory_give_up()  whoever still waits for pages gets none: the run has ended before it began
 *   memory_free()
 *   message_new()     the message that every flow sends again and again, filled with the pattern
 *   message_free()
 */
#ifndef DATAPATH_MEMORY_H
#define DATAPATH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "record/options.h"

struct dmabuf;

struct memory {
	void *at;
	size_t size; /* as asked for */
	size_t mapped;
};

enum message_place { MESSAGE_IN_MEMORY, MESSAGE_IN_FILE, MESSAGE_IN_DMABUF };

struct message {
	const unsigned char *at; /* NULL: in a dma-buf */
	size_t size;
	struct memory memory;
	int file;	       /* a memfd that holds it, for sendfile; else -1 */
	struct dmabuf *dmabuf; /* that holds it from its beginning; else NULL */
};

/* 0, or -1 with why filled in: what could not be had, and the fix. */
int memory_get(struct memory *m, size_t size, bool hugepages, char *why, size_t why_size);
void memory_give_up(void);
void memory_free(struct memory *m);

/* kind: of the dma-buf, where it lies in one. */
struct message *message_new(size_t size, enum message_place place, enum memory_kind kind,
			    bool hugepages, char *why, size_t why_size);
void message_free(struct message *message);

#endif
