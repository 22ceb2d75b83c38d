// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/power/counter.h"

#include <math.h>
#include <stddef.h>

/* No part of a machine takes this. */
#define MOST_W 100000.
/* Some do take this much. */
#define LIKELY_W 2000.
/* Not this many times what it took before. */
#define SUDDEN 10
/* A counter moves in steps, and is read a moment before or after its clock is. */
#define BLUR_S 0.1
/* Of one whose range is not known: it may have 32 bits and count microjoules. */
#define UNKNOWN_EVERY_S 1.

double counter_every_s(const struct counter *c)
{
	if (c->endless)
		return 0;
	if (!c->range)
		return UNKNOWN_EVERY_S;
	/* Twice in the shortest time that it may take. */
	return fmax(BLUR_S, fmin(5, c->unit * (double)c->range / MOST_W / 2));
}

/*
 * It went back. From the end of its range on, or was it set back, as by who loads its driver again?
 * That would have to be an unlikely power.
 */
static double began_anew(struct counter *c, uint64_t number, double watts_per_number)
{
	double grown = (double)c->range - (double)c->last + (double)number;
	double watts = grown * watts_per_number;

	if (c->endless || !c->range)
		c->doubt = "its counter went back, and how far it counts is not known";
	else if (c->last > c->range || watts > MOST_W ||
		 (c->moved && watts > LIKELY_W && watts > SUDDEN * c->highest_w))
		c->doubt = "its counter was set back";
	return grown;
}

static double step(struct counter *c, uint64_t number, double passed_s)
{
	double watts_per_number = c->unit / (passed_s + BLUR_S);
	double grown;

	if (number < c->last)
		return began_anew(c, number, watts_per_number);
	grown = (double)(number - c->last);
	c->moved = true;
	c->highest_w = fmax(c->highest_w, grown * watts_per_number);
	return grown;
}

void counter_restart(struct counter *c)
{
	c->begun = false;
	c->total = 0;
	c->doubt = NULL;
}

void counter_take(struct counter *c, uint64_t number, double at_s)
{
	double passed_s = at_s - c->at_s;

	if (c->begun) {
		c->total += step(c, number, passed_s);
		if (c->range && LIKELY_W * passed_s > c->unit * (double)c->range)
			c->doubt =
				"its counter was not read for so long that it may have begun anew more than once";
	}
	c->begun = true;
	c->last = number;
	c->at_s = at_s;
}

double counter_joules(const struct counter *c)
{
	return c->doubt ? NAN : c->total * c->unit;
}
