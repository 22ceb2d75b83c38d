// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/chance.h"

#include <fnmatch.h>
#include <math.h>

#define GB 1e9

/* As a part of it. One slice does not differ from others: then it is no less than chance makes of what was met in it. */
static double error_of(const struct run *run, enum metric_id id, enum record_end end,
		       const struct figure *figure)
{
	double slices, error = run_error(run, id, end, figure->key, &slices), share;

	if (!isnan(error) || slices != 1)
		return isnan(error) ? 0 : error;
	share = run_figure(run, METRIC_collector_share, run_machine(run, end),
			   metric_info(id)->source);
	return share > 0 ? 1 / sqrt(figure->value * share) : 0;
}

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
			double value = range.at[i].value;

			if (key && fnmatch(key, range.at[i].key, 0))
				continue;
			sum += value;
			off += value > 0 ? value * error_of(run, id, one, &range.at[i]) : 0;
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
