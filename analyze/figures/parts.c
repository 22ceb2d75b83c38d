// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/parts.h"

#include <math.h>
#include <string.h>

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

double part_cost(const struct run *run, enum record_end end, enum part part)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double period = run_figure(run, METRIC_profile_period, end, NULL);
	double samples = 0;

	if (isnan(period))
		period = run_figure(run, METRIC_profile_period, run_machine(run, end), NULL);
	for (size_t i = 0; i < symbols.count; i++) {
		const char *function = kernel_function(symbols.at[i].key);

		if (function && part_of_symbol(function) == part)
			samples += symbols.at[i].value;
	}
	return symbols.count ? samples * period * 1e3 / run_payload(run, end) : NAN;
}
