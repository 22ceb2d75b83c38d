/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment is conducted: all its runs, in their order.
 *
 *   experiment_run()  do it, and say how it went; returns an exit code
 */
#ifndef ZCPROF_RUN_CONDUCT_H
#define ZCPROF_RUN_CONDUCT_H

#include "zcprof/run/experiment.h"

int experiment_run(struct settings *settings);

#endif
