/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment: all its runs, in their order.
 *
 *   experiment_run()  do it, and say how it went; returns an exit code
 */
#ifndef ZCPROF_RUN_EXPERIMENT_H
#define ZCPROF_RUN_EXPERIMENT_H

#include "nic/link.h"
#include "zcprof/collecting.h"
#include "zcprof/once.h"
#include "zcprof/progress.h"
#include "zcprof/run/settings.h"

/* What all its runs share. */
struct experiment {
	const struct settings *settings;
	struct link link;
	const char *directory;
	char *zcpath;					    /* the local one */
	char address[64];				    /* that rx listens on */
	const struct collector_ops *chosen[COLLECTORS_MAX]; /* NULL at the end */
	struct progress progress;
	struct once once;
};

int experiment_run(struct settings *settings);

#endif
