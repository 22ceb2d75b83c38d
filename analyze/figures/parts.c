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

/* "[zcnic];zcnic_poll": of the module that the end's device has as its driver. */
static bool is_of_module(const char *object, const char *module)
{
	size_t length = module ? strlen(module) : 0;

	return length && *object == '[' && !strncmp(object + 1, module, length) &&
	       object[1 + length] == ']';
}

enum part part_of_function(const struct run *run, enum record_end end, const char *function)
{
	const char *name = strchr(function, ';');

	if (is_of_module(function, run_fact(run, METRIC_fact_nic, end, "driver")))
		return PART_driver;
	return name ? part_of_symbol(name + 1) : PART_COUNT;
}

double part_cost(const struct run *run, enum record_end end, enum part part)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	const char *driver =
		part == PART_driver ? run_fact(run, METRIC_fact_nic, end, "driver") : NULL;
	double samples = 0;

	for (size_t i = 0; i < symbols.count; i++) {
		const char *function = kernel_function(symbols.at[i].key);

		if (function && (part_of_symbol(function) == part ||
				 is_of_module(strchr(symbols.at[i].key, ';') + 1, driver) ||
				 (part == PART_programs && is_program_of_others(function))))
			samples += symbols.at[i].value;
	}
	return symbols.count ? samples * sample_worth(run, end) : NAN;
}

double function_cost(const struct run *run, enum record_end end, const char *function)
{
	struct figures symbols = run_range(run, METRIC_profile_symbol, end);
	double samples = 0;

	for (size_t i = 0; i < symbols.count; i++) {
		const char *object = strchr(symbols.at[i].key, ';');

		if (object && !strcmp(object + 1, function) &&
		    strncmp(symbols.at[i].key, "idle;", strlen("idle;")))
			samples += symbols.at[i].value;
	}
	return symbols.count ? samples * sample_worth(run, end) : NAN;
}
