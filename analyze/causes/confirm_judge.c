// SPDX-License-Identifier: GPL-2.0-or-later
/* What came of the experiment that tests a cause. */
#include "analyze/causes/confirm.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* The logarithm of the ratio of throughputs, its standard error and that one's degrees of freedom. */
static struct comparison throughputs_of(const struct configuration *a, const struct configuration *b)
{
	static const struct exponents exponents = {1, 1};
	struct comparison k;
	struct design d;

	design_of(&d, a, b);
	k = design_quantity(&d, THROUGHPUT, &exponents, 0);
	design_free(&d);
	return k;
}

static double or_zero(double x)
{
	return isnan(x) ? 0 : x;
}

/* Of the difference between the two sets: less than this is left where the machine moved. */
#define LEFT_NOW 0.25

/* The sets of the test: the better one again, the worse one with the remedy, and as it was, where that was asked for. */
struct test {
	const struct configuration *again, *cured, *still;
};

static bool find_test(struct test *t, const struct causes *c, const struct experiment *tested)
{
	const struct setting *setting = c->count ? c->at[0].setting : NULL;

	*t = (struct test){0};
	for (size_t i = 0; i < tested->count; i++) {
		const struct configuration *one = &tested->configurations[i];
		const char *value = setting && one->count && setting->b
					    ? run_fact(one->runs[0], METRIC_fact_option,
						       setting->end, setting->key)
					    : NULL;

		if (one->count < 2)
			return false;
		if (configuration_again(one))
			t->again = one;
		else if (tested->count == 3 && value && !strcmp(value, setting->b))
			t->still = one;
		else
			t->cured = one;
	}
	return t->again && t->cured && tested->count == (t->still ? 3 : 2);
}

enum confirmed confirm_judge(const struct causes *c, const struct experiment *tested,
			     struct interval *returned)
{
	struct comparison then, was, left;
	double x, w, error, half, left_now;
	struct test t;

	*returned = (struct interval){NAN, NAN, NAN};
	if (!find_test(&t, c, tested))
		return CONFIRM_UNFIT;
	then = throughputs_of(c->design.a, c->design.b);
	was = t.still ? throughputs_of(t.again, t.still) : then;
	left = throughputs_of(t.again, t.cured);
	w = log(was.ratio.center);
	x = log(left.ratio.center);
	returned->center = 1 - x / w;
	if (!isfinite(returned->center))
		return CONFIRM_UNFIT;
	/* Of a ratio of two logarithms, each with its error (the delta method). */
	error = hypot(or_zero(left.error) / w, x * or_zero(was.error) / (w * w));
	half = gsl_cdf_tdist_Qinv(0.025, left.freedom >= 1 ? left.freedom : 1) * error;
	returned->low = returned->center - half;
	returned->high = returned->center + half;
	/* Without the worse set as it is now: as slow as that was, the remedy has nothing left to bring back. */
	left_now = t.still ? w / log(then.ratio.center)
			   : 1 - log(throughputs_of(c->design.a, t.again).ratio.center) / w;
	if (left_now <= (t.still ? LEFT_NOW : 0.5))
		return CONFIRM_MOVED;
	if (returned->center >= 0.5 && returned->low > 0)
		return CONFIRM_RETURNED;
	return returned->high < 0.5 ? CONFIRM_WITHDRAWN : CONFIRM_OPEN;
}
