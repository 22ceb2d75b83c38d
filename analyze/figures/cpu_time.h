/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * C, the CPU time of an end. The kernel bills CPUs; but where both ends are on one machine, as over veth, softirqs of the one
 * run on CPUs of the other, since what is sent there is received by the CPU that sends. How long that was is known where each
 * end has a network namespace of its own (softirq.across): it is taken from the one end to the other. Of slices, which are a
 * small part of the window, it is told by the profile's samples, which are of all of it, or else what the kernel billed as
 * softirqs there, by the share that an end has in them: an estimate, which has its error. What the one end has too much the
 * other has too little, so that their sum has none.
 *
 *   cpu_percent()   C in percent of one CPU
 *   cpu_off()       its standard error by that, likewise; 0: it is no estimate
 *   cpu_across()    what of C an end gains that way, and what it gives away, likewise
 *   cpu_neither()   and what softirqs on the ends' CPUs did for namespaces of neither, which is in C by CPU
 *   cpu_moved()     what of such figures changes its end: an end gives no more than it has, so that the sum stays what it was
 *   cpu_unsure()    how much of C, in percent of one CPU, may be the other end's, where that is not known
 *
 * NAN: not in the record; of the last, too: there is nothing unsure.
 */
#ifndef ANALYZE_FIGURES_CPU_TIME_H
#define ANALYZE_FIGURES_CPU_TIME_H

#include "analyze/load/run.h"

struct across {
	double gained, given;
	double off; /* the standard error of what they differ by */
};

double cpu_percent(const struct run *run, enum record_end end);
/* gained and given are NAN where it is not known. */
struct across cpu_across(const struct run *run, enum record_end end);
double cpu_off(const struct run *run, enum record_end end);
/* off: its standard error. */
double cpu_neither(const struct run *run, double *off);
double cpu_moved(struct across a, double own, double others);
double cpu_unsure(const struct run *run, enum record_end end);

#endif
