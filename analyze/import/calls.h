/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls of one end, added up over threads.
 *
 *   calls_add()     those of one table's row
 *   calls_finish()  as figures of source syscalls
 *   calls_free()
 */
#ifndef ANALYZE_IMPORT_CALLS_H
#define ANALYZE_IMPORT_CALLS_H

#include "analyze/import/import.h"

struct call {
	const char *name;
	double calls, errors;
	double total_ns; /* with the time blocked; NAN: not known, and so of the others */
	double system_ns;
	double min_ns, max_ns;
	double error_of_mean; /* as a part of the mean */
	double squares;	      /* sum of squares of deviations from the mean */
};

struct calls {
	struct call *at;
	size_t count;
	struct arena texts;
};

int calls_add(struct calls *calls, struct input *in, const char *name, const struct call *call);
int calls_finish(const struct calls *calls, struct import *im, struct input *in);
void calls_free(struct calls *calls);

#endif
