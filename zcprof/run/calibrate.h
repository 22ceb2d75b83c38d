/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the machine is by itself, some 30 ms before each run: what two experiments one after the
 * other may be held against.
 *
 *   calibrate()          measure
 *   calibration_emit()   its rows; what could not be measured has none
 */
#ifndef ZCPROF_RUN_CALIBRATE_H
#define ZCPROF_RUN_CALIBRATE_H

#include "record/writer.h"

struct calibration {
	double syscall_ns;
	double copy_ns_per_kb;
	double wakeup_ns;
}; /* NAN where not measured */

struct calibration calibrate(void);
void calibration_emit(const struct calibration *c, struct writer *w);

#endif
