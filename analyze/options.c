// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool positive(const char *text, const char *stop, double *value)
{
	char *rest;

	*value = strtod(text, &rest);
	return rest != text && rest == stop && isfinite(*value) && *value > 0;
}

static void parse_exponents(const char *arg, struct exponents *e, struct argp_state *state)
{
	const char *comma = strchrnul(arg, ',');
	const char *end = strchr(arg, '\0');

	if (!positive(arg, comma, &e->throughput))
		argp_error(state, "--exponent %s: expected n or n,m, such as 2 or 1.5,1", arg);
	if (*comma && !positive(comma + 1, end, &e->power))
		argp_error(state, "--exponent %s: expected n or n,m, such as 2 or 1.5,1", arg);
}

static void parse_margin(const char *arg, double *margin, struct argp_state *state)
{
	const char *percent = strchrnul(arg, '%');

	if ((*percent && percent[1]) || !positive(arg, percent, margin) || *margin >= 100)
		argp_error(state, "--margin %s: expected percent below 100, such as 2%%", arg);
	*margin /= 100;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *common = state->input;

	switch (key) {
	case 'f':
		if (format_find(arg, &common->format))
			argp_error(state, "--format %s: expected text, csv, json or md", arg);
		return 0;
	case 'e':
		parse_exponents(arg, &common->exponents, state);
		return 0;
	case 'm':
		parse_margin(arg, &common->margin, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option format_option[] = {
	{"format", 'f', "FORMAT", 0, "text (default), csv, json or md", 0},
	{0},
};
static const struct argp_option weight_options[] = {
	{"exponent", 'e', "N[,M]", 0,
	 "exponents of throughput and power in T^N/C and T^N/P^M; default 2,1", 0},
	{"margin", 'm', "PERCENT", 0,
	 "a difference below this does not matter: it is called equivalent; default 2%", 0},
	{0},
};

const struct argp format_argp = {format_option, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp weights_argp = {weight_options, parse, NULL, NULL, NULL, NULL, NULL};

static error_t pass_on(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->child_inputs[1] = state->input;
	return 0;
}

static const struct argp_child both[] = {
	{&format_argp, 0, NULL, 0}, {&weights_argp, 0, NULL, 0}, {0}};

const struct argp common_argp = {NULL, pass_on, NULL, NULL, both, NULL, NULL};
