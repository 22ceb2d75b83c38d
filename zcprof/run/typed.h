/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An end speaks of its own options, "--path cpoy"; who typed --rx cpoy is to read that.
 *
 *   typed_options()  puts the names that the plan has in place of an end's
 */
#ifndef ZCPROF_RUN_TYPED_H
#define ZCPROF_RUN_TYPED_H

#include "zcprof/run/plan.h"

/* In place, as far as there is room. */
void typed_options(const struct plan *plan, enum record_end side, char *text, size_t size);

#endif
