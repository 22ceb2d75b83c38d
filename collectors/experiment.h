/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment: all its runs, in their order.
 *
 *   experiment_run()  do it, and say how it went; returns an exit code
 */
#ifndef COLLECTORS_EXPERIMENT_H
#define COLLECTORS_EXPERIMENT_H

#include "collectors/settings.h"

int experiment_run(struct settings *settings);

#endif
