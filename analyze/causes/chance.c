// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/chance.h"

#include <fnmatch.h>
#include <math.h>

#include "analyze/figures/sampling.h"

#define GB 1e9

/*
 * That of a count is the count itself, by Poisson; of one that was scaled up from slices what its source says, in which
 * slices that were few of one key were of the next as well.
 */
static double variance_of(const struct run *run, enum metric_id id, const char *key,
			  enum record_end end)
{
	double sum = 0, off = 0;

	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		struct figures range = run_range(run, id, one);

		for (size_t i = 0; (end == END_HOST || end == one) && i < range.count; i++) {
			double value = range.at[i].value, freedom;

			if (key && fnmatch(key, range.at[i].key, 0))
				continue;
			sum += value;
			off += value * sampling_slices(run, id, one, &range.at[i], &freedom);
		}
	}
	return fmax(sum, off * off);
}

double chance_of(enum metric_id id, const char *key, const struct design *d, enum record_end end,
		 const double *const values[2])
{
	double variance = 0;

	for (int side = 0; side < 2; side++) {
		const struct configuration *c = side ? d->b : d->a;
		double sum = 0, payload = 0;

		/* Of all runs together: one that moved next to nothing has no say in what the others counted. */
		for (size_t i = 0; i < c->count; i++) {
			if (isnan(values[side][i]))
				continue;
			sum += variance_of(c->runs[i], id, key, end);
			payload += run_payload(c->runs[i], end) / GB;
		}
		variance += sum / (payload * payload);
	}
	return 2 * sqrt(variance);
}
