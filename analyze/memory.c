// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/memory.h"

#include <string.h>

#include "base/say.h"

static void *must(void *memory)
{
	if (memory)
		return memory;
	say_error("no memory left; give fewer runs at once");
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

const char *arena_text(struct obstack *arena, const char *text, size_t len)
{
	return obstack_copy0(arena, text, len);
}
