/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that moves bytes may never wait. With the real-time priority of the program that started it
 * (chrt(1)), it would keep its CPU from its equals: from the thread that ends it when the window is over, and
 * from zcprof. So it runs one step below.
 *
 *   priority_below()  what one step below a policy and a priority is
 *   priority_yield()  this thread takes that step
 */
#ifndef DATAPATH_PRIORITY_H
#define DATAPATH_PRIORITY_H

#include <stdbool.h>

/* As sched_setscheduler(2) has them. False where nothing changes: the kernel is fair to all other policies. */
bool priority_below(int *policy, int *priority);
/* 0 or an errno. */
int priority_yield(void);

#endif
