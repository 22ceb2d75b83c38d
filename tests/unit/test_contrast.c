// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/contrast.c analyze/figures/strangers.c analyze/figures/stats.c */
/* libs: gsl */
/*
 * Comparisons against published values, and by simulation: do the intervals cover, how often is
 * something claimed of sets that are equal, and what do rounds gain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/figures/contrast.h"
#include "analyze/figures/strangers.h"

#define COUNT(x) (sizeof(x) / sizeof(*(x)))
#define MARGIN	 0.02
#define RUNS	 10 /* at most, of a set */

static void near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.10g is not %.10g", value, expected);
}

static struct comparison by(enum layout layout, const double *a, size_t n_a, const double *b,
			    size_t n_b, double margin, double quantum)
{
	const struct contrast_how how = {layout, margin, 0};

	return contrast((struct side){a, n_a, {quantum, 0}}, (struct side){b, n_b, {quantum, 0}},
			&how);
}

static struct comparison of(const double *a, size_t n_a, const double *b, size_t n_b, double margin,
			    double quantum)
{
	return by(LAYOUT_MIXED, a, n_a, b, n_b, margin, quantum);
}

/*
 * "Student" (Biometrika 6, 1908): hours of sleep gained by two drugs; R's data set `sleep`. R 4
 * says of t.test(extra ~ group, data = sleep): df 17.776, p 0.07939, 95 % interval of the
 * difference -3.3654832 .. 0.2054832; of the same paired, by patient: df 9, p 0.002833, 95 %
 * interval 0.7001142 .. 2.4598858. Here they are logarithms.
 */
static void sleep_of_student(void **state)
{
	static const double hours[2][10] = {{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
					    {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}};
	double a[10], b[10];
	struct comparison c;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		a[i] = exp(hours[0][i]);
		b[i] = exp(hours[1][i]);
	}
	c = of(a, 10, b, 10, 0, 0);
	near(log(c.ratio.center), 1.58, 1e-9);
	near(log(c.ratio.low), -0.2054832, 1e-6);
	near(log(c.ratio.high), 3.3654832, 1e-6);
	near(c.p_margin, 0.07939, 5e-6);
	near(c.freedom, 17.776, 5e-4);
	assert_false(c.linear);
	c = by(LAYOUT_ROUNDS, a, 10, b, 10, 0, 0);
	near(log(c.ratio.center), 1.58, 1e-9);
	near(log(c.ratio.low), 0.7001142, 1e-6);
	near(log(c.ratio.high), 2.4598858, 1e-6);
	near(c.p_margin, 0.002833, 5e-7);
	/* One after the other it is wider, by drift of at least the variance of a set. */
	c = by(LAYOUT_APART, a, 10, b, 10, 0, 0);
	assert_true(c.drift > 0);
	assert_true(log(c.ratio.low) < -0.2054832 && log(c.ratio.high) > 3.3654832);
}

static enum verdict judge(const double *a, size_t n_a, const double *b, size_t n_b, double quantum)
{
	struct comparison c = of(a, n_a, b, n_b, 0.02, quantum);

	return contrast_verdict(&c, c.p_margin, 0.02);
}

/* However alike the runs are: each is an estimate that may be off by 30 %. */
static void slices_are_estimates(void **state)
{
	const struct contrast_how how = {LAYOUT_MIXED, MARGIN, 0};
	const double a[] = {100, 101, 99}, b[] = {140, 141, 139}, none[] = {0, 0, 0};
	const struct grain off = {1, 0.09}, whole = {0, 0};
	struct comparison c = contrast((struct side){a, 3, off}, (struct side){b, 3, off}, &how);

	(void)state;
	near(c.error, sqrt(2 * 0.09 / 3), 1e-9);
	assert_true(c.ratio.low < 1 && c.ratio.high > 2);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
	c = contrast((struct side){a, 3, whole}, (struct side){b, 3, whole}, &how);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_MORE);
	/* Where one set has zeros, differences are compared. */
	c = contrast((struct side){none, 3, off}, (struct side){b, 3, {1, 1}}, &how);
	assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
}

/* What is no number has no mode; it was looked for without end. */
static void strangers_of_no_number(void **state)
{
	const double a[] = {100, 101, 99}, infinite[] = {INFINITY, INFINITY, INFINITY};
	bool in_a[3], in_b[3];

	(void)state;
	assert_int_equal(strangers_of((struct side){a, 3, {0, 0}},
				      (struct side){infinite, 3, {0, 0}}, in_a, in_b),
			 0);
}

static void verdicts(void **state)
{
	const double a[] = {100, 101, 99};
	const double more[] = {200, 201, 199};
	const double bit_more[] = {101, 102, 100};
	const double noisy[] = {50, 200, 120};
	const double steady[] = {100, 100.1, 99.9};
	const double steady_bit[] = {100.5, 100.6, 100.4};

	(void)state;
	assert_int_equal(judge(a, 3, more, 3, 0), VERDICT_MORE);
	assert_int_equal(judge(more, 3, a, 3, 0), VERDICT_LESS);
	assert_int_equal(judge(a, 3, noisy, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(a, 3, bit_more, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(steady, 3, steady_bit, 3, 0), VERDICT_EQUIVALENT);
	/* One run has no interval, however far apart. */
	assert_int_equal(judge(a, 1, more, 3, 0), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(a, 1, more, 1, 0), VERDICT_INCONCLUSIVE);
	assert_string_equal(verdict_word(VERDICT_MORE, BETTER_MORE), "better");
	assert_string_equal(verdict_word(VERDICT_MORE, BETTER_LESS), "worse");
	assert_string_equal(verdict_word(VERDICT_LESS, BETTER_LESS), "better");
	assert_string_equal(verdict_word(VERDICT_LESS, BETTER_NEITHER), "lower");
	assert_string_equal(verdict_word(VERDICT_INCONCLUSIVE, BETTER_MORE), "inconclusive");
}

static void zeros(void **state)
{
	const double zero[] = {0, 0, 0};
	const double one[] = {1, 1, 1};
	const double many[] = {1000, 1010, 990};
	struct comparison c;

	(void)state;
	assert_int_equal(judge(zero, 3, zero, 3, 1), VERDICT_EQUIVALENT);
	/* Three times one event is what chance may bring; three times a thousand is not. */
	assert_int_equal(judge(zero, 3, one, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(zero, 3, many, 3, 1), VERDICT_MORE);
	assert_int_equal(judge(many, 3, zero, 3, 1), VERDICT_LESS);
	c = of(zero, 3, many, 3, 0.02, 1);
	assert_true(c.linear);
	assert_true(isnan(c.ratio.center));
	assert_true(isnan(c.ratio.low));
	/* One side was not measured at all. */
	c = of(zero, 0, many, 3, 0.02, 1);
	assert_true(isnan(c.a));
	near(c.b, 1000, 0.1);
	assert_int_equal(contrast_verdict(&c, c.p_margin, 0.02), VERDICT_INCONCLUSIVE);
}

/* Counts of a few events: those of B are binomial, given all of them. */
static void small_counts(void **state)
{
	const double one[] = {1, 1, 1}, two[] = {2, 2, 2}, ten[] = {10, 10, 10},
		     forty[] = {40, 40, 40};
	const double a[] = {100, 0, 0, 0, 0}, b[] = {0, 0, 0, 0, 0};

	(void)state;
	assert_int_equal(judge(one, 3, two, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(two, 3, one, 3, 1), VERDICT_INCONCLUSIVE);
	assert_int_equal(judge(ten, 3, forty, 3, 1), VERDICT_MORE);
	/* As rates: the same counts, of one gigabyte and of ten. */
	assert_int_equal(judge((const double[]){0.1, 0.1, 0.1}, 3, (const double[]){0.2, 0.2, 0.2},
			       3, 0.1),
			 VERDICT_INCONCLUSIVE);
	/* A burst in one run of five is no finding, however many it brought. */
	assert_int_equal(judge(a, 5, b, 5, 1), VERDICT_INCONCLUSIVE);
	/* By rounds and one after the other as well. */
	for (enum layout l = LAYOUT_MIXED; l <= LAYOUT_APART; l++) {
		struct comparison c = by(l, one, 3, two, 3, MARGIN, 1);

		assert_int_equal(contrast_verdict(&c, c.p_margin, MARGIN), VERDICT_INCONCLUSIVE);
		assert_true(c.ratio.low < 0.6 && c.ratio.high > 6);
	}
}

static void strangers(void **state)
{
	const double one[] = {40, 41, 15, 40.5, 39.8}, none[] = {40, 41, 38, 40.5, 39.8};
	const double two[] = {40, 41, 15, 40.5, 39.8, 40.2, 14.8, 40.7, 39.9, 40.1};
	bool in_a[RUNS], in_b[RUNS];

	(void)state;
	assert_int_equal(strangers_of((struct side){one, 5, {0, 0}}, (struct side){none, 5, {0, 0}},
				      in_a, in_b),
			 1);
	assert_true(in_a[2]);
	/* Two hide one another from a test of one at a time. */
	assert_int_equal(strangers_of((struct side){two, 10, {0, 0}},
				      (struct side){NULL, 0, {0, 0}}, in_a, NULL),
			 2);
	assert_true(in_a[2] && in_a[6]);
	assert_int_equal(strangers_of((struct side){none, 5, {0, 0}},
				      (struct side){NULL, 0, {0, 0}}, in_a, NULL),
			 0);
}

/*
 * Of two starts of a machine, as its records were: two runs of B are unlike its others, but amid those of
 * A. Without them B would be 1.05 % slower, with them it is 0.83 %, and 0.5 % had been planted.
 */
static void strangers_that_the_other_set_has(void **state)
{
	const double a[] = {163639, 163439, 163037, 162607, 162791,
			    162976, 163439, 162144, 163377, 162853};
	const double b[] = {162591, 161481, 161604, 161403, 161280,
			    161604, 161219, 161219, 161419, 162992};
	double tight[10];
	bool in_a[RUNS], in_b[RUNS];

	(void)state;
	assert_int_equal(strangers_of((struct side){b, 10, {0, 0}}, (struct side){NULL, 0, {0, 0}},
				      in_b, NULL),
			 2);
	for (int turn = 0; turn < 2; turn++) {
		struct side one = {turn ? b : a, 10, {0, 0}}, other = {turn ? a : b, 10, {0, 0}};

		assert_int_equal(strangers_of(one, other, in_a, in_b), 0);
		assert_false(in_a[0] || in_a[9] || in_b[0] || in_b[9]);
	}
	/* Runs of A that are as alike as those of B say nothing against it. */
	for (size_t i = 0; i < 10; i++)
		tight[i] = 163030 + (a[i] - 163030) / 4;
	assert_int_equal(strangers_of((struct side){tight, 10, {0, 0}},
				      (struct side){b, 10, {0, 0}}, in_a, in_b),
			 2);
	assert_true(in_b[0] && in_b[9]);
	/* Nor do those of few. */
	assert_int_equal(strangers_of((struct side){a, 4, {0, 0}}, (struct side){b, 10, {0, 0}},
				      in_a, in_b),
			 2);
}

static void findable(void **state)
{
	const double a[] = {40, 41, 39, 40.5, 39.5}, b[] = {40.8, 41.5, 40, 41.2, 40.1};
	struct comparison c = of(a, 5, b, 5, MARGIN, 0);
	double ratio = contrast_findable(&c, MARGIN);

	(void)state;
	assert_true(ratio > 1.04 && ratio < 1.09);
	assert_true(contrast_needed(&c, ratio, MARGIN) == 5);
	assert_true(contrast_needed(&c, 1.03, MARGIN) > 20);
	assert_int_equal(contrast_needed(&c, 1.01, MARGIN), CONTRAST_NEEDED_MAX);
}

/* ---- simulation ---- */

/* A world: how runs vary, and whether one in ten is 20 % or 60 % slower. */
struct world {
	const char *name;
	enum layout layout;
	double sd_a, sd_b;
	double round; /* what both runs of a round share */
	double walk;  /* a random walk's step from run to run */
	bool dirty;
};

static double dirt(gsl_rng *rng, const struct world *w)
{
	if (!w->dirty || gsl_rng_uniform(rng) >= 0.1)
		return 0;
	return log(gsl_rng_uniform(rng) < 0.5 ? 0.8 : 0.4);
}

static void draw(gsl_rng *rng, const struct world *w, double ratio, size_t n, double *a, double *b)
{
	double level = 0;

	for (size_t i = 0; i < n; i++) {
		double round = gsl_ran_gaussian(rng, w->round);

		level += gsl_ran_gaussian(rng, w->walk);
		a[i] = exp(3 + level + round + gsl_ran_gaussian(rng, w->sd_a) + dirt(rng, w));
		b[i] = ratio * exp(3 + round + gsl_ran_gaussian(rng, w->sd_b) + dirt(rng, w));
	}
	for (size_t i = 0; i < n && w->walk > 0; i++) {
		level += gsl_ran_gaussian(rng, w->walk);
		b[i] *= exp(level);
	}
}

static size_t keep(const double *x, const bool *apart, size_t n, double *kept)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (!apart[i])
			kept[count++] = x[i];
	return count;
}

/* As diff does it: what is unlike its siblings goes first, then the rest is compared. */
static struct comparison compared(enum layout layout, const double *a, const double *b, size_t n)
{
	double ratio[RUNS], x[RUNS], y[RUNS];
	bool in_a[RUNS], in_b[RUNS];
	size_t n_x, n_y;

	for (size_t i = 0; i < n; i++)
		ratio[i] = b[i] / a[i];
	if (layout == LAYOUT_ROUNDS) {
		strangers_of((struct side){ratio, n, {0, 0}}, (struct side){NULL, 0, {0, 0}}, in_a,
			     NULL);
		memcpy(in_b, in_a, sizeof(in_b));
	} else {
		strangers_of((struct side){a, n, {0, 0}}, (struct side){b, n, {0, 0}}, in_a, in_b);
	}
	n_x = keep(a, in_a, n, x);
	n_y = keep(b, in_b, n, y);
	return by(layout, x, n_x, y, n_y, MARGIN, 0);
}

static const size_t sizes[] = {3, 5, 10};

static void intervals_cover(void **state)
{
	static const struct world worlds[] = {
		{"two sets, 3 %", LAYOUT_MIXED, 0.03, 0.03, 0, 0, false},
		{"two sets, 10 %", LAYOUT_MIXED, 0.1, 0.1, 0, 0, false},
		{"two sets, 2 % and 10 %", LAYOUT_MIXED, 0.02, 0.1, 0, 0, false},
		{"two sets, 3 %, dirty", LAYOUT_MIXED, 0.03, 0.03, 0, 0, true},
		{"two sets, 10 %, dirty", LAYOUT_MIXED, 0.1, 0.1, 0, 0, true},
		{"rounds, 3 % in 20 %", LAYOUT_ROUNDS, 0.03, 0.03, 0.2, 0, false},
		{"rounds, 2 % and 10 % in 20 %", LAYOUT_ROUNDS, 0.02, 0.1, 0.2, 0, false},
		{"rounds, 3 % in 20 %, dirty", LAYOUT_ROUNDS, 0.03, 0.03, 0.2, 0, true},
		{"rounds, 10 % in 20 %, dirty", LAYOUT_ROUNDS, 0.1, 0.1, 0.2, 0, true},
		{"apart, a walk of 3 % in 3 %", LAYOUT_APART, 0.03, 0.03, 0, 0.03, false},
		{"apart, a walk of 5 % in 3 %", LAYOUT_APART, 0.03, 0.03, 0, 0.05, false},
	};
	const int draws = 10000;
	const double ratio = 1.25;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, 20250310);
	for (size_t w = 0; w < COUNT(worlds); w++) {
		for (size_t s = 0; s < COUNT(sizes); s++) {
			int held = 0;

			for (int d = 0; d < draws; d++) {
				double a[RUNS], b[RUNS];
				struct comparison c;

				draw(rng, &worlds[w], ratio, sizes[s], a, b);
				c = compared(worlds[w].layout, a, b, sizes[s]);
				held += c.ratio.low <= ratio && ratio <= c.ratio.high;
			}
			print_message("%-30s n = %2zu: %.1f %%\n", worlds[w].name, sizes[s],
				      100.0 * held / draws);
			/* A few dirty runs that cannot be told make it a little wider. */
			assert_in_range(held, draws * 0.93, draws * (worlds[w].dirty ? 0.98 : 0.97));
		}
	}
	gsl_rng_free(rng);
}

/* Equal sets whose runs have two modes: that of few must not be left out of one set and kept in the other. */
static void modes_claim_nothing(void **state)
{
	const double parts[] = {0.1, 0.2, 0.3, 0.5};
	const struct world quiet = {"", LAYOUT_MIXED, 0.01, 0.01, 0, 0, false};
	const int draws = 4000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, 8);
	for (size_t p = 0; p < COUNT(parts); p++) {
		for (size_t s = 0; s < COUNT(sizes); s++) {
			int claimed = 0;

			for (int d = 0; d < draws; d++) {
				double a[RUNS], b[RUNS];
				struct comparison c;

				draw(rng, &quiet, 1, sizes[s], a, b);
				for (size_t i = 0; i < sizes[s]; i++) {
					a[i] *= gsl_rng_uniform(rng) < parts[p] ? 1.1 : 1;
					b[i] *= gsl_rng_uniform(rng) < parts[p] ? 1.1 : 1;
				}
				c = compared(LAYOUT_MIXED, a, b, sizes[s]);
				claimed += c.ratio.low > 1 || c.ratio.high < 1;
			}
			print_message("%.0f %% in another mode, n = %2zu: %.1f %% say that equal sets differ\n",
				      100 * parts[p], sizes[s], 100.0 * claimed / draws);
			assert_in_range(claimed, 0, draws * 0.075);
		}
	}
	gsl_rng_free(rng);
}

/* How often 60 figures of equal sets have any that is claimed: at most one time in twenty. */
static void equal_sets_claim_nothing(void **state)
{
	const double rates[] = {0, 0.3, 1, 3, 10, 1000};
	const size_t tests = 60;
	const int diffs = 1000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, 6);
	/* 0: levels; else counts of so many events a run. */
	for (size_t r = 0; r < COUNT(rates); r++) {
		for (enum layout l = LAYOUT_MIXED; l <= LAYOUT_APART; l++) {
			int claimed = 0;

			for (int diff = 0; diff < diffs; diff++) {
				struct comparison c[60];
				double p[60];
				bool any = false;

				for (size_t i = 0; i < tests; i++) {
					double x[10];

					for (size_t j = 0; j < COUNT(x); j++)
						x[j] = rates[r] > 0
							       ? gsl_ran_poisson(rng, rates[r])
							       : gsl_ran_lognormal(rng, 3, 0.3);
					c[i] = by(l, x, 5, x + 5, 5, MARGIN, rates[r] > 0);
					p[i] = c[i].p_margin;
				}
				stats_holm(p, tests);
				for (size_t i = 0; i < tests; i++) {
					enum verdict v = contrast_verdict(&c[i], p[i], MARGIN);

					any |= v == VERDICT_MORE || v == VERDICT_LESS;
				}
				claimed += any;
			}
			if (claimed * 20 > diffs || l == LAYOUT_MIXED)
				print_message("events %g a run, layout %d: %d of %d claim something\n",
					      rates[r], l, claimed, diffs);
			assert_in_range(claimed, 0, diffs / 20);
		}
	}
	gsl_rng_free(rng);
}

/* What 3 % of noise lets through of a true change, alone and where rounds share 20 %. */
static void rounds_gain(void **state)
{
	static const double ratios[] = {1.05, 1.1, 1.3};
	static const struct world alone = {"", LAYOUT_MIXED, 0.03, 0.03, 0, 0, false};
	static const struct world shared = {"", LAYOUT_ROUNDS, 0.03, 0.03, 0.2, 0, false};
	const int draws = 3000;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, 7);
	for (size_t r = 0; r < COUNT(ratios); r++) {
		for (size_t s = 0; s < COUNT(sizes); s++) {
			int found[3] = {0};

			for (int d = 0; d < draws; d++) {
				double a[RUNS], b[RUNS];
				struct comparison c[3];

				draw(rng, &alone, ratios[r], sizes[s], a, b);
				c[0] = compared(LAYOUT_MIXED, a, b, sizes[s]);
				draw(rng, &shared, ratios[r], sizes[s], a, b);
				c[1] = compared(LAYOUT_MIXED, a, b, sizes[s]);
				c[2] = compared(LAYOUT_ROUNDS, a, b, sizes[s]);
				for (int i = 0; i < 3; i++)
					found[i] += contrast_verdict(&c[i], c[i].p_margin,
								     MARGIN) == VERDICT_MORE;
			}
			print_message("x %.2f n = %2zu: found in %.1f %%; where rounds share 20 %%: %.1f %%, by rounds %.1f %%\n",
				      ratios[r], sizes[s], 100.0 * found[0] / draws,
				      100.0 * found[1] / draws, 100.0 * found[2] / draws);
			assert_true(found[2] >= found[1]);
			if (sizes[s] == 5 && ratios[r] > 1.2)
				assert_true(found[2] > draws * 0.95 && found[1] < draws * 0.6);
		}
	}
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_of_student),
		cmocka_unit_test(slices_are_estimates),
		cmocka_unit_test(strangers_of_no_number),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(zeros),
		cmocka_unit_test(small_counts),
		cmocka_unit_test(strangers),
		cmocka_unit_test(strangers_that_the_other_set_has),
		cmocka_unit_test(findable),
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(modes_claim_nothing),
		cmocka_unit_test(equal_sets_claim_nothing),
		cmocka_unit_test(rounds_gain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
