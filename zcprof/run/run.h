/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: a fresh pair of ends, one window, one file.
 *
 *   run_once()     do it
 *   run_path()     its file
 *   run_seconds()  how long it takes, at least
 */
#ifndef ZCPROF_RUN_RUN_H
#define ZCPROF_RUN_RUN_H

#include "zcprof/run/experiment.h"

enum run_result {
	RUN_DONE,
	RUN_FAILED,    /* this one; the next may do better */
	RUN_UNABLE,    /* nor would its repeats: this machine cannot, which was known only now */
	RUN_STOPPED,   /* by a signal */
	RUN_NO_OUTPUT, /* the file could not be written: no run after it could be either */
};

/* Has said why, where it is not RUN_DONE or RUN_STOPPED. */
enum run_result run_once(struct experiment *x, const struct slot *slot);

/* DIR/CONFIGURATION/run-N.csv of a slot; to be freed. */
char *run_path(const struct experiment *x, const struct slot *slot);
double run_seconds(const struct configuration *configuration);

#endif
