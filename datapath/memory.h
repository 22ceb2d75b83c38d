/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that bytes are moved from and to.
 *
 *   memory_get()    zeroed pages, already there, so that no page fault falls into the hot loop
 *   memory_free()
 *   message_new()   the message that every flow sends again and again, filled with the pattern
 *   message_free()
 */
#ifndef DATAPATH_MEMORY_H
#define DATAPATH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct memory {
	void *at;
	size_t size; /* as asked for */
	size_t mapped;
};

struct message {
	const unsigned char *at;
	size_t size;
	struct memory memory;
	int file; /* a memfd that holds it, for sendfile; else -1 */
};

/* 0, or -1 with why filled in: what could not be had, and the fix. */
int memory_get(struct memory *m, size_t size, bool hugepages, char *why, size_t why_size);
void memory_free(struct memory *m);

struct message *message_new(size_t size, bool hugepages, bool in_file, char *why, size_t why_size);
void message_free(struct message *message);

#endif
