// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/changes.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/contrast.h"
#include "analyze/figures/strangers.h"
#include "base/memory.h"

#define ALPHA 0.05
/* Of a candidate, before what has to hold in the end. */
#define WEAK 0.05
/* As in Otava: points that are looked at together, and by how much the next ones lie further on. */
#define WINDOW_POINTS 50
#define WINDOW_STEP   25
/* Fewer may be a neighbour's bad day. */
#define LEAST_POINTS 3

struct series {
	const double *y; /* without gaps */
	size_t n;
	size_t *at; /* candidates: each the first point behind a change, in order */
	size_t count;
};

/* ---- one split ---- */

struct halves {
	double difference, error, freedom, mean[2];
};

static struct halves halves_of(const double *y, size_t lo, size_t at, size_t hi)
{
	size_t n[2] = {at - lo, hi - at};
	double squares = 0;
	struct halves h = {.freedom = (double)(hi - lo) - 2};

	for (size_t i = lo; i < hi; i++)
		h.mean[i >= at] += y[i] / n[i >= at];
	for (size_t i = lo; i < hi; i++)
		squares += pow(y[i] - h.mean[i >= at], 2);
	h.difference = h.mean[1] - h.mean[0];
	h.error = h.freedom > 0 ? sqrt(squares / h.freedom * (1.0 / n[0] + 1.0 / n[1])) : NAN;
	return h;
}

/* Two-sided, by Student's t with one variance. */
static double p_of(const double *y, size_t lo, size_t at, size_t hi)
{
	struct halves h;

	if (at - lo < LEAST_POINTS || hi - at < LEAST_POINTS)
		return 1;
	h = halves_of(y, lo, at, hi);
	if (!(h.error > 0))
		return h.difference == 0 ? 1 : 0;
	return 2 * gsl_cdf_tdist_Q(fabs(h.difference) / h.error, h.freedom);
}

/* ---- candidates ---- */

/* Sums of |y[i] - y[j]| over i < a and j < b of a window. */
struct distances {
	double upto[WINDOW_POINTS + 1][WINDOW_POINTS + 1];
};

static void measure(struct distances *d, const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			d->upto[i + 1][j + 1] = d->upto[i][j + 1] + d->upto[i + 1][j] -
						d->upto[i][j] + fabs(y[i] - y[j]);
}

static double between(const struct distances *d, size_t a, size_t b, size_t c, size_t e)
{
	return d->upto[b][e] - d->upto[a][e] - d->upto[b][c] + d->upto[a][c];
}

/* The energy distance of the points [0, at) and [at, end), by their numbers. */
static double energy(const struct distances *d, size_t at, size_t end)
{
	double m = at, n = end - at;

	return m * n / (m + n) *
	       (2 * between(d, 0, at, at, end) / (m * n) - between(d, 0, at, 0, at) / (m * (m - 1)) -
		between(d, at, end, at, end) / (n * (n - 1)));
}

/* The split of [lo, hi) that separates most, and as far as which points behind it are alike. */
static size_t best_split(const double *y, size_t lo, size_t hi, size_t *end)
{
	static struct distances d;
	double most = -INFINITY;
	size_t best = lo + LEAST_POINTS;

	measure(&d, y + lo, hi - lo);
	for (size_t at = LEAST_POINTS; at + LEAST_POINTS <= hi - lo; at++) {
		for (size_t to = at + LEAST_POINTS; to <= hi - lo; to++) {
			double q = energy(&d, at, to);

			if (q <= most)
				continue;
			most = q;
			best = lo + at;
			*end = lo + to;
		}
	}
	return best;
}

static void divide(struct series *s, size_t lo, size_t hi)
{
	size_t end = hi, at;

	if (hi - lo < 2 * LEAST_POINTS)
		return;
	at = best_split(s->y, lo, hi, &end);
	if (p_of(s->y, lo, at, end) > WEAK)
		return;
	ARRAY_ADD(s->at, s->count) = at;
	divide(s, lo, at);
	divide(s, at, hi);
}

static int in_order(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void find_candidates(struct series *s)
{
	size_t kept = 0;

	for (size_t lo = 0; lo == 0 || lo + WINDOW_STEP < s->n; lo += WINDOW_STEP)
		divide(s, lo, lo + WINDOW_POINTS < s->n ? lo + WINDOW_POINTS : s->n);
	ARRAY_SORT(s->at, s->count, in_order);
	for (size_t i = 0; i < s->count; i++)
		if (!kept || s->at[kept - 1] != s->at[i])
			s->at[kept++] = s->at[i];
	s->count = kept;
}

/* ---- what stays ---- */

static size_t start_of(const struct series *s, size_t i)
{
	return i ? s->at[i - 1] : 0;
}

static size_t end_of(const struct series *s, size_t i)
{
	return i + 1 < s->count ? s->at[i + 1] : s->n;
}

/* Whoever chose the place paid for all of them. */
static double strong_p(const struct series *s, size_t i)
{
	return fmin(1, (s->n - 1) * p_of(s->y, start_of(s, i), s->at[i], end_of(s, i)));
}

/* By how much the squares about the means would grow without it. */
static double worth_of(const struct series *s, size_t i)
{
	size_t lo = start_of(s, i), at = s->at[i], hi = end_of(s, i);
	double difference = halves_of(s->y, lo, at, hi).difference;

	return difference * difference / (1.0 / (at - lo) + 1.0 / (hi - at));
}

static bool holds(const struct series *s, size_t i, double alpha, double margin)
{
	struct halves h = halves_of(s->y, start_of(s, i), s->at[i], end_of(s, i));

	return strong_p(s, i) <= alpha && fabs(h.difference) > margin;
}

/* The place between its neighbours at which what is left of the spread is least. */
static bool move(struct series *s, size_t i)
{
	size_t lo = start_of(s, i), hi = end_of(s, i), best = s->at[i];
	double all = 0, left = 0, most = -1;

	for (size_t at = lo; at < hi; at++)
		all += s->y[at];
	for (size_t at = lo; at + LEAST_POINTS <= hi; left += s->y[at++]) {
		double n = at - lo, m = hi - at, worth;

		if (n < LEAST_POINTS)
			continue;
		worth = pow(left / n - (all - left) / m, 2) / (1 / n + 1 / m);
		if (worth > most * (1 + 1e-12)) {
			most = worth;
			best = at;
		}
	}
	if (best == s->at[i])
		return false;
	s->at[i] = best;
	return true;
}

static void move_all(struct series *s)
{
	bool moved = true;

	for (int again = 0; again < 10 && moved; again++) {
		moved = false;
		for (size_t i = 0; i < s->count; i++)
			moved |= move(s, i);
	}
}

/*
 * Of those that are left the one that is worth least goes, until each of them holds: without a false one
 * beside it a true one has more points.
 */
static void merge(struct series *s, double alpha, double margin)
{
	while (s->count) {
		size_t least = 0, holding = 0;

		for (size_t i = 0; i < s->count; i++) {
			holding += holds(s, i, alpha, margin);
			if (worth_of(s, i) < worth_of(s, least))
				least = i;
		}
		if (holding == s->count)
			return;
		s->count--;
		for (size_t i = least; i < s->count; i++)
			s->at[i] = s->at[i + 1];
	}
}

/* Points without their gaps, as logarithms where each has one. Returns how many. */
static size_t points_of(const double *x, size_t n, double *y, size_t *index, bool *linear)
{
	size_t count = 0;

	*linear = false;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(x[i]))
			continue;
		*linear |= x[i] <= 0;
		index[count] = i;
		y[count++] = x[i];
	}
	for (size_t i = 0; i < count && !*linear; i++)
		y[i] = log(y[i]);
	return count;
}

/* ---- is there any? ---- */

/* From so many points on Student's t is not believed alone: among many, a few bad ones stand together by chance. */
#define DEALT_FROM 40
/* So many orders at the least and at the most; of an alpha that asks for more the dealing is milder than that. */
#define DEALS_LEAST 999
#define DEALS_MOST  9999
/* Of the orders that may stand off as far at the least, the seen one among them. */
#define AS_FAR_LEAST 2

/* How many for alpha to be told apart from none at all. */
static size_t deals_for(double alpha)
{
	return (size_t)fmin(fmax(DEALS_LEAST, ceil(AS_FAR_LEAST / alpha)), DEALS_MOST);
}

/* The same numbers every time: splitmix64. */
static uint64_t next_number(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void deal(double *y, size_t n, uint64_t *state)
{
	for (size_t i = n - 1; i; i--) {
		size_t j = next_number(state) % (i + 1);
		double kept = y[i];

		y[i] = y[j];
		y[j] = kept;
	}
}

/* Their places in order, of equal ones the middle: one far point among many counts no more than the next. */
static void rank(double *y, size_t n)
{
	double *sorted = must_calloc(n + 1, sizeof(*sorted));

	memcpy(sorted, y, n * sizeof(*y));
	gsl_sort(sorted, 1, n);
	for (size_t i = 0; i < n; i++) {
		size_t below = 0, equal = 0;

		while (below < n && sorted[below] < y[i])
			below++;
		while (below + equal < n && sorted[below + equal] == y[i])
			equal++;
		y[i] = (double)below + (double)(equal - 1) / 2;
	}
	free(sorted);
}

/* How far some stretch of the series stands off from the rest, at the most: of lengths a fifth apart. */
static double standing_off(const double *y, size_t n, double *sums)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		sums[i + 1] = sums[i] + y[i];
	for (size_t length = LEAST_POINTS; length + LEAST_POINTS <= n; length += 1 + length / 5) {
		double m = length, rest = n - length;

		for (size_t at = 0; at + length <= n; at++) {
			double of = sums[at + length] - sums[at];

			most = fmax(most,
				    fabs(of / m - (sums[n] - of) / rest) / sqrt(1 / m + 1 / rest));
		}
	}
	return most;
}

/*
 * Whether the order of the points says anything: if none changed, any order is as likely, whatever the noise is
 * like. So the points are dealt out anew many times, by their ranks. Of few points it is not asked.
 */
static bool order_matters(const double *x, size_t n, double alpha)
{
	double *y = must_calloc(n + 1, sizeof(*y)), *sums = must_calloc(n + 1, sizeof(*sums)), seen;
	size_t *index = must_calloc(n + 1, sizeof(*index)), as_far = 1, deals = deals_for(alpha);
	double most = fmax(alpha * (double)(deals + 1), AS_FAR_LEAST);
	uint64_t state = n;
	bool linear;
	size_t count = points_of(x, n, y, index, &linear);

	rank(y, count);
	seen = standing_off(y, count, sums);
	for (size_t i = 0; count >= DEALT_FROM && i < deals && (double)as_far <= most; i++) {
		deal(y, count, &state);
		as_far += standing_off(y, count, sums) >= seen * (1 - 1e-12);
	}
	free(y);
	free(sums);
	free(index);
	return (double)as_far <= most;
}

static struct change describe(const struct series *s, size_t i, const size_t *index, bool linear)
{
	size_t lo = start_of(s, i), at = s->at[i], hi = end_of(s, i);
	struct halves h = halves_of(s->y, lo, at, hi);
	double half = gsl_cdf_tdist_Qinv(ALPHA / 2, h.freedom) * h.error;

	return (struct change){
		.before = index[at - 1],
		.after = index[at],
		.n_before = at - lo,
		.n_after = hi - at,
		.from = linear ? h.mean[0] : exp(h.mean[0]),
		.to = linear ? h.mean[1] : exp(h.mean[1]),
		.ratio = {linear ? NAN : exp(h.difference), linear ? NAN : exp(h.difference - half),
			  linear ? NAN : exp(h.difference + half)},
		.linear = linear,
		.p = strong_p(s, i),
	};
}

size_t changes_of(const double *x, const bool *lonely, size_t n, double alpha, double margin,
		  struct change **changes)
{
	double *y = must_calloc(n + 1, sizeof(*y)), *left = must_calloc(n + 1, sizeof(*left));
	size_t *index = must_calloc(n + 1, sizeof(*index));
	struct series s = {.y = y};
	size_t count = 0;
	bool linear;

	*changes = NULL;
	for (size_t i = 0; i < n; i++)
		left[i] = lonely && lonely[i] ? NAN : x[i];
	s.n = points_of(left, n, y, index, &linear);
	if (order_matters(x, n, alpha))
		find_candidates(&s);
	merge(&s, alpha, linear ? 0 : log1p(margin));
	move_all(&s);
	merge(&s, alpha, linear ? 0 : log1p(margin));
	for (size_t i = 0; i < s.count; i++)
		ARRAY_ADD(*changes, count) = describe(&s, i, index, linear);
	free(s.at);
	free(y);
	free(left);
	free(index);
	return count;
}

/* ---- lonely points ---- */

#define NEIGHBOURS 3

static double middle_of_three(const double *y)
{
	return fmax(fmin(y[0], y[1]), fmin(fmax(y[0], y[1]), y[2]));
}

size_t lonely_of(const double *x, size_t n, bool *lonely)
{
	double *y = must_calloc(n + 1, sizeof(*y));
	size_t *index = must_calloc(n + 1, sizeof(*index));
	bool linear, *apart = must_calloc(n + 1, sizeof(*apart));
	size_t count = points_of(x, n, y, index, &linear), found = 0;
	double *off = must_calloc(count + 1, sizeof(*off));

	for (size_t i = 0; i < n; i++)
		lonely[i] = false;
	/* At a change a point is like those behind it, so the nearer side counts. */
	for (size_t i = 0; i < count; i++) {
		double left =
			i >= NEIGHBOURS ? y[i] - middle_of_three(&y[i - NEIGHBOURS]) : INFINITY;
		double right =
			i + NEIGHBOURS < count ? y[i] - middle_of_three(&y[i + 1]) : INFINITY;

		off[i] = exp(fabs(left) < fabs(right) ? left : right);
	}
	if (count > 2 * NEIGHBOURS && !linear)
		found = strangers_of((struct side){off, count, {0, 0}},
				     (struct side){NULL, 0, {0, 0}}, apart, NULL);
	for (size_t i = 0; i < count; i++)
		lonely[index[i]] = apart[i];
	free(y);
	free(index);
	free(apart);
	free(off);
	return found;
}
