/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large buffers, rings, areas and batches have to be for a rate and a round trip. Each size has its
 * formula and where it comes from; nothing of it is measured, and powers of two are rounded up to.
 *
 *   sizing_need()   what is needed; what a run tells of it takes the place of what is not given
 *   sizes_of()      the sizes
 */
#ifndef ANALYZE_FIGURES_SIZING_H
#define ANALYZE_FIGURES_SIZING_H

#include "analyze/load/group.h"

/* NAN: not given. */
struct need {
	double rate;	/* bit/s of payload */
	double rtt_s;	/* round trip */
	double pause_s; /* for which the CPU of softirqs may look away from its ring */
	double hold_s;	/* for which the application sits on data that it has received */
	double buffer;	/* bytes of one buffer of the ring */
	double read;	/* bytes of one receive */
	double call_ns; /* of a system call */
};

struct size {
	const char *name; /* as an option or a sysctl is called */
	const char *what;
	const char *unit;
	double value;
	const char *formula;
	const char *source;
};

#define SIZES_MAX 12

/* c: NULL, or whose round trip, delay, segments, reads and time of a call stand for those not given. */
void sizing_need(struct need *need, const struct configuration *c);
size_t sizes_of(const struct need *need, struct size sizes[SIZES_MAX]);

#endif
