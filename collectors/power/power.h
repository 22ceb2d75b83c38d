/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beside being a collector:
 *
 *   power_idle()  what the machine takes when it idles, into the meter, where that is to be
 *                 measured first; by the meter that a run would use
 */
#ifndef COLLECTORS_POWER_POWER_H
#define COLLECTORS_POWER_POWER_H

#include "collectors/power/meter.h"

/*
 * Waits for as long as was asked, or less where zcprof is asked to stop. 0, or -1 after saying why.
 */
int power_idle(struct meter *meter);

#endif
