/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment: all its runs, in their order.
 *
 *   experiment_run()  do it, and say how it went; returns an exit code
 */
#ifndef ZCPROF_RUN_EXPERIMENT_H
#define ZCPROF_RUN_EXPERIMENT_H

#include "zcprof/run/settings.h"

int experiment_run(struct settings *settings);

#endif
