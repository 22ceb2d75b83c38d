/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sets of runs, A and B, as records on disk, and why zcroi explain says that they differ.
 *
 *   explain()           of two sets, each of a throughput in Gbit/s and the rows that its runs have more
 *   explain_unsteady()  the same, where every second run of B is so many times as slow
 *   first()             the mechanism that is named first; "none"
 *   forget()
 *
 *   write_run()         one more run, in the folder of that name in top; a fact of a plain run is as the rows say
 *
 *   explaining_start()  and explaining_finish() make and remove top, for cmocka
 */
#ifndef TESTS_UNIT_EXPLAINING_H
#define TESTS_UNIT_EXPLAINING_H

#include "analyze/causes/causes.h"

/* Rows: the sender's CPU was so many ms of its second at work. */
#define BUSY(ms)                                                                                   \
	",tx,cpu,user,1,0,ns\n,tx,cpu,irq,1,0,ns\n,tx,cpu,softirq,1,0,ns\n,tx,cpu,system,1," #ms   \
	"000000,ns\n"

struct pair {
	struct experiment a, b;
	struct causes causes;
};

extern char top[];

void write_run(const char *set, int repeat, double gbit, const char *rows);
void explain(struct pair *p, double gbit_a, const char *rows_a, double gbit_b, const char *rows_b);
void explain_unsteady(struct pair *p, double unsteady, double gbit_a, const char *rows_a,
		      double gbit_b, const char *rows_b);
const char *first(const struct pair *p);
void forget(struct pair *p);

int explaining_start(void **state);
int explaining_finish(void **state);

#endif
