// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ALPHA 0.05

/*
 * All splits of two sets of ten are 184,756; beyond this many splits a random draw stands for all of
 * them, with a fixed seed, so that p is reproducible. It is smaller where each split takes long: of
 * PERMUTATION_WORK values in all.
 */
#define PERMUTATION_EXACT 200000
#define PERMUTATION_DRAWS 100000
#define PERMUTATION_LEAST 10000
#define PERMUTATION_WORK  5000000

double stats_mean(const double *x, size_t n)
{
	return n ? gsl_stats_mean(x, 1, n) : NAN;
}

double stats_middle(const double *x, size_t n)
{
	return n >= 5 ? stats_mean(x + 1, n - 2) : stats_mean(x, n);
}

static bool all_positive(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(x[i] > 0))
			return false;
	return true;
}

static double *logarithms(const double *x, size_t n)
{
	double *y = must_calloc(n, sizeof(*y));

	for (size_t i = 0; i < n; i++)
		y[i] = log(x[i]);
	return y;
}

struct interval stats_interval(const double *x, size_t n)
{
	struct interval result = {stats_mean(x, n), NAN, NAN};
	double *y, mean, half;

	if (!n || !all_positive(x, n))
		return result;
	y = logarithms(x, n);
	mean = stats_mean(y, n);
	result.center = exp(mean);
	if (n > 1) {
		half = gsl_cdf_tdist_Qinv(ALPHA / 2, n - 1) * gsl_stats_sd_m(y, 1, n, mean) /
		       sqrt(n);
		result.low = exp(mean - half);
		result.high = exp(mean + half);
	}
	free(y);
	return result;
}

static void pool_set(struct pooling *pool, const double *y, size_t n, double mean)
{
	double v = gsl_stats_variance_m(y, 1, n, mean) / n;

	pool->variance += v;
	pool->freedom += v * v / (n - 1);
}

void stats_pool(struct pooling *pool, const double *a, size_t n_a, const double *b, size_t n_b)
{
	double *log_a, *log_b, mean_a, mean_b;

	if (n_a < 2 || n_b < 2 || !all_positive(a, n_a) || !all_positive(b, n_b))
		return;
	log_a = logarithms(a, n_a);
	log_b = logarithms(b, n_b);
	mean_a = stats_mean(log_a, n_a);
	mean_b = stats_mean(log_b, n_b);
	pool->difference += mean_b - mean_a;
	pool_set(pool, log_a, n_a, mean_a);
	pool_set(pool, log_b, n_b, mean_b);
	pool->pairs++;
	free(log_a);
	free(log_b);
}

struct interval stats_pooled_ratio(const struct pooling *pool)
{
	struct interval ratio = {NAN, NAN, NAN};
	double mean = pool->difference / pool->pairs;
	double half = 0;

	if (!pool->pairs)
		return ratio;
	/* Welch and Satterthwaite over all sets; the scale of a mean leaves the freedom as it is. */
	if (pool->variance > 0)
		half = gsl_cdf_tdist_Qinv(ALPHA / 2,
					  pool->variance * pool->variance / pool->freedom) *
		       sqrt(pool->variance) / pool->pairs;
	ratio.center = exp(mean);
	ratio.low = exp(mean - half);
	ratio.high = exp(mean + half);
	return ratio;
}

/*
 * The means of a split depend on the sum of its first part only, so a split is as extreme as the
 * real one when that sum lies as far from its expectation. Rounding must not make the real split
 * less extreme than itself: hence the tolerance.
 */
static bool as_extreme(double sum, double expected, double real)
{
	return fabs(sum - expected) >= fabs(real - expected) * (1 - 1e-9) - 1e-300;
}

struct split {
	const double *x;
	size_t n, n_a;
	double expected, real;
	double extreme, all;
};

static void each_split(struct split *s, size_t from, size_t chosen, double sum)
{
	if (chosen == s->n_a) {
		s->all++;
		s->extreme += as_extreme(sum, s->expected, s->real);
		return;
	}
	for (size_t i = from; i <= s->n - (s->n_a - chosen); i++)
		each_split(s, i + 1, chosen + 1, sum + s->x[i]);
}

static void random_splits(struct split *s, double *x)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, 1);
	/* The real split is one of them: p can then never be zero (Phipson and Smyth, 2010). */
	s->all = s->extreme = 1;
	for (size_t draw = 0; draw < stats_permutation_draws(s->n_a, s->n - s->n_a); draw++) {
		double sum = 0;

		for (size_t i = 0; i < s->n_a; i++) {
			size_t j = i + gsl_rng_uniform_int(rng, s->n - i);
			double kept = x[i];

			x[i] = x[j];
			x[j] = kept;
			sum += x[i];
		}
		s->all++;
		s->extreme += as_extreme(sum, s->expected, s->real);
	}
	gsl_rng_free(rng);
}

size_t stats_permutation_draws(size_t n_a, size_t n_b)
{
	size_t draws = PERMUTATION_WORK / (n_a < n_b ? n_b : n_a);

	return draws > PERMUTATION_DRAWS   ? PERMUTATION_DRAWS
	       : draws < PERMUTATION_LEAST ? PERMUTATION_LEAST
					   : draws;
}

bool stats_permutation_exact(size_t n_a, size_t n_b)
{
	/* gsl_sf_choose() overflows where all splits are out of the question anyway. */
	return n_a + n_b <= 170 && gsl_sf_choose(n_a + n_b, n_a) <= PERMUTATION_EXACT;
}

double stats_permutation(const double *a, size_t n_a, const double *b, size_t n_b)
{
	size_t n = n_a + n_b;
	struct split s = {.n = n, .n_a = n_a};
	double *x;

	if (!n_a || !n_b)
		return NAN;
	x = must_calloc(n, sizeof(*x));
	memcpy(x, a, n_a * sizeof(*a));
	memcpy(x + n_a, b, n_b * sizeof(*b));
	s.x = x;
	if (all_positive(x, n))
		for (size_t i = 0; i < n; i++)
			x[i] = log(x[i]);
	s.real = stats_mean(x, n_a) * n_a;
	s.expected = stats_mean(x, n) * n_a;
	if (stats_permutation_exact(n_a, n_b))
		each_split(&s, 0, 0, 0);
	else
		random_splits(&s, x);
	free(x);
	return s.extreme / s.all;
}

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	double x = ((const struct ranked *)a)->p;
	double y = ((const struct ranked *)b)->p;

	return (x > y) - (x < y);
}

void stats_holm(double *p, size_t n)
{
	struct ranked *ranked = must_calloc(n, sizeof(*ranked));
	size_t tests = 0;
	double largest = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(p[i]))
			ranked[tests++] = (struct ranked){p[i], i};
	ARRAY_SORT(ranked, tests, by_p);
	for (size_t i = 0; i < tests; i++) {
		largest = fmax(largest, fmin(1, ranked[i].p * (tests - i)));
		p[ranked[i].at] = largest;
	}
	free(ranked);
}
