/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beside being a collector:
 *
 *   power_idle()  what the machine takes now, by the meter that a run would use
 */
#ifndef COLLECTORS_POWER_H
#define COLLECTORS_POWER_H

#include <stddef.h>

#include "collectors/meter.h"

/* Waits for that many seconds, or less where zcprof is asked to stop. 0, or -1 with why. */
int power_idle(const struct meter *meter, double seconds, double *watts, char *why,
	       size_t why_size);

#endif
