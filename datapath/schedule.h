/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When what a flow sends is due at a given rate (--rate), whether anything holds it up or not: an open loop. At even
 * intervals, or at random ones (datapath/arrivals.h). All flows count from the moment at which they were let run, each
 * a part of an interval behind the one before: a thread that has its first turn late is late with what was due by then.
 *
 *   schedule_init()    of one of so many flows: all of them together have so many a second
 *   schedule_is()      false: there is none, and everything goes as fast as it can
 *   schedule_due_ns()  when the nth is due, from 0 on, in nanoseconds of clock_ns()
 *   schedule_until()   how many are due until a moment
 */
#ifndef DATAPATH_SCHEDULE_H
#define DATAPATH_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/arrivals.h"

struct schedule {
	double interval_ns; /* from one of this flow to the next, in the mean; 0: no schedule */
	double first_ns;    /* when the first is due, from *begun_ns on */
	const uint64_t *begun_ns;	 /* 0: the flows do not run yet */
	const struct arrivals *arrivals; /* NULL: at even intervals */
	uint64_t first_arrival;		 /* of them */
};

void schedule_init(struct schedule *s, double rate, unsigned int flow, unsigned int flows,
		   const struct arrivals *arrivals, const uint64_t *begun_ns);
uint64_t schedule_until(const struct schedule *s, uint64_t until_ns);

static inline bool schedule_is(const struct schedule *s)
{
	return s->interval_ns > 0;
}

static inline uint64_t schedule_due_ns(const struct schedule *s, uint64_t number)
{
	double gaps = s->arrivals ? arrivals_at(s->arrivals, s->first_arrival + number) -
					    arrivals_at(s->arrivals, s->first_arrival)
				  : (double)number;

	return *s->begun_ns + (uint64_t)(s->first_ns + gaps * s->interval_ns);
}

#endif
