/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record that is whole says of itself all the same: that its figures are not what they seem.
 *
 *   doubts_take()   one row after the other, as the record has them
 *   doubts_print()  what is to be said, as it stands behind "but"; false: nothing is
 *   doubts_kind()   the same of one kind alone, so that runs that share it are told together
 */
#ifndef ANALYZE_FIGURES_DOUBTS_H
#define ANALYZE_FIGURES_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

/* Of those beyond it is not said that they were held up. */
#define DOUBTS_CPUS 512

struct doubts {
	double window_ns; /* the longest of the ends'; 0: not known */
	double asked_s;	  /* 0: nobody said how long */
	struct doubts_cpu {
		double all_ns, idle_ns, unbilled_ns;
	} cpu[2][DOUBTS_CPUS]; /* those of the sender, and all others: two machines have the same numbers */
	double all_ns, busy_ns; /* of all CPUs: their time, and in it they were not idle */
	double tasks_ns,
		threads_ns; /* in tasks, by the tick; of the ends' threads, by the scheduler */
	double programs_ns; /* in threads_ns, without the kernel's own for softirqs; 0: the ends are CPUs, not programs */
	double edge_ns[2];  /* open and close: how far apart the flows of an end were read */
	double measured_ns; /* the shortest of the sources' windows; 0: not known */
};

/*
 * A window that is too long, one whose edges are not the same for all flows, sources that measured for a part of it, CPU
 * time that a hypervisor may have taken, threads that ran longer than their CPUs, and CPU time that others had.
 */
enum doubt {
	DOUBT_LONG,
	DOUBT_EDGES,
	DOUBT_MEASURED,
	DOUBT_UNBILLED,
	DOUBT_THREADS,
	DOUBT_OTHERS,
	DOUBT_COUNT
};

/* value: of a fact; number: of any other. */
void doubts_take(struct doubts *d, enum metric_id id, enum record_end end, struct text key,
		 struct text value, double number);
bool doubts_print(const struct doubts *d, char *text, size_t size);
/* How bad it is, to be compared with others of its kind; 0: there is none, and text is empty. */
double doubts_kind(const struct doubts *d, enum doubt kind, char *text, size_t size);

#endif
