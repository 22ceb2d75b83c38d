/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record that is whole says of itself all the same: that its figures are not what they seem.
 *
 *   doubts_take()   one row after the other, as the record has them
 *   doubts_print()  what is to be said, as it stands behind "but"; false: nothing is
 */
#ifndef ANALYZE_FIGURES_DOUBTS_H
#define ANALYZE_FIGURES_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/record.h"

struct doubts {
	double window_ns;		  /* the longest of the ends'; 0: not known */
	double asked_s;			  /* 0: nobody said how long */
	double billed_ns, unaccounted_ns; /* of the CPUs' time */
	double busy_ns, threads_ns;
};

/* Of a fact: its value as text in a buffer that ends; number is that of another. */
void doubts_take(struct doubts *d, enum metric_id id, const char *key, size_t key_len,
		 const char *text, double number);
bool doubts_print(const struct doubts *d, char *text, size_t size);

#endif
