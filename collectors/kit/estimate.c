// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/estimate.h"

#include <math.h>

/* With fewer of it in all slices than these, a measure says less than time does. */
#define LEAST 50
/* Fewer slices do not tell which measure is better. */
#define SLICES_LEAST 4
/* In effect, as Kish counts them: less is one slice, and a little of another. */
#define SLICES_MET 1.5

const char *const measure_name[MEASURES] = {"time", "packets", "pages"};

void sampled_add(struct sampled *s, const struct extent *slice)
{
	s->count++;
	for (int by = 0; by < MEASURES; by++) {
		double x = (double)slice->of[by];

		s->failed[by] |= slice->failed[by];
		s->x[by] += x;
		s->xx[by] += x * x;
	}
}

void moments_add(struct moments *m, const struct extent *slice, double counted)
{
	m->y += counted;
	m->yy += counted * counted;
	for (int by = 0; by < MEASURES; by++)
		m->xy[by] += counted * (double)slice->of[by];
}

double estimate_scale(const struct sampled *s, enum measure by, const struct extent *window)
{
	double scale = s->x[by] > 0 ? (double)window->of[by] / s->x[by] : 0;

	return s->count ? fmax(scale, 1) : 0;
}

/* The part of the window that no slice met. */
static double unseen(const struct sampled *s, const struct extent *window)
{
	return 1 - fmin(s->x[MEASURE_TIME] / (double)window->of[MEASURE_TIME], 1);
}

/* By how much a sum over so many slices varies more than the squares over these few of them say. */
static double spread(double n)
{
	return n / fmax(n - 1, 0.5);
}

/* Square of the relative standard error by what slices differ; two of them at least. */
static double relative_variance(const struct sampled *s, const struct moments *m, enum measure by,
				const struct extent *window)
{
	/* Slices in which hardly any of it came say hardly anything (Kish's effective number). */
	double n = s->x[by] * s->x[by] / s->xx[by], ratio = m->y / s->x[by];
	double rest = m->yy - 2 * ratio * m->xy[by] + ratio * ratio * s->xx[by];
	double part = unseen(s, window);

	/* That of the sum is n times that of a slice; but never less than chance makes of counts. */
	return fmax(part * spread(n) * fmax(rest, 0) / (m->y * m->y), part / m->y);
}

double estimate_error(const struct sampled *s, const struct moments *m, enum measure by,
		      const struct extent *window)
{
	double variance, by_time, apart;

	if (s->count < 2 || !(m->y > 0) || !(s->x[by] > 0))
		return NAN;
	variance = relative_variance(s, m, by, window);
	by_time = relative_variance(s, m, MEASURE_TIME, window);
	apart = estimate_scale(s, MEASURE_TIME, window) / estimate_scale(s, by, window) - 1;
	if (apart * apart > 4 * (variance + by_time))
		variance = fmax(variance, apart * apart / 4);
	return sqrt(variance);
}

void products_add(struct products *p, double y, double x)
{
	p->y += y;
	p->x += x;
	p->yy += y * y;
	p->xx += x * x;
	p->xy += x * y;
}

double estimate_ratio_error(const struct sampled *s, const struct products *p,
			    const struct extent *window)
{
	double ratio = p->y / p->x, rest, n;

	if (s->count < 2 || !(p->y > 0) || !(p->x > 0))
		return NAN;
	n = p->x * p->x / p->xx;
	/* Slices do not differ where all of it came in one. */
	if (n < SLICES_MET)
		return NAN;
	rest = p->yy - 2 * ratio * p->xy + ratio * ratio * p->xx;
	/* Where they are all alike, the next event may be the first that is not. */
	return sqrt(unseen(s, window) *
		    fmax(spread(n) * fmax(rest, 0) / (p->y * p->y), 1 / (p->x * p->x)));
}

/* Of all figures together; what is off by all of itself is not further off. */
static double badness(const struct sampled *s, const struct moments *figures, unsigned int count,
		      enum measure by, const struct extent *window)
{
	double sum = 0;

	for (unsigned int i = 0; i < count; i++)
		if (figures[i].y > 0)
			sum += fmin(relative_variance(s, &figures[i], by, window), 1);
	return sum;
}

enum measure estimate_choose(const struct sampled *s, const struct moments *figures,
			     unsigned int count, enum measure follows, const struct extent *window)
{
	if (s->x[follows] < LEAST || s->failed[follows] || window->failed[follows])
		return MEASURE_TIME;
	if (s->count < SLICES_LEAST)
		return follows;
	/* What a source says of itself is believed until slices say clearly that it is not so. */
	return 2 * badness(s, figures, count, MEASURE_TIME, window) <
			       badness(s, figures, count, follows, window)
		       ? MEASURE_TIME
		       : follows;
}
