/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sets of runs held against each other, figure by figure.
 *
 *   compare_runs()   every measure that either set has, compared and judged
 *   compare_result() that of the throughput, or of another answer; NULL where no run has it
 *   compare_free()
 *   decide()         the verdicts: which questions are asked, and how they are answered
 *   item_claimed()   whether an item is said to have moved
 *   item_share()     its share of the change in CPU cost
 */
#ifndef ANALYZE_FIGURES_COMPARE_H
#define ANALYZE_FIGURES_COMPARE_H

#include "analyze/figures/design.h"
#include "analyze/figures/measures.h"
#include "analyze/load/group.h"
#include "analyze/load/settings.h"
#include "analyze/options.h"

/*
 * Questions have an order, and one is asked only if what would be its reason was answered with yes:
 * what the configuration gave and cost; what the ends cost; the components of an end that moved, and
 * what may limit a flow; calls and counters, and functions, under a component that moved. So explanations, however
 * many, cost the answers no power.
 */
enum level { LEVEL_ANSWER, LEVEL_END, LEVEL_COMPONENT, LEVEL_DETAIL, LEVEL_SYMBOL, LEVELS };

#define NO_PARENT ((size_t)-1)

struct item {
	struct measure what;   /* its value, quantum and error are unused */
	double *a, *b;	       /* per run; NAN where not measured */
	struct grain grain[2]; /* of A and of B */
	struct comparison comparison;
	enum level level;
	size_t parent; /* order of the item that had to move first; NO_PARENT for answers */
	double p;      /* p_margin after Holm over what is asked of its level; NAN if not asked */
	double p_permutation;
	enum verdict verdict;
	/* What it adds to the change from A to B, in ns per KB; NAN outside costs and calls. */
	double change;
	size_t order; /* as it was found */
	bool rare;    /* of a call that hardly ever happens */
};

struct comparing {
	struct design design;
	struct item *items; /* by section; within one what moved most first */
	size_t count;
	size_t tests[LEVELS]; /* how many were asked */
	struct arena texts;
	/* CPU cost over all components of both ends, bystanders left out: ns per KB. */
	double cost_before;
	double cost_change;
};

void compare_runs(struct comparing *c, const struct configuration *a, const struct configuration *b,
		  const struct common *common);
const struct item *compare_result(const struct comparing *k, enum quantity q);
void compare_free(struct comparing *c);
/* compare_runs() does it. */
void decide(struct comparing *c, double margin);
bool item_claimed(const struct item *item);
/* A line of the ledger that is a part of its sum, and not of tasks that are neither end. */
bool item_is_cost(const struct item *item);
/* Percent of the change in cost; NAN where that change is within the margin. */
double item_share(const struct item *item, const struct comparing *c, double margin);

#endif
