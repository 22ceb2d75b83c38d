/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A counter of energy that begins anew at the end of its range, as RAPL's does after some minutes of
 * full load. Read often enough it is known how much it counted in all.
 *
 *   counter_every_s()  how often it has to be read
 *   counter_restart()  forgets what was counted
 *   counter_take()     one reading
 *   counter_joules()   what it counted from the first reading to the last; NAN where that is in doubt
 */
#ifndef COLLECTORS_POWER_COUNTER_H
#define COLLECTORS_POWER_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

struct counter {
	double unit;	/* of its numbers, in J */
	uint64_t range; /* its largest number, after which it is 0; 0: not known */
	bool endless;	/* it never begins anew */

	bool begun;
	uint64_t last;
	double at_s;
	double total;	   /* in its numbers */
	bool moved;	   /* it was read twice, and did not go back: */
	double highest_w;  /* between two readings */
	const char *doubt; /* why the total is not known; NULL: it is */
};

/* 0: its reading at the edges will do. */
double counter_every_s(const struct counter *c);
void counter_restart(struct counter *c);
void counter_take(struct counter *c, uint64_t number, double at_s);
double counter_joules(const struct counter *c);

#endif
