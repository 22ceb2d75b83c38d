// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/contrast.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "base/memory.h"

#define ALPHA 0.05
#define POWER 0.8

/* Beyond so many counts their Poisson error is below a percent, and the exact test costs time. */
#define COUNTS_EXACT 20000

/* A difference, in logarithms or not. */
struct difference {
	double value;
	double variance;
	double freedom;
	double drift; /* variance that is the machine's, and part of the above */
};

/* Independent parts of a variance add up, and their freedom as Satterthwaite has it. */
static void widen(struct difference *d, double variance, double freedom)
{
	double sum = d->variance + variance;

	if (!(variance > 0))
		return;
	if (d->variance > 0)
		d->freedom =
			sum * sum /
			(d->variance * d->variance / d->freedom + variance * variance / freedom);
	else
		d->freedom = freedom;
	d->variance = sum;
}

static double variance(const double *y, size_t n)
{
	return gsl_stats_variance(y, 1, n);
}

static double mean_step(const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 1; i < n; i++)
		sum += (y[i] - y[i - 1]) * (y[i] - y[i - 1]);
	return sum;
}

/*
 * What the machine may have moved by from one set to the next. A level that wanders shows in a set
 * by a spread that is larger than what neighbours differ by; as a random walk of the steps that
 * explain it (e + q (n + 1) / 6 is the variance of n runs, 2 e + q that between neighbours), means
 * of two sets in a row differ by q (2 n^2 + 1) / (3 n). So few runs tell that badly: it is taken to
 * be at least DRIFT_LEAST of the spread of a set, and no more than a random walk alone would give.
 */
#define DRIFT_LEAST 1.0
#define DRIFT_MOST  4.0

static double drift_between(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double freedom = n_a + n_b - 2.0;
	double n = (n_a + n_b) / 2.0;
	double spread = (variance(a, n_a) * (n_a - 1) + variance(b, n_b) * (n_b - 1)) / freedom;
	double step = (mean_step(a, n_a) + mean_step(b, n_b)) / freedom;
	double wandered = 0;

	if (n > 2)
		wandered = (spread - step / 2) / ((n + 1) / 6 - 0.5) * (2 * n * n + 1) / (3 * n);
	return fmin(fmax(wandered, DRIFT_LEAST * spread), DRIFT_MOST * spread);
}

static struct difference independent(const double *a, size_t n_a, const double *b, size_t n_b)
{
	struct difference d = {.value = stats_mean(b, n_b) - stats_mean(a, n_a),
			       .freedom = n_a + n_b - 2.0};

	/* Welch and Satterthwaite; constant samples have no error, whatever the freedom. */
	widen(&d, variance(a, n_a) / n_a, n_a - 1);
	widen(&d, variance(b, n_b) / n_b, n_b - 1);
	return d;
}

static struct difference by_rounds(const double *a, const double *b, size_t n)
{
	double *each = must_calloc(n, sizeof(*each));
	struct difference d;

	for (size_t i = 0; i < n; i++)
		each[i] = b[i] - a[i];
	d = (struct difference){
		.value = stats_mean(each, n),
		.variance = variance(each, n) / n,
		.freedom = n - 1,
	};
	free(each);
	return d;
}

/* The variance of a mean, as a part of it squared, by how its figures were counted. */
static double grain_of(struct side s, double mean)
{
	double counts = mean > 0 ? s.grain.quantum / mean : 0;

	/* What slices differ by has the Poisson error of what they counted in it. */
	return fmax(counts, s.grain.variance) / s.n;
}

/* counts: the variance of both means that is due to how they were counted. */
static struct difference difference_of(const double *a, size_t n_a, const double *b, size_t n_b,
				       const struct contrast_how *how, double counts, double scale)
{
	struct difference d;
	double moved = how->calibration * scale;

	if (how->layout == LAYOUT_ROUNDS)
		d = by_rounds(a, b, n_a);
	else
		d = independent(a, n_a, b, n_b);
	d.variance = fmax(d.variance, counts);
	if (how->layout == LAYOUT_APART) {
		d.drift = fmax(drift_between(a, n_a, b, n_b), moved * moved);
		widen(&d, d.drift, n_a + n_b - 2.0);
	}
	return d;
}

/* Two-sided p that the true difference lies within [-inside, inside]. */
static double p_beyond(const struct difference *d, double inside)
{
	double beyond = fabs(d->value) - inside;

	if (beyond <= 0)
		return 1;
	if (d->variance <= 0)
		return 0;
	return 2 * gsl_cdf_tdist_Q(beyond / sqrt(d->variance), d->freedom);
}

/*
 * Given how many events both sets counted together, those of B are binomial, whatever the rate: an
 * exact test of the ratio at the edge of the margin that lies next to it.
 */
static double p_counts(const struct comparison *c, struct side a, struct side b, double margin)
{
	double in_a, in_b, edge, share;

	if (!(a.grain.quantum > 0) || !(b.grain.quantum > 0))
		return 0;
	in_a = rint(c->a * a.n / a.grain.quantum);
	in_b = rint(c->b * b.n / b.grain.quantum);
	if (!(in_a >= 0 && in_b >= 0 && in_a + in_b <= COUNTS_EXACT))
		return 0;
	edge = c->b > c->a ? 1 + margin : 1 / (1 + margin);
	share = edge * b.n / b.grain.quantum /
		(a.n / a.grain.quantum + edge * b.n / b.grain.quantum);
	if (c->b > c->a)
		return fmin(1, 2 * gsl_cdf_binomial_P(in_a, 1 - share, in_a + in_b));
	return fmin(1, 2 * gsl_cdf_binomial_P(in_b, share, in_a + in_b));
}

static bool all_positive(struct side s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.x[i] > 0) || isinf(s.x[i]))
			return false;
	return true;
}

static double *logarithms(struct side s)
{
	double *y = must_calloc(s.n, sizeof(*y));

	for (size_t i = 0; i < s.n; i++)
		y[i] = log(s.x[i]);
	return y;
}

static bool has_interval(const struct comparison *c)
{
	return c->n_a > 1 && c->n_b > 1;
}

static void contrast_log(struct comparison *c, struct side a, struct side b,
			 const struct contrast_how *how)
{
	double *log_a = logarithms(a);
	double *log_b = logarithms(b);

	c->a = exp(stats_mean(log_a, a.n));
	c->b = exp(stats_mean(log_b, b.n));
	c->ratio.center = c->b / c->a;
	if (has_interval(c)) {
		double counts = grain_of(a, c->a) + grain_of(b, c->b);
		struct difference d = difference_of(log_a, a.n, log_b, b.n, how, counts, 1);
		double half = 0;

		c->error = sqrt(d.variance);
		c->freedom = d.freedom;
		c->drift = sqrt(d.drift);
		if (c->error > 0)
			half = gsl_cdf_tdist_Qinv(ALPHA / 2, d.freedom) * c->error;
		c->ratio.low = exp(d.value - half);
		c->ratio.high = exp(d.value + half);
		c->p_margin = p_beyond(&d, log1p(how->margin));
	}
	free(log_a);
	free(log_b);
}

static void contrast_linear(struct comparison *c, struct side a, struct side b,
			    const struct contrast_how *how)
{
	c->linear = true;
	c->a = stats_mean(a.x, a.n);
	c->b = stats_mean(b.x, b.n);
	c->ratio.center = c->a > 0 ? c->b / c->a : NAN;
	if (has_interval(c)) {
		double largest = fmax(fabs(c->a), fabs(c->b));
		double counts = c->a * c->a * grain_of(a, fabs(c->a)) +
				c->b * c->b * grain_of(b, fabs(c->b));
		struct difference d = difference_of(a.x, a.n, b.x, b.n, how, counts, largest);

		c->p_margin = p_beyond(&d, how->margin * largest);
	}
}

struct comparison contrast(struct side a, struct side b, const struct contrast_how *how)
{
	struct comparison c = {
		.n_a = a.n,
		.n_b = b.n,
		.layout = how->layout,
		.a = NAN,
		.b = NAN,
		.ratio = {NAN, NAN, NAN},
		.p_margin = NAN,
		.error = NAN,
		.freedom = NAN,
	};

	if (!a.n || !b.n) {
		c.a = stats_interval(a.x, a.n).center;
		c.b = stats_interval(b.x, b.n).center;
		return c;
	}
	if (all_positive(a) && all_positive(b))
		contrast_log(&c, a, b, how);
	else
		contrast_linear(&c, a, b, how);
	if (has_interval(&c))
		c.p_margin = fmax(c.p_margin, p_counts(&c, a, b, how->margin));
	return c;
}

enum verdict contrast_verdict(const struct comparison *c, double p, double margin)
{
	if (c->a == 0 && c->b == 0 && has_interval(c))
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
	case VERDICT_UNASKED:
		return "not asked";
	default:
		return words[better][verdict == VERDICT_LESS];
	}
}

static double both_quantiles(double freedom)
{
	return gsl_cdf_tdist_Qinv(ALPHA / 2, freedom) + gsl_cdf_tdist_Qinv(1 - POWER, freedom);
}

double contrast_findable(const struct comparison *c, double margin)
{
	if (!(c->error >= 0))
		return NAN;
	return exp(log1p(margin) + both_quantiles(c->freedom) * c->error);
}

size_t contrast_needed(const struct comparison *c, double ratio, double margin)
{
	double wanted = fabs(log(ratio)) - log1p(margin);
	double now = fmin(c->n_a, c->n_b);
	double own = c->error * c->error - c->drift * c->drift;

	if (!(c->error >= 0) || !(wanted > 0))
		return CONTRAST_NEEDED_MAX;
	for (size_t n = 2; n < CONTRAST_NEEDED_MAX; n++) {
		double freedom = c->freedom * (n - 1) / fmax(1, now - 1);

		if (both_quantiles(freedom) * sqrt(own * now / n + c->drift * c->drift) <= wanted)
			return n;
	}
	return CONTRAST_NEEDED_MAX;
}
