/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long an end may take until it is ready, and for each step behind that: one rule for whoever waits.
 *
 *   patience_s()        until an end of so many flows is ready
 *   patience_reply_s()  for each step of such an end, and while no byte moves
 *   patience_times()    how many times as long as usually, for whoever waits for something else
 *
 * Each flow is connected, gets a thread and opens its path, one after the other on a machine that has more flows than
 * CPUs: what a few flows may take, and a second more for each PATIENCE_FLOWS_A_SECOND. zcprof waits PATIENCE_LONGER_S
 * longer than zcpath does, whose own sentence says more. All of it as often as the environment's ZCPROF_PATIENCE says,
 * for machines that are that much slower: emulated ones, and kernels that check themselves.
 */
#ifndef RECORD_PATIENCE_H
#define RECORD_PATIENCE_H

#include <stdint.h>

#define PATIENCE_LONGER_S 7

unsigned int patience_times(void);
unsigned int patience_s(uint64_t flows);
unsigned int patience_reply_s(uint64_t flows);

#endif
