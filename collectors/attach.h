/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring what zcprof run did not start.
 *
 *   attach()  one window, one record; returns an exit code
 */
#ifndef COLLECTORS_ATTACH_H
#define COLLECTORS_ATTACH_H

#include "collectors/attach_settings.h"

int attach(const struct attach_settings *settings);

#endif
