// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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
	/* Coarse edges are fine ones, too. */
	if (histogram_fine_edge(histogram_fine_bucket(value)) != value)
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

uint64_t bucket_end(enum metric_id id, uint64_t edge)
{
	bool fine = metric_info(id)->fine;
	unsigned int next = (fine ? histogram_fine_bucket(edge) : histogram_bucket(edge)) + 1;

	/* The last has no end. */
	if (next == (fine ? HISTOGRAM_FINE_BUCKETS : HISTOGRAM_BUCKETS))
		return edge + 1;
	return fine ? histogram_fine_edge(next) : histogram_edge(next);
}

/*
 * Buckets in order. Where not one of all that was counted lies beyond it, a quantile would be the greatest that was
 * seen, whatever its share: it is not known.
 */
static double quantile_of(const struct figure *buckets, size_t count, double share)
{
	double total = 0;
	double below = 0;

	for (size_t i = 0; i < count; i++)
		total += buckets[i].value;
	if (!(total > 0) || (share < 1 && total * (1 - share) < 0.999))
		return NAN;
	for (size_t i = 0; i < count; i++) {
		const char *key = buckets[i].key;
		uint64_t edge;
		size_t len;

		below += buckets[i].value;
		if (below < share * total || bucket_edge(key, strlen(key), &edge, &len))
			continue;
		return (edge + bucket_end(buckets[i].id, edge) - 1) / 2.0;
	}
	return NAN;
}

double distribution_quantile(struct figures buckets, double share)
{
	return quantile_of(buckets.at, buckets.count, share);
}

static int by_edge(const void *a, const void *b)
{
	const struct figure *const x = a;
	const struct figure *const y = b;
	uint64_t edge[2] = {0, 0};
	size_t len;

	bucket_edge(x->key, strlen(x->key), &edge[0], &len);
	bucket_edge(y->key, strlen(y->key), &edge[1], &len);
	return (edge[0] > edge[1]) - (edge[0] < edge[1]);
}

double distribution_merged(const struct configuration *c, enum metric_id id, enum record_end end,
			   double share)
{
	struct figure *all = NULL;
	size_t count = 0;
	double value;

	for (size_t i = 0; i < c->count; i++) {
		struct figures buckets = distribution_of(c->runs[i], id, end, NULL);

		for (size_t j = 0; j < buckets.count; j++)
			ARRAY_ADD(all, count) = buckets.at[j];
	}
	if (count)
		qsort(all, count, sizeof(*all), by_edge);
	value = quantile_of(all, count, share);
	free(all);
	return value;
}
