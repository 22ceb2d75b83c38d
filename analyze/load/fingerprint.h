/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By what a run is known again in a copy of its record: a run is one sample, however many copies there are.
 *
 *   fingerprint_row()   adds a row of the record, in any order
 *   fingerprint_same()  whether two records are of one run
 *
 * A record that says when its run began may have been given another configuration, number or label since. Of others,
 * as of those of zcroi import, all has to be the same.
 */
#ifndef ANALYZE_LOAD_FINGERPRINT_H
#define ANALYZE_LOAD_FINGERPRINT_H

#include "record/row.h"

struct fingerprint {
	uint64_t rows;	/* the sum of what each gives, but for names */
	uint64_t names; /* of rows that only say how the run is called */
	bool dated;	/* it says when it began */
};

void fingerprint_row(struct fingerprint *f, const struct row *row);
bool fingerprint_same(const struct fingerprint *a, const struct fingerprint *b);

#endif
