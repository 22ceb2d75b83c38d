/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of an analysis: it lives as long as what it belongs to, and when there is none left, zcroi
 * says so and ends with exit code 1, because no partial answer would be an honest one.
 *
 *   ARRAY_ADD()     one more element at the end of a growing array; its address
 *   must_calloc()   zeroed
 *   arena_text()    a copy of a text in an obstack
 */
#ifndef ANALYZE_MEMORY_H
#define ANALYZE_MEMORY_H

#include <obstack.h>
#include <stddef.h>
#include <stdlib.h>

#define obstack_chunk_alloc must_malloc
#define obstack_chunk_free  free

void *must_malloc(size_t size);
void *must_calloc(size_t count, size_t size);
void *must_grow(void *array, size_t count, size_t size);

/* The array is grown whenever its count reaches a power of two, so no room has to be kept. */
#define ARRAY_ADD(array, count)                                                                    \
	(*((array) = must_grow((array), (count), sizeof(*(array))), &(array)[(count)++]))

const char *arena_text(struct obstack *arena, const char *text, size_t len);

#endif
