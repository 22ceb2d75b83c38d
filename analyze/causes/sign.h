/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sign: one figure of a record by which a mechanism shows, and which way it moves then.
 *
 *   sign_value()   the figure of one run at one end; NAN where the run does not have it. What was counted as in the
 *                  witness (a run of the comparison that has such rows, or NULL) and is in no row is zero
 *   sign_seen()    both sets of runs held against each other: did it move so?
 *   sign_print()   what was seen, in words: "firewall functions of the sender 21.7 to 492 ns/KB"
 *   sign_is_cost() whether it is CPU time of an end, or a part of it
 *
 * Whether a sign holds is asked of the runs, not of their means: in nine of ten pairs of a run of one
 * set and a run of the other (within rounds: in all rounds but one in five) it moved that way.
 */
#ifndef ANALYZE_CAUSES_SIGN_H
#define ANALYZE_CAUSES_SIGN_H

#include "analyze/figures/design.h"
#include "record/components.h"

enum sign_how {
	SIGN_NONE,
	SIGN_PART,	/* ns/KB of the functions of a part */
	SIGN_COMPONENT, /* ns/KB of a component, all contexts */
	SIGN_COST,	/* ns/KB of an end, all of it */
	SIGN_FUNCTION,	/* ns/KB of one function, all contexts; key: object;function */
	SIGN_COUNT,	/* per GB of payload */
	SIGN_TIME,	/* % of the window */
	SIGN_LEVEL,	/* mean over the keys */
	SIGN_SHARE,	/* % of another metric */
	SIGN_FIGURE,	/* computed */
	SIGN_PERCENT,	/* computed, a percentage: it moves by points */
	SIGN_SLOWNESS,	/* computed: how many times as long all took because of it */
};

enum sign_where { HERE, AT_RX, AT_TX, AT_HOST };

enum sign_way { UP, DOWN, STAYS };

struct sign {
	enum sign_how how;
	enum sign_way way;
	enum sign_where where;
	int what;	 /* part, component or metric */
	const char *key; /* pattern; NULL: every key */
	int of;		 /* SIGN_SHARE: the other metric */
	double (*figure)(const struct run *run, enum record_end end);
	/*
	 * How far it has to move. Costs: so many % of what the end costs. TIME, SHARE and PERCENT: points. Else a
	 * ratio, 1.5.
	 */
	double least;
	double floor;	   /* what it has to be in the worse set at the least; 0: nothing */
	const char *words; /* "firewall functions" */
	const char *unit;  /* of a figure */
};

struct seen {
	const struct sign *sign;
	enum record_end end;
	double from, to; /* means of the sets; NAN where not measured */
	double share;	 /* of pairs of runs or of rounds that moved so */
	const char *unit;
	bool measured;
	bool holds;
};

double sign_value(const struct sign *sign, const struct run *run, const struct run *witness,
		  enum record_end end);
/*
 * d is of the set from which and the set to which it moved. expected: a setting differs that makes it,
 * so that a quarter of the way is enough, and of functions that they were sampled at all where they never were.
 */
struct seen sign_seen(const struct sign *sign, const struct design *d, enum record_end end,
		      bool expected);
/* backwards: the set to which it moved is the caller's first. */
bool sign_is_cost(const struct sign *sign);
void sign_print(const struct seen *seen, bool backwards, char *text, size_t size);

#endif
