/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pattern in every message, and its check at the receiver (--verify). Each byte is a function
 * of its place in the message, so a byte that is lost, doubled, moved or changed is seen.
 *
 *   pattern_fill()  write the pattern
 *   verify_init()   a receiver that knows how long the message is; size 0 does not check
 *   verify_bytes()  check what was received next
 */
#ifndef DATAPATH_VERIFY_H
#define DATAPATH_VERIFY_H

#include <stddef.h>
#include <stdint.h>

struct verify {
	uint64_t message; /* bytes; 0: do not check */
	uint64_t position;
	uint64_t bad;
	uint64_t first_bad; /* offset in the stream of the first bad byte */
};

void pattern_fill(void *at, size_t size);
void verify_init(struct verify *v, uint64_t message);
void verify_check(struct verify *v, const void *bytes, size_t size);

static inline void verify_bytes(struct verify *v, const void *bytes, size_t size)
{
	if (__builtin_expect(v->message != 0, 0))
		verify_check(v, bytes, size);
}

#endif
