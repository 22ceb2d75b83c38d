/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that several commands share, as an argp child.
 *
 *   format_argp   --format
 *   weights_argp  --exponent, --margin
 *   common_argp   all three; the input of each is a struct common
 *   COMMON_DEFAULTS
 */
#ifndef ANALYZE_OPTIONS_H
#define ANALYZE_OPTIONS_H

#include <argp.h>

#include "page/page.h"
#include "analyze/figures/roi.h"

struct common {
	enum format format;
	struct exponents exponents;
	double margin; /* 0.02 for 2 % */
};

#define COMMON_DEFAULTS                                                                            \
	{                                                                                          \
		FORMAT_TEXT, {2, 1}, 0.02                                                          \
	}

extern const struct argp format_argp, weights_argp, common_argp;

#endif
