/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs as they belong together. Runs of one directory that name the same configuration and the same
 * host are its repeats; repeats without collectors are its controls.
 *
 *   experiment_load()  every record in the files and directories that were named; in a directory
 *                      what is no record, or a run that did not finish, is left out; so are copies of a run
 *   experiment_find()  a configuration by its name
 *   experiment_warn_shared() say so where runs of one are in another one too
 *   experiment_drop()  without one of its configurations, or of those that were not run
 *   configuration_again()   whether it is an earlier configuration, measured again by --against
 *   experiment_free()
 */
#ifndef ANALYZE_LOAD_GROUP_H
#define ANALYZE_LOAD_GROUP_H

#include <sys/types.h>

#include "analyze/load/run.h"

struct configuration {
	char *name;
	char *directory;
	const char *host;  /* its name, which belongs to the runs; NULL: they do not say */
	struct run **runs; /* in the order in which they ran */
	size_t count;
	struct run **controls;
	size_t control_count;
};

struct experiment {
	struct configuration *configurations;
	size_t count;
	struct run **refused; /* what was not run: facts, and why (run_refusal()) */
	size_t refused_count;
	struct left_out {
		char *path;
		const char *why; /* "a run that did not finish" */
	} * left_out;
	size_t left_out_count;
	size_t copies; /* among them: records of runs that were read already */
	struct file {
		dev_t device;
		ino_t inode;
	} * files; /* that were read */
	size_t file_count;
};

/* 0, or -1 after saying what is wrong: nothing there, or a record that is refused. */
int experiment_load(struct experiment *e, char *const *paths, size_t count, enum run_keep keep);
const struct configuration *experiment_find(const struct experiment *e, const char *name);
void experiment_warn_shared(const struct experiment *a, const struct experiment *b);
bool configuration_again(const struct configuration *c);
void experiment_drop(struct experiment *e, size_t configuration);
void experiment_drop_refused(struct experiment *e, size_t refused);
void experiment_free(struct experiment *e);

#endif
