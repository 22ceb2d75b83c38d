/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of another mode than their siblings, which are compared in nothing.
 *
 *   strangers_of()   which of the figures of two sets are
 */
#ifndef ANALYZE_FIGURES_STRANGERS_H
#define ANALYZE_FIGURES_STRANGERS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/figures/contrast.h"

/* From so many on a set tells its own spread. */
#define STRANGERS_LEAST 5

/*
 * Which of the figures of two sets are of another mode than the others of their set: by Rosner's
 * generalized ESD on logarithms (Technometrics 25, 1983), at one false alarm in a hundred
 * comparisons, at most a quarter of a set. Where sets have fewer than five, both lend their spread;
 * where both have five, who is no stranger among what the others' runs differ by is none.
 * Returns how many; b may have n of 0.
 */
size_t strangers_of(struct side a, struct side b, bool *in_a, bool *in_b);

#endif
