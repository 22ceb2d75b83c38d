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
 * All splits of two sets of ten are 184,756; beyond this many splits a random draw of
 * PERMUTATION_DRAWS stands for all of them, with a fixed seed, so that p is reproducible.
 */
#define PERMUTATION_EXACT 200000
#define PERMUTATION_DRAWS 100000

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

/* The difference of two means: its standard error and Welch's degrees of freedom. */
struct welch {
	double difference;
	double error;
	double freedom;
};

static struct welch welch(double mean_a, double var_a, size_t n_a, double mean_b, double var_b,
			  size_t n_b)
{
	double a = var_a / n_a;
	double b = var_b / n_b;
	struct welch w = {mean_b - mean_a, sqrt(a + b), n_a + n_b - 2.0};

	/* Welch and Satterthwaite; constant samples have no error, whatever the freedom. */
	if (a + b > 0)
		w.freedom = (a + b) * (a + b) / (a * a / (n_a - 1) + b * b / (n_b - 1));
	return w;
}

/* Two-sided p that the true difference lies within [-inside, inside]. */
static double welch_p(const struct welch *w, double inside)
{
	double beyond = fabs(w->difference) - inside;

	if (beyond <= 0)
		return 1;
	if (w->error <= 0)
		return 0;
	return 2 * gsl_cdf_tdist_Q(beyond / w->error, w->freedom);
}

static void compare_log(struct comparison *c, const double *a, const double *b, double margin)
{
	double *log_a = logarithms(a, c->n_a);
	double *log_b = logarithms(b, c->n_b);
	double mean_a = stats_mean(log_a, c->n_a);
	double mean_b = stats_mean(log_b, c->n_b);

	c->a = exp(mean_a);
	c->b = exp(mean_b);
	c->ratio.center = exp(mean_b - mean_a);
	if (c->n_a > 1 && c->n_b > 1) {
		struct welch w =
			welch(mean_a, gsl_stats_variance_m(log_a, 1, c->n_a, mean_a), c->n_a,
			      mean_b, gsl_stats_variance_m(log_b, 1, c->n_b, mean_b), c->n_b);
		double half = w.error > 0 ? gsl_cdf_tdist_Qinv(ALPHA / 2, w.freedom) * w.error : 0;

		c->ratio.low = exp(w.difference - half);
		c->ratio.high = exp(w.difference + half);
		c->p_margin = welch_p(&w, log1p(margin));
	}
	free(log_a);
	free(log_b);
}

static void compare_linear(struct comparison *c, const double *a, const double *b, double margin,
			   double quantum)
{
	c->linear = true;
	c->a = stats_mean(a, c->n_a);
	c->b = stats_mean(b, c->n_b);
	c->ratio.center = c->a > 0 ? c->b / c->a : NAN;
	if (c->n_a > 1 && c->n_b > 1) {
		double var_a = gsl_stats_variance_m(a, 1, c->n_a, c->a);
		double var_b = gsl_stats_variance_m(b, 1, c->n_b, c->b);
		struct welch w = welch(c->a, fmax(var_a, fabs(c->a) * quantum), c->n_a, c->b,
				       fmax(var_b, fabs(c->b) * quantum), c->n_b);

		c->p_margin = welch_p(&w, margin * fmax(fabs(c->a), fabs(c->b)));
	}
}

struct comparison stats_compare(const double *a, size_t n_a, const double *b, size_t n_b,
				double margin, double quantum)
{
	struct comparison c = {
		.n_a = n_a,
		.n_b = n_b,
		.a = NAN,
		.b = NAN,
		.ratio = {NAN, NAN, NAN},
		.p_margin = NAN,
	};

	if (!n_a || !n_b) {
		c.a = stats_interval(a, n_a).center;
		c.b = stats_interval(b, n_b).center;
		return c;
	}
	if (all_positive(a, n_a) && all_positive(b, n_b))
		compare_log(&c, a, b, margin);
	else
		compare_linear(&c, a, b, margin, quantum);
	return c;
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
	/* Welch and Satterthwaite over all sets; the scale of a mean leaves the freedom as it is.
	 */
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
	for (int draw = 0; draw < PERMUTATION_DRAWS; draw++) {
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

enum verdict stats_verdict(const struct comparison *c, double p, double margin)
{
	if (c->a == 0 && c->b == 0 && c->n_a > 1 && c->n_b > 1)
		return VERDICT_EQUIVALENT;
	if (isnan(p))
		return VERDICT_INCONCLUSIVE;
	if (!c->linear && c->ratio.low > 1 / (1 + margin) && c->ratio.high < 1 + margin)
		return VERDICT_EQUIVALENT;
	if (p > ALPHA)
		return VERDICT_INCONCLUSIVE;
	/* p compares with the margin from both sides, so below ALPHA the interval lies outside. */
	return c->b > c->a ? VERDICT_MORE : VERDICT_LESS;
}

const char *verdict_word(enum verdict verdict, enum metric_better better)
{
	static const char *const words[][2] = {
		[BETTER_NEITHER] = {"higher", "lower"},
		[BETTER_LESS] = {"worse", "better"},
		[BETTER_MORE] = {"better", "worse"},
	};

	switch (verdict) {
	case VERDICT_INCONCLUSIVE:
		return "inconclusive";
	case VERDICT_EQUIVALENT:
		return "equivalent";
	default:
		return words[better][verdict == VERDICT_LESS];
	}
}
