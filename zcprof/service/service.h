/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching by rules, round by round. Each window is measured by a zcprof attach of its own, so that one
 * that fails, or hangs, takes nothing with it.
 *
 *   service()  until it is stopped, or after so many rounds; returns the exit code
 */
#ifndef ZCPROF_SERVICE_SERVICE_H
#define ZCPROF_SERVICE_SERVICE_H

#include "zcprof/service/settings.h"

int service(const struct service_settings *settings);

#endif
