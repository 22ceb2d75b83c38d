/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks.
 *
 *   clock_ns()        that of every interval: CLOCK_MONOTONIC
 *   clock_s()         the same in seconds
 *   clock_kernel_ns() the same as the kernel itself counts it, and bpf_ktime_get_ns() in BPF
 *                     programs: another than clock_ns() in a time namespace
 *   clock_to_kernel_ns() a moment of clock_ns() as that counts it
 *   clock_kernel_known() false where it cannot be told how far they are apart; then they are taken for
 *                     the same
 *   clock_compare()   how far another machine's is ahead of clock_ns(), by one question: of CLOCK_ROUNDS the
 *                     one that took the shortest counts
 *   clock_of_ns()     another, such as CLOCK_THREAD_CPUTIME_ID; 0 where it cannot be read
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

uint64_t clock_ns(void);
double clock_s(void);
uint64_t clock_kernel_ns(void);
uint64_t clock_to_kernel_ns(uint64_t ns);
bool clock_kernel_known(void);
uint64_t clock_of_ns(clockid_t clock);

/* Wrong by error_ns at most, which is INFINITY at first: the answer was given between asking and hearing. */
#define CLOCK_ROUNDS 9
struct clock_apart {
	double ahead_ns, error_ns;
};
void clock_compare(struct clock_apart *a, double asked_ns, double said_ns, double heard_ns);

#endif
