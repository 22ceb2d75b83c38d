/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each CPU did between two readings of /proc/stat, by its number. The kernel lists the CPUs that
 * are online; but what all of them did, its first line, has those in it that are not.
 *
 *   proc_stat_room()     bytes that the lines of all CPUs may take
 *   proc_stat_between()  the difference of two texts
 *   proc_stat_awake_ns() of a CPU's window what was neither idle nor stolen
 *   proc_stat_busy_ns()  what its ticks met, which is all that is known of one that came or went, or did both
 *   proc_stat_free()     a zeroed one is fine
 */
#ifndef COLLECTORS_KIT_PROC_STAT_H
#define COLLECTORS_KIT_PROC_STAT_H

#include <stddef.h>
#include <stdint.h>

enum {
	STAT_USER,
	STAT_NICE,
	STAT_SYSTEM,
	STAT_IDLE,
	STAT_IOWAIT,
	STAT_IRQ,
	STAT_SOFTIRQ,
	STAT_STEAL,
	STAT_FIELDS
};

enum stat_presence {
	STAT_NOWHERE, /* offline at both edges */
	STAT_AT_ONE,  /* it came or went */
	STAT_AT_BOTH,
};

struct stat_cpu {
	enum stat_presence presence;
	uint64_t ns[STAT_FIELDS]; /* of one that is at both */
	/*
	 * idle and iowait together. A sleep that has not ended is iowait at a look while a task of the CPU waits for I/O, and
	 * idle, all of it, once that has been woken (kernel/time/tick-sched.c): only their sum never runs backwards.
	 */
	uint64_t slept_ns;
};

struct proc_stat {
	unsigned int bound; /* of the CPUs' numbers */
	struct stat_cpu *cpu;
	/* Those at one edge, together; without idle and iowait, which are not kept of a CPU that is
	   offline. */
	unsigned int changed;
	uint64_t changed_ns[STAT_FIELDS];
};

size_t proc_stat_room(unsigned int bound);
/* 0, or -1: no memory left. */
int proc_stat_between(struct proc_stat *s, const char *opened, const char *closed,
		      unsigned int bound);
/*
 * Idle time is measured, from when a CPU goes idle until it is woken (kernel/time/tick-sched.c); what it does otherwise
 * is billed at ticks alone (kernel/sched/cputime.c), and a CPU that is woken for less than a tick, again and again, may be
 * billed for next to nothing. Of one that slept all the time it may be below 0, by what three figures are rounded to, so
 * that a sum over many CPUs is not too large. Of one that went and came back it says nothing: nobody counts as sleep that
 * it was away, and before Linux 6.8 its idle time begins at 0 again.
 */
double proc_stat_awake_ns(const struct stat_cpu *cpu, double window_ns);
uint64_t proc_stat_busy_ns(const uint64_t ns[STAT_FIELDS]);
void proc_stat_free(struct proc_stat *s);

#endif
