// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/estimate.c */
/*
 * Totals from slices: right in the mean, and as far off as they say, for events that follow packets,
 * that follow time, and that come in bursts of their own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collectors/kit/estimate.h"

#define MS	1000000ULL
#define MOMENTS 1000 /* of 10 ms: a window of 10 s */
#define SLICES	12
#define WINDOWS 2000

/* What a window had in each moment. */
struct window {
	double packets[MOMENTS], events[MOMENTS];
};

static double at_random(void)
{
	return drand48();
}

static struct extent extent_of(const struct window *w, int from, int to)
{
	struct extent e = {0};
	double packets = 0;

	for (int i = from; i < to; i++)
		packets += w->packets[i];
	e.of[MEASURE_TIME] = (__u64)(to - from) * 10 * MS;
	e.of[MEASURE_PACKETS] = (__u64)packets;
	return e;
}

/* One slice in each of so many equal parts of the window: the estimate, and whether it tells its error. */
static double estimate(const struct window *w, enum measure follows, double *error, enum measure *by)
{
	struct extent window = extent_of(w, 0, MOMENTS), slice;
	struct sampled sampled = {0};
	struct moments moments = {0};

	for (int i = 0; i < SLICES; i++) {
		int at = (int)((i + at_random()) * MOMENTS / SLICES);

		at = at < MOMENTS ? at : MOMENTS - 1;
		slice = extent_of(w, at, at + 1);
		sampled_add(&sampled, &slice);
		moments_add(&moments, &slice, w->events[at]);
	}
	*by = estimate_choose(&sampled, &moments, 1, follows, &window);
	*error = estimate_error(&sampled, &moments, *by, &window);
	return moments.y * estimate_scale(&sampled, *by, &window);
}

struct outcome {
	double mean;	/* of estimates, as a part of the truth */
	double covered; /* in how many windows the truth is within what 95 % of them should be */
	double spread;	/* root of the mean square of what estimates are off */
};

static struct outcome try(const struct window *w, enum measure follows)
{
	const double student = 2.201; /* 95 % with 11 degrees of freedom */
	struct outcome o = {0};
	double truth = 0;

	for (int i = 0; i < MOMENTS; i++)
		truth += w->events[i];
	srand48(1);
	for (int i = 0; i < WINDOWS; i++) {
		enum measure by;
		double error, off, total = estimate(w, follows, &error, &by);

		off = total / truth - 1;
		o.mean += total / truth / WINDOWS;
		o.covered += (fabs(off) <= student * error * total / truth) / (double)WINDOWS;
		o.spread += off * off / WINDOWS;
	}
	o.spread = sqrt(o.spread);
	print_message("mean %.3f, covered %.3f, off by %.3f\n", o.mean, o.covered, o.spread);
	return o;
}

/* Packets in bursts, a share of the time; events as many for each packet and for each moment. */
static void fill(struct window *w, double share, double for_packet, double for_moment)
{
	srand48(7);
	memset(w, 0, sizeof(*w));
	for (int i = 0; i < MOMENTS; i++) {
		bool on = i % 50 < 50 * share;

		w->packets[i] = on ? 900 + 200 * at_random() : 2;
		w->events[i] = floor(for_packet * w->packets[i] * (0.9 + 0.2 * at_random()) +
				     for_moment * (0.9 + 0.2 * at_random()));
	}
}

static void what_follows_packets_is_right_in_bursts_of_them(void **state)
{
	struct window w;
	struct outcome o;

	(void)state;
	fill(&w, 0.4, 3, 0);
	o = try(&w, MEASURE_PACKETS);
	assert_true(fabs(o.mean - 1) < 0.01 && o.covered > 0.85 && o.spread < 0.08);
}

/* What packets say would be off by several times: it is found out. */
static void what_follows_time_is_right_in_bursts_of_packets(void **state)
{
	struct window w;
	struct outcome o;

	(void)state;
	fill(&w, 0.3, 0, 1000);
	o = try(&w, MEASURE_PACKETS);
	assert_true(fabs(o.mean - 1) < 0.02 && o.covered > 0.85 && o.spread < 0.1);
}

static void what_follows_both_tells_its_error(void **state)
{
	struct window w;
	struct outcome o;

	(void)state;
	fill(&w, 0.5, 1, 500);
	o = try(&w, MEASURE_PACKETS);
	assert_true(fabs(o.mean - 1) < 0.1 && o.covered > 0.8);
}

static void steady_events_have_hardly_any(void **state)
{
	struct window w;
	struct outcome o;

	(void)state;
	fill(&w, 1, 1, 1000);
	o = try(&w, MEASURE_PACKETS);
	assert_true(fabs(o.mean - 1) < 0.005 && o.covered > 0.85 && o.spread < 0.03);
}

static void what_cannot_be_known_is_not_said(void **state)
{
	struct extent slice = {.of = {10 * MS, 100, 0}}, window = {.of = {1000 * MS, 10000, 0}};
	struct sampled s = {0};
	struct moments m = {0}, none = {0};

	(void)state;
	assert_true(estimate_scale(&s, MEASURE_TIME, &window) == 0);
	sampled_add(&s, &slice);
	moments_add(&m, &slice, 7);
	assert_true(estimate_scale(&s, MEASURE_PACKETS, &window) == 100);
	assert_true(isnan(estimate_error(&s, &m, MEASURE_PACKETS, &window))); /* of one slice */
	sampled_add(&s, &slice);
	moments_add(&m, &slice, 7);
	assert_false(isnan(estimate_error(&s, &m, MEASURE_PACKETS, &window)));
	assert_true(isnan(estimate_error(&s, &none, MEASURE_PACKETS, &window)));
	assert_true(isnan(estimate_error(&s, &m, MEASURE_PAGES, &window)));
	assert_int_equal(estimate_choose(&s, &m, 1, MEASURE_PAGES, &window), MEASURE_TIME);
}

/* Two slices that agree by chance do not make a few events certain. */
static void few_events_carry_the_error_of_counting(void **state)
{
	struct extent slice = {.of = {10 * MS, 100, 0}}, window = {.of = {1000 * MS, 10000, 0}};
	struct sampled s = {0};
	struct moments m = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		sampled_add(&s, &slice);
		moments_add(&m, &slice, 1);
	}
	assert_true(estimate_error(&s, &m, MEASURE_PACKETS, &window) > 0.45);
}

/* Of another kind of slices than the window: by time it would be twice as much. */
static void measures_that_disagree_are_an_error(void **state)
{
	struct extent slice = {.of = {10 * MS, 1000, 0}}, window = {.of = {1000 * MS, 50000, 0}};
	struct sampled s = {0};
	struct moments m = {0};

	(void)state;
	for (int i = 0; i < 8; i++) {
		sampled_add(&s, &slice);
		moments_add(&m, &slice, 100000);
	}
	assert_true(estimate_error(&s, &m, MEASURE_PACKETS, &window) > 0.4);
}

/* Bytes of packets that come in bursts: how many is hardly known, how large each is known well, and as well as is said. */
static void a_ratio_is_known_better_than_its_parts(void **state)
{
	const double student = 2.201;
	struct window w;
	struct extent window;
	double bytes[MOMENTS], truth = 0, packets = 0, of_part = 0, of_ratio = 0, covered = 0;
	int known = 0;

	(void)state;
	fill(&w, 0.4, 1, 0);
	for (int i = 0; i < MOMENTS; i++) {
		bytes[i] = floor(w.packets[i] * (1400 + 200 * at_random()));
		truth += bytes[i];
		packets += w.packets[i];
	}
	window = extent_of(&w, 0, MOMENTS);
	srand48(2);
	for (int i = 0; i < WINDOWS; i++) {
		struct sampled s = {0};
		struct moments m = {0};
		struct products p = {0};

		for (int k = 0; k < SLICES; k++) {
			int at = (int)((k + at_random()) * MOMENTS / SLICES);
			struct extent slice = extent_of(&w, at, at + 1);

			sampled_add(&s, &slice);
			moments_add(&m, &slice, bytes[at]);
			products_add(&p, bytes[at], w.packets[at]);
		}
		/* Where all came in one slice. */
		if (isnan(estimate_ratio_error(&s, &p, &window)))
			continue;
		known++;
		of_part += estimate_error(&s, &m, MEASURE_TIME, &window);
		of_ratio += estimate_ratio_error(&s, &p, &window);
		covered += fabs(p.y / p.x / (truth / packets) - 1) <=
			   student * estimate_ratio_error(&s, &p, &window);
	}
	print_message("%d: off by %.4f, each part by %.3f, covered %.3f\n", known, of_ratio / known,
		      of_part / known, covered / known);
	assert_true(known > 0.9 * WINDOWS && of_ratio < of_part / 10 && covered > 0.8 * known);
}

static void a_ratio_of_too_little_has_no_error(void **state)
{
	struct extent slice = {.of = {10 * MS, 100, 0}}, window = {.of = {1000 * MS, 10000, 0}};
	struct sampled s = {0};
	struct products p = {0};

	(void)state;
	sampled_add(&s, &slice);
	products_add(&p, 1500, 1);
	assert_true(isnan(estimate_ratio_error(&s, &p, &window))); /* of one slice */
	sampled_add(&s, &slice);
	products_add(&p, 3000, 2);
	/* Three packets that are alike do not say that all of a hundred are. */
	assert_true(fabs(estimate_ratio_error(&s, &p, &window) - sqrt(0.98) / 3) < 1e-9);
	p = (struct products){0};
	products_add(&p, 1500, 1);
	products_add(&p, 0, 0);
	assert_true(isnan(estimate_ratio_error(&s, &p, &window))); /* all of it in one */
	p = (struct products){0};
	products_add(&p, 0, 0);
	assert_true(isnan(estimate_ratio_error(&s, &p, &window)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_packets_is_right_in_bursts_of_them),
		cmocka_unit_test(what_follows_time_is_right_in_bursts_of_packets),
		cmocka_unit_test(what_follows_both_tells_its_error),
		cmocka_unit_test(steady_events_have_hardly_any),
		cmocka_unit_test(what_cannot_be_known_is_not_said),
		cmocka_unit_test(few_events_carry_the_error_of_counting),
		cmocka_unit_test(measures_that_disagree_are_an_error),
		cmocka_unit_test(a_ratio_is_known_better_than_its_parts),
		cmocka_unit_test(a_ratio_of_too_little_has_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
