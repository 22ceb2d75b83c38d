// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/compare.h"

#include <math.h>
#include <string.h>

bool item_is_cost(const struct item *item)
{
	return item->what.section == SECTION_COST && strcmp(item->what.name, MEASURE_COST_TOTAL) &&
	       strcmp(item->what.name, MEASURE_COST_ACCOUNTED) &&
	       (!end_is_machine(item->what.end) ||
		strncmp(item->what.name, "task/", strlen("task/")));
}

double item_share(const struct item *item, const struct comparing *c, double margin)
{
	if (!item_is_cost(item) || fabs(c->cost_change) < margin * c->cost_before)
		return NAN;
	return 100 * item->change / c->cost_change;
}

static double *unmeasured(size_t count)
{
	double *values = must_calloc(count, sizeof(*values));

	for (size_t i = 0; i < count; i++)
		values[i] = NAN;
	return values;
}

static bool same_measure(const struct measure *a, const struct measure *b)
{
	return a->section == b->section && a->end == b->end && !strcmp(a->name, b->name) &&
	       !strcmp(a->unit, b->unit);
}

/* Runs have their measures in one order, so that the next one is most often behind the last: *at. */
static struct item *item_for(struct comparing *c, const struct measure *m, size_t n_a, size_t n_b,
			     size_t *at)
{
	struct item *item;

	for (size_t i = 0; i < c->count; i++) {
		item = &c->items[(*at + i) % c->count];
		if (same_measure(&item->what, m)) {
			*at = (size_t)(item - c->items) + 1;
			return item;
		}
	}
	item = &ARRAY_ADD(c->items, c->count);
	*item = (struct item){
		.order = c->count,
		.what = *m,
		.a = unmeasured(n_a),
		.b = unmeasured(n_b),
		.change = NAN,
	};
	item->what.name = arena_text(&c->texts, m->name, strlen(m->name));
	item->what.unit = arena_text(&c->texts, m->unit, strlen(m->unit));
	return item;
}

/* A run of either set that has rows of the item's metric: by it others are known to have seen none. */
static const struct run *witness_of(const struct item *item, const struct configuration *a,
				    const struct configuration *b)
{
	for (int side = 0; side < 2; side++) {
		const struct configuration *of = side ? b : a;

		for (size_t i = 0; i < of->count; i++)
			if (run_range(of->runs[i], item->what.source, item->what.end).count)
				return of->runs[i];
	}
	return NULL;
}

/* Of what a run that moved nothing, or had no window, there is no figure by the byte or by time: no zero either. */
static bool may_be_zero(const struct item *item, const struct run *run)
{
	const char *unit = item->what.unit;
	bool by_bytes = !strcmp(unit, "/GB") || !strcmp(unit, "ns/KB");

	if (by_bytes)
		return !isnan(run_payload(run, item->what.end));
	return strcmp(unit, "% of time") != 0 || !isnan(run_window_ns(run, item->what.end));
}

/* What a source that measured did not see in a run did not happen there: that is a zero. */
static void fill_zeros(const struct item *item, const struct configuration *of,
		       const struct run *witness, double *values)
{
	for (size_t i = 0; i < of->count; i++)
		if (isnan(values[i]) && may_be_zero(item, of->runs[i]) &&
		    run_measured(of->runs[i], item->what.end, item->what.source, witness))
			values[i] = 0;
}

/*
 * A function that a table which was cut off does not list has at most as many samples as its last
 * row: as if it had as many, it has changed by less than it did.
 */
static void fill_floors(const struct item *item, const struct configuration *of, double *values)
{
	for (size_t i = 0; i < of->count; i++) {
		double floor = run_figure(of->runs[i], METRIC_profile_floor, item->what.end, NULL);

		if (isnan(values[i]) && !isnan(floor))
			values[i] = floor * sample_worth(of->runs[i], item->what.end);
	}
}

static void fill_item(const struct item *item, const struct configuration *a,
		      const struct configuration *b)
{
	const struct run *witness;

	/* A level that nobody saw is not a level of zero. */
	if (item->what.source == METRIC_NONE || metric_info(item->what.source)->kind == KIND_GAUGE)
		return;
	if (item->what.source == METRIC_profile_symbol) {
		fill_floors(item, a, item->a);
		fill_floors(item, b, item->b);
	}
	witness = witness_of(item, a, b);
	fill_zeros(item, a, witness, item->a);
	fill_zeros(item, b, witness, item->b);
}

/* A mean over the runs of a set. Of an error that is not known what the runs differ by has to do. */
static void add_grain(struct grain *grain, const struct measure *m, size_t runs)
{
	grain->quantum += m->quantum / runs;
	if (!isnan(m->error))
		grain->variance += m->error * m->error / runs;
}

static void collect(struct comparing *c, const struct configuration *a,
		    const struct configuration *b, const struct common *common)
{
	for (int side = 0; side < 2; side++) {
		const struct configuration *of = side ? b : a;

		for (size_t i = 0; i < of->count; i++) {
			struct measures m;
			size_t at = 0;

			measures_of(&m, of->runs[i], &common->exponents);
			for (size_t j = 0; j < m.count; j++) {
				struct item *item = item_for(c, &m.at[j], a->count, b->count, &at);

				(side ? item->b : item->a)[i] = m.at[j].value;
				add_grain(&item->grain[side], &m.at[j], of->count);
			}
			measures_free(&m);
		}
	}
	for (size_t i = 0; i < c->count; i++)
		fill_item(&c->items[i], a, b);
}

/* "recv calls", "recv errors" and "recv time" are of one call: which is the one of a word? */
static struct item *sibling(const struct comparing *c, const struct item *of, const char *word)
{
	size_t len = strcspn(of->what.name, " ") + 1;

	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];

		if (item->what.section == SECTION_SYSCALLS && item->what.end == of->what.end &&
		    !strncmp(item->what.name, of->what.name, len) &&
		    !strcmp(item->what.name + len, word))
			return item;
	}
	return NULL;
}

/* Samples in a function over all runs of both sets: of fewer nothing can be said. */
#define SYMBOL_SAMPLES 10

static double samples_of(const struct item *item, size_t n_a, size_t n_b)
{
	double sum = 0;

	for (size_t i = 0; i < n_a; i++)
		sum += item->a[i] > 0 ? item->a[i] / item->grain[0].quantum : 0;
	for (size_t i = 0; i < n_b; i++)
		sum += item->b[i] > 0 ? item->b[i] / item->grain[1].quantum : 0;
	return sum;
}

static double largest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = isnan(values[i]) ? most : fmax(most, values[i]);
	return most;
}

/*
 * Calls of the threads that only wait for the end (less than one in a gigabyte, in every run of
 * both sets) say nothing about the data path, and would only cost the other tests their power.
 */
static void drop_rare_calls(struct comparing *c, size_t n_a, size_t n_b)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];
		const struct item *calls =
			item->what.section == SECTION_SYSCALLS ? sibling(c, item, "calls") : NULL;

		item->rare = calls && largest(calls->a, n_a) < 1 && largest(calls->b, n_b) < 1;
		if (item->what.section == SECTION_SYMBOLS)
			item->rare = samples_of(item, n_a, n_b) < SYMBOL_SAMPLES;
	}
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].rare) {
			free(c->items[i].a);
			free(c->items[i].b);
		} else {
			c->items[kept++] = c->items[i];
		}
	}
	c->count = kept;
}

static size_t measured(const double *values, size_t count, double *found)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			found[n++] = values[i];
	return n;
}

/* Of what is compared: where a start of the machine is one sample, its runs are not dealt out apart. */
static double permutation(const struct design *d, const struct item *item)
{
	double *a = must_calloc(d->a->count + 1, sizeof(*a));
	double *b = must_calloc(d->b->count + 1, sizeof(*b));
	bool starts = d->starts_differ && !design_confounded(d);
	size_t in_a = starts ? design_samples(d, 0, item->a, a) : measured(item->a, d->a->count, a);
	size_t in_b = starts ? design_samples(d, 1, item->b, b) : measured(item->b, d->b->count, b);
	double p = stats_permutation(a, in_a, b, in_b);

	free(a);
	free(b);
	return p;
}

/* Each figure by itself; verdicts come after. */
static void contrast_items(struct comparing *c, double margin, bool all_p)
{
	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];

		item->comparison =
			design_contrast(&c->design, item->a, item->b, item->grain, margin);
		/* All splits take time, and only a program reads p of every figure. */
		item->p_permutation = item->what.section == SECTION_RESULT || all_p
					      ? permutation(&c->design, item)
					      : NAN;
	}
}

static double or_zero(double x)
{
	return isnan(x) ? 0 : x;
}

/*
 * Time in a call per KB is calls per KB times the time of one; its change is split between the
 * two by their logarithms (LMDI: Ang, Energy Policy 33, 2005), which leaves no rest.
 */
static void split_call(struct item *calls, struct item *time)
{
	const double ns_per_kb = 1e-6; /* calls per GB x ns */
	const struct comparison *n = &calls->comparison;
	const struct comparison *t = &time->comparison;
	double before = or_zero(n->a) * or_zero(t->a) * ns_per_kb;
	double after = or_zero(n->b) * or_zero(t->b) * ns_per_kb;
	double mean;

	if (before <= 0 || after <= 0) {
		calls->change = after - before;
		time->change = 0;
		return;
	}
	mean = before == after ? before : (after - before) / log(after / before);
	calls->change = mean * log(n->b / n->a);
	time->change = mean * log(t->b / t->a);
}

static double mean_measured(const double *values, size_t count)
{
	double *found = must_calloc(count, sizeof(*found));
	double mean = stats_mean(found, measured(values, count, found));

	free(found);
	return mean;
}

static void weigh(struct comparing *c, size_t n_a, size_t n_b)
{
	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];
		if (item->what.section == SECTION_COST || item->what.section == SECTION_SYMBOLS) {
			/* Arithmetic means add up, geometric ones do not. */
			item->comparison.a = mean_measured(item->a, n_a);
			item->comparison.b = mean_measured(item->b, n_b);
			item->change = item->comparison.b - item->comparison.a;
			if (item_is_cost(item) && !isnan(item->change)) {
				c->cost_before += or_zero(item->comparison.a);
				c->cost_change += item->change;
			}
		} else if (item->what.section == SECTION_SYSCALLS &&
			   sibling(c, item, "calls") == item && sibling(c, item, "time")) {
			split_call(item, sibling(c, item, "time"));
		}
	}
}

static double weight(const struct item *item)
{
	double ratio = item->comparison.ratio.center;

	if (!isnan(item->change))
		return fabs(item->change);
	return ratio > 0 ? fabs(log(ratio)) : item->comparison.b > 0;
}

/* Calls that are there to wait: their time says how long nothing happened, not what it cost. */
static bool waits(const char *name)
{
	static const char *const calls[] = {
		"epoll_wait ", "epoll_pwait", "poll ",	    "ppoll ",		"select ",
		"pselect6 ",   "futex ",      "nanosleep ", "clock_nanosleep ",
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strncmp(name, calls[i], strlen(calls[i])))
			return true;
	return false;
}

/* In no run of one of the sets: what appeared or vanished says more than what grew. */
static bool came_or_went(const struct item *item)
{
	return item->what.section == SECTION_SYMBOLS && item_claimed(item) &&
	       (item->comparison.a == 0 || item->comparison.b == 0);
}

/*
 * Behind the others of their section: what tasks of neither end cost, and the time of calls that
 * are there to wait.
 */
static bool comes_last(const struct item *item)
{
	if (item->what.section == SECTION_COST)
		return end_is_machine(item->what.end) && !item_is_cost(item);
	if (item->what.section == SECTION_SYMBOLS)
		return end_is_machine(item->what.end);
	return item->what.section == SECTION_SYSCALLS && waits(item->what.name);
}

/* Results keep their order; else what is claimed comes first, and what moved most of it. */
static int by_weight(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;
	double more;

	if (x->what.section != y->what.section)
		return x->what.section < y->what.section ? -1 : 1;
	if (x->what.section == SECTION_RESULT)
		return x->order < y->order ? -1 : 1;
	if (comes_last(x) != comes_last(y))
		return comes_last(x) ? 1 : -1;
	if (came_or_went(x) != came_or_went(y))
		return came_or_went(x) ? -1 : 1;
	if (isnan(x->change) != isnan(y->change))
		return isnan(x->change) ? 1 : -1;
	if (isnan(x->change) && item_claimed(x) != item_claimed(y))
		return item_claimed(x) ? -1 : 1;
	more = weight(y) - weight(x);
	if (more > 0 || more < 0)
		return more > 0 ? 1 : -1;
	return strcmp(x->what.name, y->what.name);
}

void compare_runs(struct comparing *c, const struct configuration *a, const struct configuration *b,
		  const struct common *common)
{
	*c = (struct comparing){.items = NULL};
	design_of(&c->design, a, b);
	collect(c, a, b, common);
	drop_rare_calls(c, a->count, b->count);
	contrast_items(c, common->margin,
		       common->format == FORMAT_CSV || common->format == FORMAT_JSON);
	decide(c, common->margin);
	weigh(c, a->count, b->count);
	ARRAY_SORT(c->items, c->count, by_weight);
}

const struct item *compare_result(const struct comparing *k, enum quantity q)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->items[i].what.section == SECTION_RESULT &&
		    !strcmp(k->items[i].what.name, quantity_info(q)->words))
			return &k->items[i];
	return NULL;
}

void compare_free(struct comparing *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].a);
		free(c->items[i].b);
	}
	free(c->items);
	design_free(&c->design);
	arena_free(&c->texts);
}
