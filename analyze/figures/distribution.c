// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/distribution.h"

#include <math.h>
#include <string.h>

#include "record/histogram.h"

int bucket_edge(const char *key, size_t len, uint64_t *edge, size_t *prefix_len)
{
	size_t start = len;
	uint64_t value = 0;

	while (start && key[start - 1] >= '0' && key[start - 1] <= '9')
		start--;
	/* 2^40 has 13 digits. */
	if (start == len || len - start > 13 || (start && key[start - 1] != ':'))
		return -1;
	for (size_t i = start; i < len; i++)
		value = value * 10 + (key[i] - '0');
	if (histogram_edge(histogram_bucket(value)) != value)
		return -1;
	*edge = value;
	*prefix_len = start ? start - 1 : 0;
	return 0;
}

struct figures distribution_of(const struct run *run, enum metric_id id, enum record_end end,
			       const char *prefix)
{
	struct figures all = run_range(run, id, end);
	struct figures found = {all.at, 0};
	size_t wanted = prefix ? strlen(prefix) : 0;

	/* Keys are in order, so those of one prefix stand together. */
	for (size_t i = 0; i < all.count; i++) {
		const char *key = all.at[i].key;
		size_t len;
		uint64_t edge;

		if (bucket_edge(key, strlen(key), &edge, &len) || len != wanted ||
		    (prefix && memcmp(key, prefix, len)))
			continue;
		if (!found.count)
			found.at = &all.at[i];
		found.count++;
	}
	return found;
}

double distribution_quantile(struct figures buckets, double share)
{
	double total = 0;
	double below = 0;

	for (size_t i = 0; i < buckets.count; i++)
		total += buckets.at[i].value;
	if (!(total > 0))
		return NAN;
	for (size_t i = 0; i < buckets.count; i++) {
		const char *key = buckets.at[i].key;
		unsigned int bucket;
		uint64_t edge;
		size_t len;

		below += buckets.at[i].value;
		if (below < share * total || bucket_edge(key, strlen(key), &edge, &len))
			continue;
		bucket = histogram_bucket(edge);
		return (edge +
			(bucket + 1 < HISTOGRAM_BUCKETS ? histogram_edge(bucket + 1) - 1 : edge)) /
		       2.0;
	}
	return NAN;
}
