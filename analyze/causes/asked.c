// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer whose cause is asked for: throughput, or where it did not move for sure, the cost. */
#include "analyze/causes/causes.h"

#include <math.h>

static bool claimed(const struct item *item)
{
	return item && item_claimed(item);
}

/* Of single runs nothing can be proven; what was seen is far enough from nothing to ask why. */
static bool seen_alone(const struct item *item, double margin)
{
	return item && (item->comparison.n_a < 2 || item->comparison.n_b < 2) &&
	       fabs(log(item->comparison.ratio.center)) > log1p(margin);
}

/* Less CPU time is no gain where the throughput, though not proven to have moved, fell by more; nor is more a loss. */
static bool is_outweighed(const struct item *cpu, const struct comparison *throughput)
{
	double spent = log(cpu->comparison.b / cpu->comparison.a);
	double brought = log(throughput->b / throughput->a);

	return spent < 0 ? brought < spent : brought > spent;
}

bool causes_ask(struct causes *c, const struct configuration *a, const struct configuration *b,
		const struct common *common)
{
	struct comparing k;
	const struct item *throughput, *cpu, *roi;
	bool b_worse;

	compare_runs(&k, a, b, common);
	throughput = compare_result(&k, THROUGHPUT);
	cpu = compare_result(&k, CPU_TOTAL);
	roi = compare_result(&k, ROI_CPU_TOTAL);
	c->throughput =
		throughput ? throughput->comparison : (struct comparison){.a = NAN, .b = NAN};
	c->cost = cpu ? cpu->comparison : (struct comparison){.a = NAN, .b = NAN};
	c->cost_more = "dearer in CPU time";
	c->cost_less = "cheaper in CPU time";
	b_worse = !(c->throughput.b > c->throughput.a);
	if (claimed(throughput)) {
		c->proven = PROVEN_THROUGHPUT;
	} else if (claimed(roi)) {
		c->proven = PROVEN_COST;
		c->cost = roi->comparison;
		c->cost_more = "better in its return on CPU time";
		c->cost_less = "worse in its return on CPU time";
		b_worse = roi->comparison.b < roi->comparison.a;
	} else if (claimed(cpu) && !is_outweighed(cpu, &c->throughput)) {
		c->proven = PROVEN_COST;
		b_worse = cpu->comparison.b > cpu->comparison.a;
	} else if (seen_alone(throughput, common->margin)) {
		c->proven = PROVEN_SEEN;
	}
	for (int side = 0; side < 2; side++)
		c->limit[side] = limit_of(side ? b : a, k.design.apart[side]);
	c->newcomers = newcomers_of(&k);
	compare_free(&k);
	return b_worse;
}
