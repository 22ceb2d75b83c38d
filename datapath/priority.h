/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that moves bytes may never wait. With the real-time priority of the program that started it
 * (chrt(1)), it would keep its CPU from its equals: from the thread that ends it when the window is over, and
 * from zcprof. So it runs one step below.
 *
 *   priority_below()  what one step below a policy and a priority is
 *   priority_yield()  this thread takes that step; one of many gives way where the kernel is fair, too
 *   priority_lead()   this thread's turns are short from now on, and so come soon
 *
 * Where the kernel is fair, who leads thousands of threads that all can run waits for as long as each of them takes what
 * it took itself: 5 ms of 10,000 on one CPU are 50 s (sched/fair.c, entity_eligible()). So these weigh as little as they
 * can (nice 19), and of those that may run EEVDF lets go first whose turn would be over first.
 */
#ifndef DATAPATH_PRIORITY_H
#define DATAPATH_PRIORITY_H

#include <stdbool.h>

/* As sched_setscheduler(2) has them. False where nothing changes: the kernel is fair to all other policies. */
bool priority_below(int *policy, int *priority);
/* 0 or an errno. */
int priority_yield(bool one_of_many);
/* The same; before Linux 6.12 it does nothing. Threads that it starts later would take after it. */
int priority_lead(void);

#endif
