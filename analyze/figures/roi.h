/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run gave and what it cost: throughput T at the receiver in Gbit/s, CPU C in percent of one
 * CPU, power P in watts, and the return on investment T^n/C and T^n/P^m. Of datagrams also M, millions of
 * them received a second, by CPU of the receiver, and M^n/C.
 *
 *   outcome_of()         every quantity of one run; NAN where it was not measured
 *   outcome_margin()     half of the 95 % interval that one of them has by how it was sampled, in its unit
 *   outcome_undefined()  why one that was measured is none all the same: it is by something that was none
 *   outcomes()           one quantity of many runs, those that lack it left out
 *   quantity_info()      how a quantity is called and written
 *   latency_of()         what latencies of a run are: of requests (--rpc), or one-way delays of datagrams (--stamp)
 *   quantity_heading()   of a column, with the exponents that were chosen
 *   quantity_find()      by the name that --sort takes
 */
#ifndef ANALYZE_FIGURES_ROI_H
#define ANALYZE_FIGURES_ROI_H

#include "analyze/load/run.h"

enum quantity {
	THROUGHPUT,
	CPU_RX,
	CPU_TX,
	CPU_TOTAL,
	POWER_RX,
	POWER_TX,
	POWER_TOTAL,
	ZEROCOPY_RX,
	ZEROCOPY_TX,
	ROI_CPU_RX,
	ROI_CPU_TX,
	ROI_CPU_TOTAL,
	ROI_POWER_RX,
	ROI_POWER_TX,
	ROI_POWER_TOTAL,
	/* of --rpc alone */
	REQUESTS,
	/* … or of --udp with --stamp */
	LATENCY_P50,
	LATENCY_P99,
	LATENCY_P999,
	LATENCY_P9999,
	/* of --udp alone */
	PACKETS,
	PACKETS_CPU_RX,
	ROI_PACKETS,
	LOST,
	QUANTITIES,
};

struct quantity_info {
	const char *name;    /* of a column of CSV, with its unit */
	const char *sort;    /* as --sort takes it */
	const char *words;   /* in a sentence */
	const char *heading; /* of a table; of a ROI what stands below the T */
	const char *unit;
	enum metric_better better;
};

/* n and m of T^n/C and T^n/P^m: 2 and 1, as in the talk. */
struct exponents {
	double throughput;
	double power;
};

struct outcome {
	double of[QUANTITIES];
	double off[QUANTITIES]; /* standard error of what is an estimate in one run, in its unit; of others 0 */
};

struct outcome outcome_of(const struct run *run, const struct exponents *exponents);

double outcome_margin(const struct outcome *o, enum quantity q);

/* A sentence, or NULL: what it is made of has rows in the record and is no zero, or has none. */
const char *outcome_undefined(const struct run *run, enum quantity q);

/* values has room for count; returns how many were measured. */
size_t outcomes(struct run *const *runs, size_t count, enum quantity q,
		const struct exponents *exponents, double *values);

enum metric_id latency_of(const struct run *run, enum record_end *end);

const struct quantity_info *quantity_info(enum quantity q);
void quantity_heading(enum quantity q, const struct exponents *exponents, char *text, size_t size);
enum quantity quantity_find(const char *sort); /* QUANTITIES if there is none */

#endif
