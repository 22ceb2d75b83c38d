/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function of an end that came to cost most, whatever it is: evidence where no mechanism knows of it.
 *
 *   function_grown()   whether there is one, that appeared or at least doubled, and is worth a part of what the end costs;
 *                      then seen is of a sign that is the caller's to free, and whose words are the function's name
 */
#ifndef ANALYZE_CAUSES_FUNCTIONS_H
#define ANALYZE_CAUSES_FUNCTIONS_H

#include "analyze/causes/sign.h"

bool function_grown(const struct design *d, enum record_end end, struct seen *seen);

#endif
