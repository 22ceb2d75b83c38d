/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of every interval: CLOCK_MONOTONIC in ns, which is bpf_ktime_get_ns() in BPF programs.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_ns(void);

#endif
