/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The histograms of a run: buckets whose keys end in their lower edge.
 *
 *   distribution_of()        the buckets of one prefix ("recvmsg" of "recvmsg:1024"), in order
 *   distribution_quantile()  the value below which a share of the counts lies, to within a bucket
 *   distribution_merged()    the same over all runs of a configuration, as if they were one
 *   bucket_edge()            the edge at the end of a key
 *   bucket_end()             the least value beyond the bucket of that edge
 */
#ifndef ANALYZE_FIGURES_DISTRIBUTION_H
#define ANALYZE_FIGURES_DISTRIBUTION_H

#include <stdint.h>

#include "analyze/load/group.h"

/* prefix: NULL where the keys are edges alone. */
struct figures distribution_of(const struct run *run, enum metric_id id, enum record_end end,
			       const char *prefix);

/*
 * The middle of the bucket in which the quantile lies; NAN where nothing was counted, or too little for one to lie beyond
 * it: p99.99 takes 10,000.
 */
double distribution_quantile(struct figures buckets, double share);

double distribution_merged(const struct configuration *c, enum metric_id id, enum record_end end,
			   double share);

/* 0, or -1 where the key does not end in the edge of a bucket. prefix_len: without the colon. */
int bucket_edge(const char *key, size_t len, uint64_t *edge, size_t *prefix_len);
uint64_t bucket_end(enum metric_id id, uint64_t edge);

#endif
