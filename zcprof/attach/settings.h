/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What 'zcprof attach' was asked.
 *
 *   attach_settings_parse()  the command line
 *   attach_sidecar()         path without ending of files that lie beside the record
 */
#ifndef ZCPROF_ATTACH_SETTINGS_H
#define ZCPROF_ATTACH_SETTINGS_H

#include <stdbool.h>
#include <sys/types.h>

#include "collectors/power/meter.h"
#include "record/record.h"
#include "zcprof/origin.h"
#include "zcprof/run/skip.h"

/* What belongs to an end; [END_HOST] is given for whichever end there is. */
struct attach_settings {
	pid_t pid[END_COUNT]; /* 0: none */
	const char *cgroup[END_COUNT];
	const char *netns[END_COUNT];
	bool by_cpu[END_COUNT]; /* whatever runs on cpus, or anywhere where that is NULL */
	const char *iface[END_COUNT];
	const char *cpus[END_COUNT];
	enum record_end as;  /* of what is in [END_HOST] or COMMAND; END_HOST: by what it moves */
	char **command;	     /* NULL: none */
	const char *adapter; /* how the command says what it moves; "none"; NULL: by its name */
	bool gate;	     /* another zcprof opens the window */
	bool of_pair;	     /* an option of two machines was given */
	bool terminate;	     /* the command, when the window has closed */
	double seconds;	     /* 0: until the command ends */
	double warmup;
	double interval; /* of rows in mid-window; 0: of throughput alone, every second */
	bool live;
	const char *openmetrics; /* a file, or ':' and a port; NULL: none */
	struct skip given;	 /* what of a plan it is, each option with one value */
	const char *name;	 /* of the configuration; NULL: that of the output */
	const char *output;	 /* NULL: none, somebody only watches */
	const char *collect;	 /* lists of collectors; NULL: all */
	const char *no_collect;
	bool exact;
	struct meter meter;
	struct origin origin;
};

/* Ends the process where --help or --version was asked, or the command line was wrong. */
void attach_settings_parse(struct attach_settings *settings, int argc, char **argv);
/* To be freed; NULL without a record. */
char *attach_sidecar(const char *output);

#endif
