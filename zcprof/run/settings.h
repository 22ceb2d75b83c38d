/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What 'zcprof run' was asked.
 *
 *   settings_parse()  the command line, plan files included
 *   settings_free()
 */
#ifndef ZCPROF_RUN_SETTINGS_H
#define ZCPROF_RUN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "collectors/power/meter.h"
#include "zcprof/origin.h"
#include "zcprof/run/plan.h"

#define REPEATS_MAX 10000

struct settings {
	struct plan plan;
	unsigned int repeats;
	bool repeats_given;
	const char *against; /* a directory whose configuration is measured again; NULL: none */
	double within_s;     /* what may be spent on the runs of this call; 0: not asked for */
	double until; /* go on until intervals are so narrow: 0.02 for ±2 %; 0: not asked for */
	uint64_t seed;
	bool seed_given;
	bool tables_given, published_given;
	bool control;
	bool dry_run;
	const char *output; /* NULL: a new directory named by the time */
	const char *link;   /* veth, loopback, a device, or netns:RX,TX */
	bool ipv6;
	const char *host[END_COUNT]; /* where that end runs; NULL: here */
	const char *address;	     /* that rx listens on and tx connects to; NULL: the link's */
	uint16_t port;		     /* control port at rx; the data flows use the one after it */
	const char *ssh;	     /* the command that reaches a host */
	bool ssh_given;
	bool push;	     /* take this zcprof to hosts */
	const char *zcprof;  /* on a host */
	const char *zcpath;  /* NULL: the one beside zcprof, else the one in PATH */
	const char *collect; /* lists of collectors; NULL: all */
	const char *no_collect;
	bool exact;
	bool live;
	struct meter meter;
	struct origin origin;
	char **words; /* the arguments with plan files put in their place; owned */
};

/* Ends the process where --help or --version was asked, or the command line was wrong. */
void settings_parse(struct settings *settings, int argc, char **argv);
void settings_free(struct settings *settings);

#endif
