/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A figure by the name that a person types.
 *
 *   wanted_parse()     T, C, P, ROI, C-rx …; a name of --sort or of a column; or any metric that a record has,
 *                      as rx-cpu.iowait or cpu.iowait:0 (of each key that matches)
 *   wanted_quantity()  one of the table's own
 *   wanted_value()     of a run; NAN where it was not measured
 *   wanted_heading()   of its column
 *   wanted_estimate()  over the runs of a configuration
 *
 * Time that grows with the window is percent of the window, another total is per second; a level of
 * several keys is their mean.
 */
#ifndef ANALYZE_FIGURES_WANTED_H
#define ANALYZE_FIGURES_WANTED_H

#include "analyze/figures/roi.h"
#include "analyze/figures/stats.h"
#include "analyze/load/group.h"

struct wanted {
	char name[96]; /* of a column of CSV */
	char unit[24];
	enum quantity quantity; /* QUANTITIES: the metric below */
	enum metric_id metric;
	enum record_end end; /* RECORD_ENDS: all */
	char key[64];	     /* a pattern; "": all */
};

struct estimate {
	double middle;		  /* as the talk averaged: NAN if no run has it */
	struct interval interval; /* of the typical run */
	size_t count;		  /* runs that have it */
};

/* 0, or -1 with why: a part of a sentence that fits behind "NAME: ". */
int wanted_parse(struct wanted *w, const char *typed, size_t len, char *why, size_t why_size);
struct wanted wanted_quantity(enum quantity q);
double wanted_value(const struct wanted *w, const struct run *run,
		    const struct exponents *exponents);
void wanted_heading(const struct wanted *w, const struct exponents *exponents, char *text,
		    size_t size);
/* apart: which runs are of another mode (configuration_strangers()): the interval is without them. */
struct estimate wanted_estimate(const struct wanted *w, const struct configuration *c,
				const bool *apart, const struct exponents *exponents);

#endif
