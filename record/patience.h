/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long an end may take until it is ready, and for each step behind that: one rule for whoever waits.
 *
 *   patience_s()  for so many flows
 *
 * Each flow is connected, gets a thread and opens its path, one after the other on a machine that has more flows than
 * CPUs: what a few flows may take, and a second more for each PATIENCE_FLOWS_A_SECOND. zcprof waits PATIENCE_LONGER_S
 * longer than zcpath does, whose own sentence says more.
 */
#ifndef RECORD_PATIENCE_H
#define RECORD_PATIENCE_H

#include <stdint.h>

#define PATIENCE_S		8
#define PATIENCE_LONGER_S	7
#define PATIENCE_FLOWS_A_SECOND 250

static inline unsigned int patience_s(uint64_t flows)
{
	return PATIENCE_S + (unsigned int)(flows / PATIENCE_FLOWS_A_SECOND);
}

#endif
