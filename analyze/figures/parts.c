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

/* "bpf_prog_6deef7357e7b4530_name": a program that is none of zcprof's own, which are named by their sources. */
static bool is_program_of_others(const char *function)
{
	static const char *const ours[] = {"tally_", "keep_stack", "connections_"};
	const char *name = function;

	if (strncmp(function, "bpf_prog_", strlen("bpf_prog_")))
		return false;
	name += strlen("bpf_prog_");
	name += strspn(name, "0123456789abcdef");
	name += *name == '_';
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (!strncmp(name, ours[i], strlen(ours[i])))
			return false;
	for (enum metric_id id = 0; id < METRIC_COUNT; id++) {
		const char *source = metric_info(id)->source;

		if (!strncmp(name, source, strlen(source)) && name[strlen(source)] == '_')
			return false;
	}
	return true;
}

double part_cost(const struct run *run, enum record_end end, enum part part)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double samples = 0;

	for (size_t i = 0; i < symbols.count; i++) {
		const char *function = kernel_function(symbols.at[i].key);

		if (function && (part_of_symbol(function) == part ||
				 (part == PART_programs && is_program_of_others(function))))
			samples += symbols.at[i].value;
	}
	return symbols.count ? samples * sample_worth(run, end) : NAN;
}
