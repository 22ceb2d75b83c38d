/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls of a record by their rows, and by the histogram of their times: both count the same calls.
 *
 *   call_times_row()   the next row of a record
 *   call_times_each()  calls of which they do not
 *   call_times_free()
 */
#ifndef ANALYZE_FIGURES_CALL_TIMES_H
#define ANALYZE_FIGURES_CALL_TIMES_H

#include <stddef.h>

#include "record/row.h"

/* Starts zeroed. */
struct call_times {
	struct call *calls;
	size_t count, last; /* rows of one call stand together */
};

/* 0, or -1 with why: a histogram's key that ends in no edge, or the name of no call. */
int call_times_row(struct call_times *t, const struct row *row, char *why, size_t why_size);
void call_times_each(const struct call_times *t, void (*complain)(void *data, const char *sentence),
		     void *data);
void call_times_free(struct call_times *t);

#endif
