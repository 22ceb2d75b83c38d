/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring what zcprof run did not start.
 *
 *   attach()  one window, one record; returns an exit code
 */
#ifndef ZCPROF_ATTACH_ATTACH_H
#define ZCPROF_ATTACH_ATTACH_H

#include "zcprof/attach/settings.h"

int attach(const struct attach_settings *settings);

#endif
