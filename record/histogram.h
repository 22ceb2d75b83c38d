/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log-linear buckets: each power of two is cut into HISTOGRAM_STEPS equal parts, so that a bucket
 * is at most 1/8 as wide as its lower edge and its middle is within 6.25 % of any value in it.
 * Below HISTOGRAM_STEPS every value has a bucket of its own. Shared with BPF programs, so no libc.
 *
 *   histogram_bucket()  value -> index
 *   histogram_edge()    index -> the least value in it
 */
#ifndef RECORD_HISTOGRAM_H
#define RECORD_HISTOGRAM_H

#define HISTOGRAM_STEP_BITS 3
#define HISTOGRAM_STEPS	    (1U << HISTOGRAM_STEP_BITS)
/* Values of 2^40 and more (18 minutes in ns, a terabyte) share the last bucket. */
#define HISTOGRAM_VALUE_BITS 40
#define HISTOGRAM_BUCKETS    ((HISTOGRAM_VALUE_BITS - HISTOGRAM_STEP_BITS + 1) * HISTOGRAM_STEPS)

static inline unsigned int histogram_bucket(unsigned long long value)
{
	unsigned int log;

	if (value < HISTOGRAM_STEPS)
		return value;
	if (value >> HISTOGRAM_VALUE_BITS)
		return HISTOGRAM_BUCKETS - 1;
	log = 63 - __builtin_clzll(value);
	return ((log - HISTOGRAM_STEP_BITS) << HISTOGRAM_STEP_BITS) +
	       (unsigned int)(value >> (log - HISTOGRAM_STEP_BITS));
}

static inline unsigned long long histogram_edge(unsigned int bucket)
{
	unsigned int octave = bucket >> HISTOGRAM_STEP_BITS;

	if (!octave)
		return bucket;
	return (unsigned long long)(HISTOGRAM_STEPS + (bucket & (HISTOGRAM_STEPS - 1)))
	       << (octave - 1);
}

#endif
