// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/contrast.c analyze/figures/strangers.c analyze/figures/stats.c */
/* libs: gsl */
/*
 * Comparisons of simulated runs: do the intervals cover, how often is something claimed of sets that are
 * equal, and what do rounds gain.
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
#include "analyze/figures/stats.h"
#include "analyze/figures/strangers.h"

#define COUNT(x) (sizeof(x) / sizeof(*(x)))
#define MARGIN	 0.02
#define RUNS	 10 /* at most, of a set */

static struct comparison by(enum layout layout, const double *a, size_t n_a, const double *b,
			    size_t n_b, double quantum)
{
	const struct contrast_how how = {layout, MARGIN, 0};

	return contrast((struct side){a, n_a, {quantum, 0}}, (struct side){b, n_b, {quantum, 0}},
			&how);
}

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
	return by(layout, x, n_x, y, n_y, 0);
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
					c[i] = by(l, x, 5, x + 5, 5, rates[r] > 0);
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
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(modes_claim_nothing),
		cmocka_unit_test(equal_sets_claim_nothing),
		cmocka_unit_test(rounds_gain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
