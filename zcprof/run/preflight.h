/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an experiment can run, asked before anything starts.
 *
 *   preflight()  asks zcpath at both ends for its version, and of every configuration whether it
 *                could run; those that could not leave the plan
 */
#ifndef ZCPROF_RUN_PREFLIGHT_H
#define ZCPROF_RUN_PREFLIGHT_H

#include "zcprof/run/run.h"

/* An exit code: EXIT_DONE while a configuration is left. What was wrong has been said. */
int preflight(const struct experiment *x, struct plan *plan);

#endif
