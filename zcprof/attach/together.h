/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record of two halves, each of its own end and from its own machine.
 *
 *   together_take()      what came of a half
 *   together_answer()    what it answered since: gate.h
 *   together_differs() whether what says it is of another version
 *   together_write()     both as one: facts first, and each machine's own as rx-host and tx-host
 *   together_free()
 */
#ifndef ZCPROF_ATTACH_TOGETHER_H
#define ZCPROF_ATTACH_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "zcprof/agent/version.h"

/* Starts zeroed. */
struct together_half {
	const char *name; /* of the machine */
	char *bytes;	  /* its rows, as they came */
	size_t len, room;
	size_t looked;			     /* for answers, until there: a line begins; */
	size_t scanned;			     /* and until there it does not end */
	char why[120];			     /* it was given up */
	char protocol[16], hello[HELLO_MAX]; /* as it says; empty: it did not */
	/* By its clock, and how that is ahead of this machine's. */
	struct clock_apart apart;
	double at_ns[2]; /* its window's edges; 0: not known */
};

/* 0, or -1: why says so. It says more than a record has, or there is no memory left. */
int together_take(struct together_half *h, const char *bytes, size_t len);
/* The next; false: there is none yet, or why says that none will come: a line is longer than a row. */
#define ANSWER_MAX 64
bool together_answer(struct together_half *h, char text[ANSWER_MAX]);
/* What the record says of itself beside what the halves do. */
struct together_said {
	const char *name; /* of the configuration; NULL: that of the file */
	bool unnamed;	  /* this machine's name is left out too */
};
/* whole: false leaves it a .part. An exit code; what is wrong was said. */
int together_write(const char *path, const struct together_said *said,
		   struct together_half *const halves[2], bool whole);
/* Is it of another version? */
bool together_differs(const struct together_half *h);
void together_free(struct together_half *h);

#endif
