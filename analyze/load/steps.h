/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was counted inside the window, row by row, against the whole of it.
 *
 *   steps_row()   each row of a total
 *   steps_each()  those whose steps do not add up to what the window has
 *   steps_free()
 *
 * Memory is by figures, however many rows each of them has.
 */
#ifndef ANALYZE_LOAD_STEPS_H
#define ANALYZE_LOAD_STEPS_H

#include <stdbool.h>

#include "base/memory.h"
#include "record/row.h"

/* Starts zeroed. */
struct steps {
	void *of[METRIC_COUNT]; /* by end and key (tsearch(3)) */
	struct arena texts;
};

struct step_sum {
	enum record_end end;
	enum metric_id id;
	const char *key;
	double inside, magnitude; /* magnitude: of the rows inside, without their signs */
	double whole;		  /* NAN: no row over the window */
	size_t rows;		  /* inside */
};

void steps_row(struct steps *s, const struct row *row);
void steps_each(const struct steps *s, void (*on_sum)(void *data, const struct step_sum *sum),
		void *data);
void steps_free(struct steps *s);

#endif
