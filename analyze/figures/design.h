/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the runs of two configurations stand to one another, and so how their figures may be compared:
 * within the rounds of one experiment, as two independent sets, or across the machine's drift. And
 * which runs are of another mode than their siblings, by their throughput: those are compared in
 * nothing, and whoever prints a comparison says which they are.
 *
 * A machine that is started again does the same thing a little faster or slower, for all runs until the next start. Where
 * runs of A and of B have no start in common, a start is one sample, the mean of its runs; where either is of one start
 * alone, what they differ by may be that, and no interval says so.
 *
 *   design_of()         of two configurations
 *   design_contrast()   compare figures, one per run
 *   design_samples()    figures of a side as they are compared: without runs set apart, a start being one
 *   design_confounded() whether what differs may be that the machine was started again
 *   design_quantity()   compare a quantity of the results
 *   design_free()
 *   configuration_strangers()   runs of one configuration that are unlike its others
 */
#ifndef ANALYZE_FIGURES_DESIGN_H
#define ANALYZE_FIGURES_DESIGN_H

#include "analyze/figures/contrast.h"
#include "analyze/figures/roi.h"
#include "analyze/load/group.h"

struct design {
	const struct configuration *a, *b;
	enum layout layout;
	size_t (*rounds)[2]; /* runs of A and B that were neighbours in time */
	size_t round_count;
	bool *apart[2]; /* per run of A and of B: set apart */
	size_t apart_count;
	size_t *start[2]; /* of each run the first of its side that is of the same start of the machine */
	size_t starts[2];	   /* how many there are; 0: not known of all runs */
	bool starts_common;	   /* some are in both sides */
	bool starts_differ;	   /* but most runs of one side are of none of them */
	double calibration;	   /* as contrast_how has it */
	const char *calibrated_by; /* what of the machine had moved by so much; or NULL */
};

void design_of(struct design *d, const struct configuration *a, const struct configuration *b);
void design_free(struct design *d);

/* a and b: one figure per run, NAN where not measured. grain: of A and of B. */
struct comparison design_contrast(const struct design *d, const double *a, const double *b,
				  const struct grain grain[2], double margin);
/* samples has room for all runs. Returns how many there are. */
size_t design_samples(const struct design *d, int side, const double *values, double *samples);
bool design_confounded(const struct design *d);
struct comparison design_quantity(const struct design *d, enum quantity q,
				  const struct exponents *exponents, double margin);

/* Throughput of a run by that of the typical run of its configuration. */
double design_unlike(const struct configuration *c, const bool *apart, size_t run);

/* apart has room for its runs. Returns how many. */
size_t configuration_strangers(const struct configuration *c, bool *apart);

#endif
