/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By how much two sets' counts differ by chance alone.
 *
 *   chance_of()  of a metric that counts, at an end
 */
#ifndef ANALYZE_CAUSES_CHANCE_H
#define ANALYZE_CAUSES_CHANCE_H

#include "analyze/figures/design.h"
#include "record/record.h"

/*
 * Two standard errors of the difference of the means, per GB. key: a pattern of the
 * keys, or NULL for all. values: per run of A and of B, NAN where not measured.
 * Not finite where no run of a set has moved payload.
 */
double chance_of(enum metric_id id, const char *key, const struct design *d, enum record_end end,
		 const double *const values[2]);

#endif
