/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When requests are due that come at random, as those of many clients that know nothing of one another do
 * (--arrivals poisson): with gaps of an exponential distribution. They are a table that is gone through again and
 * again, so that any thread can say when a request was due; flows begin at different places of it.
 *
 *   arrivals_new()    ARRIVALS gaps from a seed, of 1 in the mean; to be freed with free(); NULL: no memory
 *   arrivals_at()     when the nth is due, in mean gaps from the 0th
 *   arrivals_until()  how many are due until then, the one at `first` at 0
 */
#ifndef DATAPATH_ARRIVALS_H
#define DATAPATH_ARRIVALS_H

#include <stdint.h>

#define ARRIVALS 65536U

struct arrivals {
	double at[ARRIVALS];
};

struct arrivals *arrivals_new(uint64_t seed);
uint64_t arrivals_until(const struct arrivals *a, uint64_t first, double gaps);

static inline double arrivals_at(const struct arrivals *a, uint64_t number)
{
	/* The mean is 1 exactly. */
	return (double)(number / ARRIVALS * ARRIVALS) + a->at[number % ARRIVALS];
}

#endif
