// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/strangers.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/memory.h"

#define STRANGER_ALPHA	      0.01
#define STRANGER_ALPHA_POOLED 0.001

/* What has been set apart of the logarithms of a set so far. */
struct rest {
	double *y;
	size_t n, room; /* room: how many may still be set apart */
	bool *apart;
};

static bool all_positive(struct side s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.x[i] > 0) || isinf(s.x[i]))
			return false;
	return true;
}

static double *logarithms(struct side s)
{
	double *y = must_calloc(s.n + 1, sizeof(*y));

	for (size_t i = 0; i < s.n; i++)
		y[i] = log(s.x[i]);
	return y;
}

static size_t left(const struct rest *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->n; i++)
		count += !r->apart[i];
	return count;
}

static double mean_left(const struct rest *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += r->apart[i] ? 0 : r->y[i];
	return sum / left(r);
}

static double squares_left(const struct rest *r)
{
	double mean = mean_left(r);
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += r->apart[i] ? 0 : (r->y[i] - mean) * (r->y[i] - mean);
	return sum;
}

/* Whom one more step takes away, and whether the step alone is significant. */
static bool step_away(struct rest *rests, size_t sets)
{
	double squares = 0, freedom = 0, total = 0, most = -1, t;
	struct rest *of = NULL;
	size_t which = 0;

	for (size_t s = 0; s < sets; s++) {
		double mean = mean_left(&rests[s]);
		size_t count = left(&rests[s]);

		squares += squares_left(&rests[s]);
		freedom += count - 1.0;
		total += count;
		for (size_t i = 0; rests[s].room && i < rests[s].n; i++) {
			double far = fabs(rests[s].y[i] - mean) / sqrt(1 - 1.0 / count);

			if (!rests[s].apart[i] && far > most) {
				most = far;
				of = &rests[s];
				which = i;
			}
		}
	}
	if (!of || freedom < 2)
		return false;
	/* Studentized by what the others say, which is Student's t exactly. */
	squares = fmax(squares - most * most, 0);
	t = squares > 0 ? most / sqrt(squares / (freedom - 1)) : most > 1e-9 ? INFINITY : 0;
	of->apart[which] = true;
	of->room--;
	return isinf(t) || 2 * gsl_cdf_tdist_Q(t, freedom - 1) * total <
				   (sets > 1 ? STRANGER_ALPHA_POOLED : STRANGER_ALPHA);
}

/* The last step that is significant, with all before it: two strangers hide one another. */
static size_t set_apart(struct rest *rests, size_t sets)
{
	bool *kept[2] = {NULL, NULL};
	size_t steps = 0, found = 0;

	for (size_t s = 0; s < sets; s++)
		kept[s] = must_calloc(rests[s].n + 1, sizeof(bool));
	while (rests[0].room + (sets > 1 ? rests[1].room : 0)) {
		bool significant = step_away(rests, sets);

		steps++;
		for (size_t s = 0; significant && s < sets; s++)
			for (size_t i = 0; i < rests[s].n; i++)
				kept[s][i] = rests[s].apart[i];
		found = significant ? steps : found;
	}
	for (size_t s = 0; s < sets; s++) {
		for (size_t i = 0; i < rests[s].n; i++)
			rests[s].apart[i] = kept[s][i];
		free(kept[s]);
	}
	return found;
}

/*
 * Whom the other set, of which so much is known, would not take for a stranger either comes back. Where
 * runs have two modes, that of few may be left out of one set, while the other has too many of it to do
 * so: then sets that are equal differ by what was left out (of ten runs each with one in five in a mode
 * 10 sd away, in 19 of 100 comparisons; so in 6).
 */
static size_t take_back(struct rest *r, double spread, size_t others)
{
	double mean = mean_left(r), error = spread * sqrt(1 + 1.0 / left(r));
	size_t back = 0;

	for (size_t i = 0; i < r->n; i++) {
		double t = fabs(r->y[i] - mean) / error;

		if (!r->apart[i] || 2 * gsl_cdf_tdist_Q(t, others - 1.0) * r->n < STRANGER_ALPHA)
			continue;
		r->apart[i] = false;
		back++;
	}
	return back;
}

/* Each with its own spread; and by that of the other, too, where both have one. */
static size_t set_apart_each(struct rest *rests)
{
	size_t found = 0, others[2];
	double spread[2];

	for (int s = 0; s < 2; s++)
		if (rests[s].n >= STRANGERS_LEAST)
			found += set_apart(&rests[s], 1);
	if (rests[0].n < STRANGERS_LEAST || rests[1].n < STRANGERS_LEAST)
		return found;
	for (int s = 0; s < 2; s++) {
		others[s] = left(&rests[s]);
		spread[s] = sqrt(squares_left(&rests[s]) / (others[s] - 1.0));
	}
	for (int s = 0; s < 2; s++)
		if (spread[!s] > 0)
			found -= take_back(&rests[s], spread[!s], others[!s]);
	return found;
}

static size_t may_go(size_t n)
{
	return n >= STRANGERS_LEAST ? (n + 2) / 5 : n >= 3;
}

size_t strangers_of(struct side a, struct side b, bool *in_a, bool *in_b)
{
	struct rest rests[2] = {{.n = a.n, .room = may_go(a.n), .apart = in_a},
				{.n = b.n, .room = may_go(b.n), .apart = in_b}};
	size_t found = 0;

	for (size_t i = 0; i < a.n; i++)
		in_a[i] = false;
	for (size_t i = 0; i < b.n; i++)
		in_b[i] = false;
	if (!all_positive(a) || !all_positive(b))
		return 0;
	rests[0].y = logarithms(a);
	rests[1].y = logarithms(b);
	if (a.n < STRANGERS_LEAST && b.n < STRANGERS_LEAST && a.n > 1 && b.n > 1)
		found = set_apart(rests, 2);
	else
		found = set_apart_each(rests);
	free(rests[0].y);
	free(rests[1].y);
	return found;
}
