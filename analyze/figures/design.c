// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/design.h"

#include <math.h>
#include <string.h>

#include "analyze/figures/strangers.h"
#include "analyze/load/settings.h"

static double *throughputs(const struct configuration *c)
{
	double *t = must_calloc(c->count + 1, sizeof(*t));
	const struct exponents exponents = {1, 1};

	for (size_t i = 0; i < c->count; i++)
		t[i] = outcome_of(c->runs[i], &exponents).of[THROUGHPUT];
	return t;
}

/* ---- rounds ---- */

static const char *host_fact(const struct run *run, enum metric_id id)
{
	const char *value = run_fact(run, id, END_HOST, NULL);

	return value ? value : "";
}

/* The part before the last slash is the experiment's directory. */
static bool same_place(const char *a, const char *b)
{
	const char *a_slash = strrchr(a, '/');
	const char *b_slash = strrchr(b, '/');
	size_t len = a_slash ? a_slash - a : 0;

	return len == (size_t)(b_slash ? b_slash - b : 0) && !strncmp(a, b, len);
}

static bool one_experiment(const struct configuration *a, const struct configuration *b)
{
	const char *seed = host_fact(a->runs[0], METRIC_fact_seed);

	if (!*seed || !same_place(a->directory, b->directory))
		return false;
	for (int side = 0; side < 2; side++) {
		const struct configuration *c = side ? b : a;

		for (size_t i = 0; i < c->count; i++)
			if (strcmp(host_fact(c->runs[i], METRIC_fact_seed), seed))
				return false;
	}
	return true;
}

/* The one run of a repeat; count where none is, or several are. */
static size_t of_repeat(const struct configuration *c, const char *repeat)
{
	size_t found = c->count;

	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(host_fact(c->runs[i], METRIC_fact_repeat), repeat))
			continue;
		if (found < c->count)
			return c->count;
		found = i;
	}
	return found;
}

static void find_rounds(struct design *d)
{
	if (!one_experiment(d->a, d->b))
		return;
	for (size_t i = 0; i < d->a->count; i++) {
		const char *repeat = host_fact(d->a->runs[i], METRIC_fact_repeat);
		size_t own = *repeat ? of_repeat(d->a, repeat) : d->a->count;
		size_t other = *repeat ? of_repeat(d->b, repeat) : d->b->count;

		if (own != i || other == d->b->count)
			continue;
		d->rounds = must_grow(d->rounds, d->round_count, sizeof(*d->rounds));
		d->rounds[d->round_count][0] = i;
		d->rounds[d->round_count++][1] = other;
	}
}

/* ---- starts of the machine ---- */

static const char *start_of(const struct run *run)
{
	return run_fact(run, METRIC_fact_host, END_HOST, "boot");
}

/* Of each run the first of its set that is of the same start. Returns how many starts; 0: of some it is not known. */
static size_t starts_of(const struct configuration *c, size_t *first)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const char *start = start_of(c->runs[i]);

		if (!start)
			return 0;
		first[i] = 0;
		while (strcmp(start_of(c->runs[first[i]]), start) != 0)
			first[i]++;
		count += first[i] == i;
	}
	return count;
}

/* How many of the runs are of a start of which the other set has some, too. Of all of them it is known. */
static size_t runs_in_common(const struct configuration *of, const struct configuration *other)
{
	size_t count = 0;

	for (size_t i = 0; i < of->count; i++) {
		size_t j = 0;

		while (j < other->count &&
		       strcmp(start_of(of->runs[i]), start_of(other->runs[j])) != 0)
			j++;
		count += j < other->count;
	}
	return count;
}

static void find_starts(struct design *d)
{
	size_t shared[2];

	for (int side = 0; side < 2; side++) {
		const struct configuration *c = side ? d->b : d->a;

		d->start[side] = must_calloc(c->count + 1, sizeof(**d->start));
		d->starts[side] = starts_of(c, d->start[side]);
	}
	if (!d->starts[0] || !d->starts[1])
		return;
	shared[0] = runs_in_common(d->a, d->b);
	shared[1] = runs_in_common(d->b, d->a);
	d->starts_common = shared[0] > 0;
	d->starts_differ = 2 * shared[0] < d->a->count || 2 * shared[1] < d->b->count;
}

static bool by_starts(const struct design *d)
{
	return d->starts_differ && d->starts[0] > 1 && d->starts[1] > 1;
}

bool design_confounded(const struct design *d)
{
	return d->starts_differ && !by_starts(d);
}

/* ---- runs of another mode ---- */

static double middle_of(const double *values, const bool *apart, size_t count)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(values[i] > 0) || apart[i])
			continue;
		sum += log(values[i]);
		n++;
	}
	return n ? exp(sum / n) : NAN;
}

double design_unlike(const struct configuration *c, const bool *apart, size_t run)
{
	double *t = throughputs(c);
	double ratio = t[run] / middle_of(t, apart, c->count);

	free(t);
	return ratio;
}

/* Of a round that is unlike the others, the run that lies further from its own set. */
static void blame(struct design *d, size_t round, const double *t_a, const double *t_b)
{
	size_t i = d->rounds[round][0], j = d->rounds[round][1];
	double far_a = fabs(log(t_a[i] / middle_of(t_a, d->apart[0], d->a->count)));
	double far_b = fabs(log(t_b[j] / middle_of(t_b, d->apart[1], d->b->count)));

	d->apart[far_b > far_a][far_b > far_a ? j : i] = true;
}

static void strangers_by_round(struct design *d, const double *t_a, const double *t_b)
{
	double *ratio = must_calloc(d->round_count, sizeof(*ratio));
	bool *apart = must_calloc(d->round_count, sizeof(*apart));

	for (size_t i = 0; i < d->round_count; i++)
		ratio[i] = t_b[d->rounds[i][1]] / t_a[d->rounds[i][0]];
	d->apart_count = strangers_of((struct side){ratio, d->round_count, {0, 0}},
				      (struct side){NULL, 0, {0, 0}}, apart, NULL);
	for (size_t i = 0; i < d->round_count; i++)
		if (apart[i])
			blame(d, i, t_a, t_b);
	free(ratio);
	free(apart);
}

static void find_strangers(struct design *d)
{
	double *t_a = throughputs(d->a);
	double *t_b = throughputs(d->b);

	if (d->layout == LAYOUT_ROUNDS)
		strangers_by_round(d, t_a, t_b);
	else
		d->apart_count = strangers_of((struct side){t_a, d->a->count, {0, 0}},
					      (struct side){t_b, d->b->count, {0, 0}}, d->apart[0],
					      d->apart[1]);
	free(t_a);
	free(t_b);
}

size_t configuration_strangers(const struct configuration *c, bool *apart)
{
	double *t = throughputs(c);
	size_t found = strangers_of((struct side){t, c->count, {0, 0}},
				    (struct side){NULL, 0, {0, 0}}, apart, NULL);

	free(t);
	return found;
}

/* ---- calibration ---- */

/*
 * By how much a part of the machine was faster or slower before the runs of B than before those of A,
 * where that is more than it varies by: as a logarithm. 0 where it is not, or not known.
 */
static double shift_of(const struct design *d, enum metric_id id)
{
	double *x[2], shift;
	bool known = true;
	struct comparison c;
	const struct contrast_how how = {LAYOUT_MIXED, 0, 0};

	for (int side = 0; side < 2; side++) {
		const struct configuration *of = side ? d->b : d->a;

		x[side] = must_calloc(of->count + 1, sizeof(**x));
		for (size_t i = 0; i < of->count; i++) {
			x[side][i] =
				run_figure(of->runs[i], id, run_machine(of->runs[i], END_RX), NULL);
			known = known && x[side][i] > 0;
		}
	}
	c = contrast((struct side){x[0], d->a->count, {0, 0}},
		     (struct side){x[1], d->b->count, {0, 0}}, &how);
	shift = known && c.p_margin < 0.05 ? log(c.ratio.center) : 0;
	free(x[0]);
	free(x[1]);
	return shift;
}

static void find_calibration(struct design *d)
{
	static const struct {
		enum metric_id id;
		const char *words;
	} parts[] = {
		{METRIC_calibration_syscall, "the time of a system call"},
		{METRIC_calibration_copy, "the time of a copy in memory"},
		{METRIC_calibration_wakeup, "the time of a wake-up"},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		double shift = fabs(shift_of(d, parts[i].id));

		if (shift > d->calibration) {
			d->calibration = shift;
			d->calibrated_by = parts[i].words;
		}
	}
}

void design_of(struct design *d, const struct configuration *a, const struct configuration *b)
{
	*d = (struct design){.a = a, .b = b, .layout = LAYOUT_MIXED};
	d->apart[0] = must_calloc(a->count + 1, sizeof(bool));
	d->apart[1] = must_calloc(b->count + 1, sizeof(bool));
	find_rounds(d);
	find_starts(d);
	if (d->round_count >= 2 && 2 * d->round_count >= a->count && 2 * d->round_count >= b->count)
		d->layout = LAYOUT_ROUNDS;
	else if (one_after_other(a, b))
		d->layout = LAYOUT_APART;
	if (d->layout == LAYOUT_APART)
		find_calibration(d);
	find_strangers(d);
}

void design_free(struct design *d)
{
	free(d->rounds);
	for (int side = 0; side < 2; side++) {
		free(d->apart[side]);
		free(d->start[side]);
	}
}

/* ---- figures ---- */

static bool usable(const struct design *d, int side, const double *values, size_t run)
{
	return !isnan(values[run]) && !d->apart[side][run];
}

/* Of the runs of one start: their mean on logarithms, as runs are compared; NAN where none is usable. */
static double mean_of_start(const struct design *d, int side, const double *values, size_t first)
{
	const struct configuration *c = side ? d->b : d->a;
	double sum = 0, logs = 0;
	size_t n = 0;

	for (size_t i = first; i < c->count; i++) {
		if (d->start[side][i] != first || !usable(d, side, values, i))
			continue;
		sum += values[i];
		logs += log(values[i]);
		n++;
	}
	if (!n)
		return NAN;
	return isfinite(logs) ? exp(logs / (double)n) : sum / (double)n;
}

size_t design_samples(const struct design *d, int side, const double *values, double *samples)
{
	const struct configuration *c = side ? d->b : d->a;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = values[i];

		if (by_starts(d) && d->start[side][i] != i)
			continue;
		if (by_starts(d))
			value = mean_of_start(d, side, values, i);
		else if (!usable(d, side, values, i))
			continue;
		if (!isnan(value))
			samples[n++] = value;
	}
	return n;
}

/* Of samples that are the mean of several runs each. */
static struct side side_of(const struct design *d, int side, const double *samples, size_t n,
			   struct grain grain)
{
	size_t runs = (side ? d->b : d->a)->count;
	double each = by_starts(d) && runs ? (double)n / (double)runs : 1;

	return (struct side){samples, n, {grain.quantum * each, grain.variance * each}};
}

struct comparison design_contrast(const struct design *d, const double *a, const double *b,
				  const struct grain grain[2], double margin)
{
	struct contrast_how how = {d->layout, margin, d->calibration};
	double *x = must_calloc(d->a->count + 1, sizeof(*x));
	double *y = must_calloc(d->b->count + 1, sizeof(*y));
	size_t n_x = 0, n_y = 0;
	struct comparison c;

	for (size_t i = 0; d->layout == LAYOUT_ROUNDS && i < d->round_count; i++) {
		const size_t *round = d->rounds[i];

		if (usable(d, 0, a, round[0]) && usable(d, 1, b, round[1])) {
			x[n_x++] = a[round[0]];
			y[n_y++] = b[round[1]];
		}
	}
	/* A figure that one of the sets lacks, or both in every round, has still a mean. */
	if (!n_x) {
		how.layout = d->layout == LAYOUT_ROUNDS ? LAYOUT_MIXED : d->layout;
		n_x = design_samples(d, 0, a, x);
		n_y = design_samples(d, 1, b, y);
	}
	c = contrast(side_of(d, 0, x, n_x, grain[0]), side_of(d, 1, y, n_y, grain[1]), &how);
	free(x);
	free(y);
	return c;
}

struct comparison design_quantity(const struct design *d, enum quantity q,
				  const struct exponents *exponents, double margin)
{
	struct grain grain[2] = {{0, 0}, {0, 0}};
	double *x[2];
	struct comparison c;

	for (int side = 0; side < 2; side++) {
		const struct configuration *of = side ? d->b : d->a;

		x[side] = must_calloc(of->count + 1, sizeof(**x));
		for (size_t i = 0; i < of->count; i++) {
			struct outcome o = outcome_of(of->runs[i], exponents);

			x[side][i] = o.of[q];
			if (o.off[q] > 0 && o.of[q] > 0)
				grain[side].variance +=
					pow(o.off[q] / o.of[q], 2) / (double)of->count;
		}
	}
	c = design_contrast(d, x[0], x[1], grain, margin);
	free(x[0]);
	free(x[1]);
	return c;
}
