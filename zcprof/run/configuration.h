/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is chosen for a run.
 *
 *   configuration_cpus()  CPUs that the threads of an end were put on, as a list
 */
#ifndef ZCPROF_RUN_CONFIGURATION_H
#define ZCPROF_RUN_CONFIGURATION_H

#include "record/options.h"

struct configuration {
	char *name; /* of its directory: the paths, and every option that varies */
	const char *value[END_COUNT][OPTIONS]; /* as typed; NULL: not given; [END_HOST] is unused */
	const char *against; /* the directory that it was taken from; NULL: from the lists */
};

/* Where they follow the queues (--cpu rxq) those of --irq-cpu. NULL: on any. */
const char *configuration_cpus(const struct configuration *c, enum record_end side);

#endif
