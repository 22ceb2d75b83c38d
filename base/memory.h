/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that lives as long as what it belongs to. Where there is none left the program says so and
 * ends with exit code 1: for answers, of which a part would not be an honest one. Whoever has something
 * to put back or to keep must not use it.
 *
 *   ARRAY_ADD()      one more element at the end of a growing array
 *   ARRAY_SORT()     an array in order
 *   must_calloc()    zeroed
 *   arena_text()     a copy of a text, in an arena that is freed as a whole
 *   arena_printed()  a text as printf makes it, there
 *   arena_free()
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

void *must_malloc(size_t size);
void *must_calloc(size_t count, size_t size);
void *must_grow(void *array, size_t count, size_t size);

/* The array is grown whenever its count reaches a power of two, so no room has to be kept. */
#define ARRAY_ADD(array, count)                                                                    \
	(*((array) = must_grow((array), (count), sizeof(*(array))), &(array)[(count)++]))

/* An array of none has no address, and qsort() must not be given that. */
#define ARRAY_SORT(array, count, order)                                                            \
	do {                                                                                       \
		if (count)                                                                         \
			qsort((array), (count), sizeof(*(array)), (order));                        \
	} while (0)

/* Starts zeroed. */
struct arena {
	struct arena_block *latest;
};

const char *arena_text(struct arena *arena, const char *text, size_t len);
const char *arena_printed(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *arena_vprinted(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
void arena_free(struct arena *arena);

#endif
