// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/published.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/design.h"

/* What was published as a ratio this close to one was published as no difference. */
#define ALIKE 0.02
/* That two are alike can be said where the interval is no wider than this, from end to end. */
#define KNOWN 1.2

/* The names of links that are no device, as the fact link has them; anything else is one. */
static const char *const links[] = {"nic", "veth", "dummy", "loopback", "forward"};

static int take_over(struct published *p, const char *text, char *why, size_t size)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (!strcmp(text, links[i])) {
			snprintf(p->over, sizeof(p->over), "%s", text);
			return 0;
		}
	snprintf(why, size, "over=%s: expected nic, veth, dummy, loopback or forward", text);
	return -1;
}

/* In namespaces, and attached, the driver says what it is. */
static void over_of(const struct run *run, char over[16])
{
	const char *link = run_fact(run, METRIC_fact_link, END_HOST, NULL);
	const char *driver = run_fact(run, METRIC_fact_nic, END_TX, "driver");

	*over = '\0';
	for (size_t i = 1; link && i < sizeof(links) / sizeof(*links); i++)
		if (!strcmp(link, links[i]))
			snprintf(over, 16, "%s", link);
	if (!driver)
		driver = run_fact(run, METRIC_fact_nic, END_RX, "driver");
	for (size_t i = 1; driver && !*over && i < sizeof(links) / sizeof(*links); i++)
		if (!strcmp(driver, links[i]))
			snprintf(over, 16, "%s", driver);
	if (!*over && (link || driver))
		snprintf(over, 16, "nic");
}

static int take_word(struct published *p, const char *name, const char *text, char *why, size_t size)
{
	char *rest;

	if (!strcmp(name, "per"))
		return pivot_take(&p->per, "where", text, why, size);
	if (!strcmp(name, "over"))
		return take_over(p, text, why, size);
	if (strcmp(name, "is") != 0)
		return pivot_take(&p->of, name, text, why, size);
	p->is = strtod(text, &rest);
	if (rest != text && !*rest && p->is > 0 && isfinite(p->is))
		return 0;
	snprintf(why, size, "is=%s: expected a number above zero", text);
	return -1;
}

int published_line(struct published *p, const char *line, char *why, size_t why_size)
{
	char word[PIVOT_WORD_MAX];
	const char *value;
	int got;

	*p = (struct published){.is = NAN};
	while ((got = pivot_next(&line, word, &value, why, why_size)) > 0)
		if (take_word(p, word, value, why, why_size))
			return -1;
	if (got < 0)
		return -1;
	if (p->of.value_count == 1 && !isnan(p->is) && p->of.where_count)
		return 0;
	snprintf(why, why_size, "expected one value=, is= and where=");
	return -1;
}

static bool same_dimension(const struct where *a, const struct where *b)
{
	return !strcmp(a->dimension.name, b->dimension.name);
}

/* An option that has no meaning for what a run did rules it out of nothing. */
static bool holds(const struct where *where, const struct run *run, struct arena *texts)
{
	return !dimension_applies(&where->dimension, run) ||
	       where_holds(where, dimension_of(&where->dimension, run, texts));
}

/* per in place of what where says of the same. */
static bool is_meant(const struct pivot *where, const struct pivot *per, const struct run *run,
		     struct arena *texts)
{
	bool meant = true;

	for (size_t i = 0; per && i < per->where_count && meant; i++)
		meant = holds(&per->where[i], run, texts);
	for (size_t i = 0; i < where->where_count && meant; i++) {
		bool replaced = false;

		for (size_t k = 0; per && k < per->where_count; k++)
			replaced = replaced || same_dimension(&where->where[i], &per->where[k]);
		meant = replaced || holds(&where->where[i], run, texts);
	}
	return meant;
}

static struct here find(const struct published *p, const struct pivot *per,
			const struct experiment *e, const struct exponents *exponents)
{
	struct here here = {.estimate = {.middle = NAN, .interval = {NAN, NAN, NAN}}};
	struct arena texts = {NULL};

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		if (!c->count || !is_meant(&p->of, per, c->runs[0], &texts))
			continue;
		here.configuration = c;
		here.count++;
	}
	for (size_t i = 0; i < e->refused_count && !here.count; i++)
		if (is_meant(&p->of, per, e->refused[i], &texts))
			here.refused = e->refused[i];
	if (here.count == 1) {
		bool *apart = must_calloc(here.configuration->count + 1, sizeof(*apart));
		struct wanted w = p->of.values[0];

		over_of(here.configuration->runs[0], here.over);
		wanted_look(&w, e);
		configuration_strangers(here.configuration, apart);
		here.estimate = wanted_estimate(&w, here.configuration, apart, exponents);
		free(apart);
	}
	arena_free(&texts);
	return here;
}

/* Of two intervals that know nothing of each other, on logarithms. */
static struct estimate ratio_of(const struct estimate *a, const struct estimate *b)
{
	struct estimate e = {.middle = a->middle / b->middle,
			     .interval = {NAN, NAN, NAN},
			     .count = a->count < b->count ? a->count : b->count};
	double width = hypot(log(a->interval.high / a->interval.low) / 2,
			     log(b->interval.high / b->interval.low) / 2);

	if (!(b->middle > 0)) {
		e.middle = NAN;
		return e;
	}
	e.interval.center = e.middle;
	if (isfinite(width)) {
		e.interval.low = e.middle * exp(-width);
		e.interval.high = e.middle * exp(width);
	}
	return e;
}

struct here published_here(const struct published *p, const struct experiment *e,
			   const struct exponents *exponents)
{
	struct here of = find(p, NULL, e, exponents);
	struct here per;

	if (!p->per.where_count || of.count != 1 || isnan(of.estimate.middle))
		return of;
	per = find(p, &p->per, e, exponents);
	if (per.count == 1 && !isnan(per.estimate.middle))
		per.estimate = ratio_of(&of.estimate, &per.estimate);
	return per;
}

bool published_elsewhere(const struct published *p, const struct here *here)
{
	return *p->over && !isnan(here->estimate.middle) && strcmp(p->over, here->over) != 0;
}

const char *published_says(const struct published *p, const struct here *here)
{
	const struct interval *i = &here->estimate.interval;
	double there = log(p->is);

	if (!p->per.where_count || isnan(here->estimate.middle) || published_elsewhere(p, here))
		return "";
	if (here->estimate.count < 2)
		return "one run says nothing";
	if (isnan(i->low))
		return "not told apart"; /* of runs in which there was none of it, there is no ratio */
	if (fabs(there) < ALIKE && i->high > KNOWN * i->low)
		return "not told apart";
	if (fabs(there) < ALIKE)
		return i->low > 1 ? "more" : i->high < 1 ? "less" : "as published";
	if (i->low <= 1 && i->high >= 1)
		return "not told apart";
	return (i->low > 1) == (there > 0) ? "the same way" : "the other way";
}
