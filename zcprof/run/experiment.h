/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all runs of an experiment share. */
#ifndef ZCPROF_RUN_EXPERIMENT_H
#define ZCPROF_RUN_EXPERIMENT_H

#include "nic/link.h"
#include "zcprof/collecting.h"
#include "zcprof/once.h"
#include "zcprof/progress.h"
#include "zcprof/run/settings.h"

struct host;
struct watching;

struct experiment {
	const struct settings *settings;
	struct link link;
	struct host *host[END_COUNT]; /* of an end that is not here; one for both where both are there */
	const char *directory;
	char *zcpath;					    /* the local one */
	char address[64];				    /* that rx listens on */
	const struct collector_ops *chosen[COLLECTORS_MAX]; /* NULL at the end */
	struct progress progress;
	struct watching *watching;
	struct once once;
};

#endif
