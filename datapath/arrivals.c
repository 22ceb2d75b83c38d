// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/arrivals.h"

#include <math.h>
#include <stdlib.h>

/* splitmix64 (S. Vigna, prng.di.unimi.it): any seed will do. In (0, 1). */
static double next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	z ^= z >> 31;
	return ((double)(z >> 12) + 0.5) * 0x1p-52;
}

struct arrivals *arrivals_new(uint64_t seed)
{
	struct arrivals *a = malloc(sizeof(*a));
	double sum = 0;

	if (!a)
		return NULL;
	for (unsigned int i = 0; i < ARRIVALS; i++) {
		a->at[i] = sum;
		sum -= log(next_random(&seed));
	}
	for (unsigned int i = 0; i < ARRIVALS; i++)
		a->at[i] *= ARRIVALS / sum;
	return a;
}

uint64_t arrivals_until(const struct arrivals *a, uint64_t first, double gaps)
{
	double until = arrivals_at(a, first) + gaps;
	uint64_t least = first;
	uint64_t most = first + (uint64_t)gaps + ARRIVALS;

	if (gaps < 0)
		return 0;
	/* The last that is due lies in [least, most): no table is behind by more than its length. */
	while (most - least > 1) {
		uint64_t middle = least + (most - least) / 2;

		if (arrivals_at(a, middle) <= until)
			least = middle;
		else
			most = middle;
	}
	return least - first + 1;
}
