/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one-way delays by two clocks (--stamp ptp) are worth: how far those clocks were apart, as the ends asked each other.
 *
 *   apart_words()  the sentence for a configuration, of its worst run; false where it was not asked, or is small against p50
 */
#ifndef ANALYZE_FIGURES_APART_H
#define ANALYZE_FIGURES_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/load/group.h"

bool apart_words(const struct configuration *c, char *text, size_t size);

#endif
