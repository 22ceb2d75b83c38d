/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks.
 *
 *   clock_ns()    that of every interval: CLOCK_MONOTONIC, which is bpf_ktime_get_ns() in BPF programs
 *   clock_s()     the same in seconds
 *   clock_of_ns() another, such as CLOCK_THREAD_CPUTIME_ID; 0 where it cannot be read
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t clock_ns(void);
double clock_s(void);
uint64_t clock_of_ns(clockid_t clock);

#endif
