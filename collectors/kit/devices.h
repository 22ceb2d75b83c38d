/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network devices of a run that are on this machine.
 *
 *   devices_each()  calls a collector's function for each, in the device's network namespace
 */
#ifndef COLLECTORS_KIT_DEVICES_H
#define COLLECTORS_KIT_DEVICES_H

#include "collectors/kit/measurement.h"

#define DEVICES_MAX 2

/*
 * Both ends on one device make one call, for END_HOST. `open` returns 0 or a negative errno; what
 * it opens there stays in that namespace. Returns how many there are; or -1 with why filled in,
 * where there is none or one could not be opened: at most one call fails, the last.
 */
int devices_each(const struct measurement *run,
		 int (*open)(void *data, enum record_end end, const char *iface), void *data,
		 char *why, size_t why_size);

#endif
