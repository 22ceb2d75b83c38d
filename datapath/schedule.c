// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/schedule.h"

void schedule_init(struct schedule *s, double rate, unsigned int flow, unsigned int flows,
		   const struct arrivals *arrivals, const uint64_t *begun_ns)
{
	*s = (struct schedule){
		.interval_ns = 1e9 * flows / rate,
		.begun_ns = begun_ns,
		.arrivals = arrivals,
		.first_arrival = (uint64_t)ARRIVALS * flow / flows,
	};
	s->first_ns = flow * s->interval_ns / flows;
}

uint64_t schedule_until(const struct schedule *s, uint64_t until_ns)
{
	double intervals;

	if (!*s->begun_ns || until_ns < schedule_due_ns(s, 0))
		return 0;
	intervals = (double)(until_ns - schedule_due_ns(s, 0)) / s->interval_ns;
	return s->arrivals ? arrivals_until(s->arrivals, s->first_arrival, intervals)
			   : (uint64_t)intervals + 1;
}
