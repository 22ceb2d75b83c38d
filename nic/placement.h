/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPUs do the softirq work of a device: where it receives, and where it completes.
 *
 *   placement_apply()    put it on those CPUs, by the affinity of its interrupts where it has any,
 *                        the first on the first CPU, else by RPS; a warning, and no row, where it
 *                        cannot be done
 *   placement_restore()  put back what was there before
 *
 * What is changed is in the journal first, so a killed program leaves nothing for good.
 */
#ifndef NIC_PLACEMENT_H
#define NIC_PLACEMENT_H

#include <sched.h>

#include "record/writer.h"

struct placement;

/* Writes a row fact,irq_affinity per queue or interrupt that was placed. NULL: none was. */
struct placement *placement_apply(const char *device, const cpu_set_t *cpus, struct writer *w,
				  enum record_end end);
/* 0, or -1 after saying what could not be put back. NULL is fine. */
int placement_restore(struct placement *p);

#endif
