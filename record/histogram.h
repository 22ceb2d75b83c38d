/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log-linear buckets: each power of two is cut into HISTOGRAM_STEPS equal parts, so that a bucket
 * is at most 1/8 as wide as its lower edge and its middle is within 6.25 % of any value in it.
 * Below HISTOGRAM_STEPS every value has a bucket of its own. Where quantiles have to be closer, as those
 * of latency (METRIC_FINE of metrics.def), an octave is cut into 32: within 1.6 %. Every edge of the
 * coarse ones is an edge of the fine ones, too. Shared with BPF programs, so no libc.
 *
 *   histogram_bucket()  value -> index
 *   histogram_edge()    index -> the least value in it
 *
 *   histogram_fine_bucket(), histogram_fine_edge()  the same of fine ones
 */
#ifndef RECORD_HISTOGRAM_H
#define RECORD_HISTOGRAM_H

#define HISTOGRAM_STEP_BITS 3
#define HISTOGRAM_STEPS	    (1U << HISTOGRAM_STEP_BITS)
#define HISTOGRAM_FINE_BITS 5
/* Values of 2^40 and more (18 minutes in ns, a terabyte) share the last bucket. */
#define HISTOGRAM_VALUE_BITS 40
#define HISTOGRAM_BUCKETS    ((HISTOGRAM_VALUE_BITS - HISTOGRAM_STEP_BITS + 1) * HISTOGRAM_STEPS)
#define HISTOGRAM_FINE_BUCKETS                                                                     \
	((HISTOGRAM_VALUE_BITS - HISTOGRAM_FINE_BITS + 1) << HISTOGRAM_FINE_BITS)

/* The place of the highest bit that is set; the value is not 0. Where no instruction says it: by a table of what is in a byte. */
static inline unsigned int histogram_log2_by_bytes(unsigned long long value)
{
	static const unsigned char of_byte[256] = {
		[2 ... 3] = 1,	 [4 ... 7] = 2,	   [8 ... 15] = 3,    [16 ... 31] = 4,
		[32 ... 63] = 5, [64 ... 127] = 6, [128 ... 255] = 7,
	};
	unsigned int log = 0;

	for (unsigned int bits = 32; bits >= 8; bits >>= 1) {
		unsigned int more = (value >> bits) ? bits : 0;

		value >>= more;
		log += more;
	}
	return log + of_byte[value & 255];
}

static inline unsigned int histogram_log2(unsigned long long value)
{
#ifdef __bpf__ /* and clang 14 does not end on the builtin */
	return histogram_log2_by_bytes(value);
#else
	return 63 - (unsigned int)__builtin_clzll(value);
#endif
}

static inline unsigned int histogram_bucket_by(unsigned long long value, unsigned int step_bits)
{
	unsigned int log;

	if (value < 1U << step_bits)
		return value;
	if (value >> HISTOGRAM_VALUE_BITS)
		return ((HISTOGRAM_VALUE_BITS - step_bits + 1) << step_bits) - 1;
	log = histogram_log2(value);
	return ((log - step_bits) << step_bits) + (unsigned int)(value >> (log - step_bits));
}

static inline unsigned long long histogram_edge_by(unsigned int bucket, unsigned int step_bits)
{
	unsigned int octave = bucket >> step_bits;
	unsigned int steps = 1U << step_bits;

	if (!octave)
		return bucket;
	return (unsigned long long)(steps + (bucket & (steps - 1))) << (octave - 1);
}

static inline unsigned int histogram_bucket(unsigned long long value)
{
	return histogram_bucket_by(value, HISTOGRAM_STEP_BITS);
}

static inline unsigned long long histogram_edge(unsigned int bucket)
{
	return histogram_edge_by(bucket, HISTOGRAM_STEP_BITS);
}

static inline unsigned int histogram_fine_bucket(unsigned long long value)
{
	return histogram_bucket_by(value, HISTOGRAM_FINE_BITS);
}

static inline unsigned long long histogram_fine_edge(unsigned int bucket)
{
	return histogram_edge_by(bucket, HISTOGRAM_FINE_BITS);
}

#endif
