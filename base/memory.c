// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#include "base/say.h"

#define BLOCK_SIZE 16384

struct arena_block {
	struct arena_block *before;
	size_t used, room;
	char bytes[];
};

static void *must(void *memory)
{
	if (memory)
		return memory;
	say_error("no memory left");
	exit(EXIT_FAILED);
}

void *must_malloc(size_t size)
{
	return must(malloc(size ? size : 1));
}

void *must_calloc(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size));
}

void *must_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return must(reallocarray(array, count ? count * 2 : 1, size));
}

/* Texts only, so nothing has to be aligned. */
static char *arena_take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->latest;
	char *taken;

	if (!block || block->room - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = must_malloc(sizeof(*block) + room);
		*block = (struct arena_block){.before = arena->latest, .room = room};
		arena->latest = block;
	}
	taken = block->bytes + block->used;
	block->used += size;
	return taken;
}

const char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_take(arena, len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

const char *arena_vprinted(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = arena_take(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

const char *arena_printed(struct arena *arena, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = arena_vprinted(arena, format, args);
	va_end(args);
	return text;
}

void arena_free(struct arena *arena)
{
	while (arena->latest) {
		struct arena_block *before = arena->latest->before;

		free(arena->latest);
		arena->latest = before;
	}
}
