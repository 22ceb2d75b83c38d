/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A figure by the name that a person types.
 *
 *   wanted_parse()     T, C, P, ROI, C-rx …; a name of --sort or of a column; T/CPU, throughput by CPU of the end that
 *                      takes more of it; any metric that a record has, as
 *                      rx-cpu.iowait or cpu.iowait:0 (of each key that matches); two of them by one another, as
 *                      rx-skb.segments/rx-skb.received; a quantile of a histogram, rx-latency.napi_to_copy@p99; what a
 *                      component, a part or a function has of an end's CPU time, rx-share:data_copy, and how much more
 *                      there could be if it cost nothing, rx-without:page_allocator (figures/bound.h)
 *   wanted_quantity()  one of the table's own
 *   wanted_value()     of a run; NAN where it was not measured
 *   wanted_look()      whether any record of an experiment has the key that is named; before values are asked for
 *   wanted_heading()   of its column
 *   wanted_estimate()  over the runs of a configuration (estimate.c)
 *   wanted_absent()    why a run has none, as its record says; NULL where it does not
 *
 * "batch=rx-skb.segments/rx-skb.received" is one that is headed by a word of one's own.
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
	char name[96];	 /* of a column of CSV */
	char called[24]; /* of its heading, where that was chosen; else "" */
	char unit[24];
	enum quantity quantity; /* QUANTITIES: the metric below */
	enum metric_id metric;
	enum record_end end; /* RECORD_ENDS: all */
	char key[64]; /* a pattern; "": all; of WANTED_SHARE and WANTED_WITHOUT what it is of */
	enum wanted_kind {
		WANTED_METRIC,
		WANTED_RATIO,
		WANTED_QUANTILE,
		WANTED_SHARE,
		WANTED_WITHOUT,
		WANTED_PER_CPU,
	} kind;
	struct {
		enum metric_id metric;
		enum record_end end;
		char key[64];
	} by;		 /* of WANTED_RATIO */
	double quantile; /* of WANTED_QUANTILE */
	bool strange;	 /* no record has the key or function that it names: a typo is no zero */
};

struct estimate {
	double middle;		  /* as the talk averaged: NAN if no run has it */
	struct interval interval; /* of the typical run; of one alone by what it sampled, or NAN */
	size_t count;		  /* runs that have it */
};

/* 0, or -1 with why: a part of a sentence that fits behind "NAME: ". */
int wanted_parse(struct wanted *w, const char *typed, size_t len, char *why, size_t why_size);
struct wanted wanted_quantity(enum quantity q);
/* Time that grows with the window: percent of it. */
bool wanted_is_share(const struct wanted *w);
double wanted_value(const struct wanted *w, const struct run *run,
		    const struct exponents *exponents);
void wanted_look(struct wanted *w, const struct experiment *e);
void wanted_heading(const struct wanted *w, const struct exponents *exponents, char *text,
		    size_t size);
const char *wanted_absent(const struct wanted *w, const struct run *run);
/* apart: which runs are of another mode (configuration_strangers()): the interval is without them. */
struct estimate wanted_estimate(const struct wanted *w, const struct configuration *c,
				const bool *apart, const struct exponents *exponents);

#endif
