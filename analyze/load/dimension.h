/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By what configurations are told apart: the rows and columns of a pivot.
 *
 *   dimension_parse()   a name as it is typed: rx and tx, the paths; path, both; cpus, how many CPUs an
 *                       end has; an option such as read or rx-cpu; a fact such as kernel or
 *                       rx-nic:mtu; configuration; experiment, its directory
 *   dimension_of()      its value in a run; "" where it has none, or none that means anything there
 *   dimension_applies() has it a meaning for a run: every fact, and the options of its paths
 *   dimension_covers()  does it say what a part of a configuration's name says, such as rx-cpu of
 *                       "rx-cpu=0"
 *
 * Where both ends have it and not the same, the value is RX/TX.
 */
#ifndef ANALYZE_LOAD_DIMENSION_H
#define ANALYZE_LOAD_DIMENSION_H

#include "analyze/load/run.h"
#include "record/options.h"

struct dimension {
	char name[64]; /* as typed */
	enum dimension_kind {
		DIMENSION_OPTION,
		DIMENSION_FACT,
		DIMENSION_CPUS,
		DIMENSION_CONFIGURATION,
		DIMENSION_EXPERIMENT,
	} kind;
	enum option_ends ends; /* 0: the machine's */
	enum option_id option;
	enum metric_id fact;
	char key[64];
};

/* 0, or -1 with why: a part of a sentence that fits behind "NAME: ". */
int dimension_parse(struct dimension *d, const char *typed, size_t len, char *why, size_t why_size);
const char *dimension_of(const struct dimension *d, const struct run *run, struct arena *texts);
bool dimension_applies(const struct dimension *d, const struct run *run);
bool dimension_covers(const struct dimension *d, const char *part, size_t len);

#endif
