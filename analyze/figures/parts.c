// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/parts.h"

#include <math.h>
#include <string.h>

#include "analyze/figures/measures.h"

/* The function of "context;object;function"; NULL for what is no function of the kernel, or idle. */
static const char *kernel_function(const char *key)
{
	const char *object = strchr(key, ';');
	const char *function = object ? strchr(object + 1, ';') : NULL;

	if (!function || !strncmp(key, "idle;", strlen("idle;")) ||
	    !strncmp(object + 1, "[user]", strlen("[user]")))
		return NULL;
	return function + 1;
}

bool profile_is_shares(const struct run *run, enum record_end end)
{
	return !run_range(run, METRIC_profile_component, end).count &&
	       run_range(run, METRIC_profile_share, end).count;
}

double profile_least(const struct run *run, enum record_end end)
{
	double floor = run_figure(run, METRIC_profile_floor, end, NULL);

	return isnan(floor) ? 0 : floor * sample_worth(run, end);
}

double part_cost(const struct run *run, enum record_end end, enum part part)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double samples = 0;

	for (size_t i = 0; i < symbols.count; i++) {
		const char *function = kernel_function(symbols.at[i].key);

		if (function && part_of_symbol(function) == part)
			samples += symbols.at[i].value;
	}
	return symbols.count ? samples * sample_worth(run, end) : NAN;
}
