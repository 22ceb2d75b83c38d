/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a CSV's structure may change, 64 bytes at a time.
 *
 *   scan_marks()           a bit for each byte that is a comma, a quote, or below a space (line
 *                          ends, NUL); bit 0 is the first byte
 *   scan_marks_portable()  the same for machines without SSE2
 *
 * Marking all 64 at once and then walking set bits costs one branch per mark instead of one per
 * byte; the method is that of Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019).
 */
#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SCAN_BLOCK 64

#define SCAN_EACH(byte) (0x0101010101010101ULL * (byte))

/* 0x80 in each byte of word that equals byte; exact, for no sum here carries into its neighbour. */
static inline uint64_t scan_equal(uint64_t word, unsigned char byte)
{
	uint64_t x = word ^ SCAN_EACH(byte);

	return ~(((x & SCAN_EACH(0x7f)) + SCAN_EACH(0x7f)) | x) & SCAN_EACH(0x80);
}

/* 0x80 in each byte of word that is below a space. */
static inline uint64_t scan_control(uint64_t word)
{
	return ~(((word & SCAN_EACH(0x7f)) + SCAN_EACH(0x80 - ' ')) | word) & SCAN_EACH(0x80);
}

static inline uint64_t scan_marks_portable(const char *at)
{
	uint64_t marks = 0;

	for (int i = 0; i < SCAN_BLOCK; i += 8) {
		uint64_t word;
		uint64_t high;

		memcpy(&word, at + i, sizeof(word));
		word = le64toh(word);
		high = scan_equal(word, ',') | scan_equal(word, '"') | scan_control(word);
		/* The product gathers bit 7 of byte n as bit n of its top byte. */
		marks |= (((high >> 7) * 0x0102040810204080ULL) >> 56) << i;
	}
	return marks;
}

#ifdef __SSE2__
static inline uint64_t scan_marks16(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')),
				   _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));

	/* Unsigned "<=", which SSE2 has not, is "the lesser of the two is itself". */
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ' - 1)), bytes));
	return (unsigned int)_mm_movemask_epi8(hit);
}
#endif

static inline uint64_t scan_marks(const char *at)
{
#ifdef __SSE2__
	return scan_marks16(at) | scan_marks16(at + 16) << 16 | scan_marks16(at + 32) << 32 |
	       scan_marks16(at + 48) << 48;
#else
	return scan_marks_portable(at);
#endif
}

#endif
