/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cost ledger of a run: CPU nanoseconds per kilobyte of payload, per end, context and
 * component. Its lines add up to its total; what no component claims is a line of its own. Two
 * ledgers subtract, line by line, to the change in cost.
 *
 *   ledger_of()     the ledger of a run; no lines where nothing was sampled
 *   ledger_free()
 */
#ifndef ANALYZE_FIGURES_LEDGER_H
#define ANALYZE_FIGURES_LEDGER_H

#include "analyze/load/run.h"

struct cost {
	enum record_end end;
	const char *key; /* context/component; belongs to the run */
	double ns_per_kb;
	double quantum; /* of one sample */
};

enum ledger_sum {
	LEDGER_TOTAL,	  /* of the lines */
	LEDGER_UNMAPPED,  /* part of it that no component claims */
	LEDGER_ACCOUNTED, /* what the kernel's own CPU accounting says, to hold against the total */
	LEDGER_SUMS,
};

struct ledger {
	struct cost *at;
	size_t count;
	double sum[LEDGER_SUMS][RECORD_ENDS]; /* ns per KB; NAN where not measured */
};

struct ledger ledger_of(const struct run *run);
void ledger_free(struct ledger *ledger);

/* The part of "context/component" before the slash, and behind it. */
int cost_context_len(const char *key);
const char *cost_component(const char *key);

#endif
