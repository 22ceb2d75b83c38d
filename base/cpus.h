/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPUs this machine has.
 *
 *   cpus_lacking()  the first of a list that it has not; -1: it has them all, online or not
 */
#ifndef BASE_CPUS_H
#define BASE_CPUS_H

#include <sched.h>

int cpus_lacking(const cpu_set_t *wanted);

#endif
