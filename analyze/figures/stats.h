/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of zcroi: pure functions over the figures of runs. A run is one sample.
 *
 *   stats_mean()         arithmetic mean
 *   stats_middle()       the mean without the first and the last where there are five or more
 *   stats_interval()     geometric mean and its 95 % interval
 *   stats_pool()         one ratio from several comparisons
 *   stats_permutation()   the exact permutation p of two sets
 *   stats_holm()         adjust the p values of a family of tests
 *
 * NAN stands for a figure that was not measured; the callers leave such runs out first.
 */
#ifndef ANALYZE_FIGURES_STATS_H
#define ANALYZE_FIGURES_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

struct interval {
	double center;
	double low, high; /* NAN where fewer than two samples or a value of zero give none */
};

double stats_mean(const double *x, size_t n);

/* Five repeats in the order in which they ran, first and last thrown away, the rest averaged. */
double stats_middle(const double *x, size_t n);

/* By Student's t on logarithms. Where a value is not positive, center is the arithmetic mean. */
struct interval stats_interval(const double *x, size_t n);

/*
 * Two-sided p that A and B are the same, over all splits of the n_a + n_b values: of the
 * difference of the means of logarithms, or of the values where one is not positive.
 */
double stats_permutation(const double *a, size_t n_a, const double *b, size_t n_b);
/* Whether that counts all splits; else it draws so many of them as are enough. */
bool stats_permutation_exact(size_t n_a, size_t n_b);
size_t stats_permutation_draws(size_t n_a, size_t n_b);

/*
 * One ratio from several pairs of sets that share it: the mean of the pairs' log ratios, each set
 * with a variance of its own. Start from zero.
 */
struct pooling {
	double difference, variance, freedom;
	size_t pairs;
};

void stats_pool(struct pooling *pool, const double *a, size_t n_a, const double *b, size_t n_b);
struct interval stats_pooled_ratio(const struct pooling *pool);

/* In place; NAN stays and is not counted. */
void stats_holm(double *p, size_t n);

#endif
