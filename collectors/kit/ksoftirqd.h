/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often each CPU's ksoftirqd was woken, as the kernel itself counts it: a thread that goes to sleep
 * as often as it is woken.
 *
 *   ksoftirqd_open()   NULL: they cannot be seen here (another PID namespace), or no memory
 *   ksoftirqd_read()   at an edge of the window
 *   ksoftirqd_woken()  between the edges; false: not known of that CPU
 *   ksoftirqd_close()  safe at any time
 */
#ifndef COLLECTORS_KIT_KSOFTIRQD_H
#define COLLECTORS_KIT_KSOFTIRQD_H

#include <linux/types.h>
#include <stdbool.h>

#include "collectors/kit/measurement.h"

struct ksoftirqd;

/* cpus: more than the highest number of a CPU. */
struct ksoftirqd *ksoftirqd_open(unsigned int cpus);
void ksoftirqd_read(struct ksoftirqd *k, enum edge edge);
bool ksoftirqd_woken(const struct ksoftirqd *k, unsigned int cpu, __u64 *times);
void ksoftirqd_close(struct ksoftirqd *k);

#endif
