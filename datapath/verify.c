// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/verify.h"

#include <string.h>

/* The finalizer of splitmix64: every bit of the word's index reaches every bit of the word. */
static uint64_t pattern_word(uint64_t index)
{
	uint64_t z = (index + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static unsigned char pattern_byte(uint64_t place)
{
	return pattern_word(place / 8) >> (place % 8 * 8);
}

void pattern_fill(void *at, size_t size)
{
	unsigned char *to = at;
	size_t i = 0;

	for (; __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && i + 8 <= size; i += 8) {
		uint64_t word = pattern_word(i / 8);

		memcpy(to + i, &word, 8);
	}
	for (; i < size; i++)
		to[i] = pattern_byte(i);
}

void verify_init(struct verify *v, uint64_t message)
{
	*v = (struct verify){.message = message};
}

static void verify_byte(struct verify *v, unsigned char byte, uint64_t place)
{
	if (byte != pattern_byte(place) && !v->bad++)
		v->first_bad = v->position;
	v->position++;
}

void verify_check(struct verify *v, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	while (size) {
		uint64_t place = v->position % v->message;
		uint64_t word = pattern_word(place / 8);

		if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && place % 8 == 0 && size >= 8 &&
		    v->message - place >= 8 && !memcmp(at, &word, 8)) {
			v->position += 8;
			at += 8;
			size -= 8;
			continue;
		}
		verify_byte(v, *at++, place);
		size--;
	}
}
