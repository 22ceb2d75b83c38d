/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A collector: one source of figures about a run. One file per source implements the four verbs;
 * list.def names them all; nothing else has to change for a new one but its rows in metrics.def.
 *
 *   open      find the best means that works here; say why if none does
 *   snapshot  read the counters at one edge of the window, as fast as can be: no output, no
 *             division of labour, nothing that can wait until emit
 *   emit      after the window: the difference of the two snapshots as rows
 *   look      in mid-window, as often as one likes: rows of the window so far, those that a person
 *             or a time series wants, while measuring goes on and what emit says stays the same
 *   close     let go of everything; called also after a failed open
 *
 * A collector keeps its state in its own struct behind `state`. All verbs are called by one thread.
 */
#ifndef COLLECTORS_COLLECTOR_H
#define COLLECTORS_COLLECTOR_H

#include "collectors/kit/measurement.h"
#include "record/writer.h"

struct collector_ops {
	const char *source;
	const char *what; /* one line, for --help and doctor */
	bool hardware;	  /* that a machine may well lack: said in record and tables, no warning */
	bool of_traffic;  /* can be opened only on traffic that is there */
	bool of_ends;	  /* can always be opened once there is an end or its device */
	/*
	 * 0, with *means a static text such as "raw_tracepoint" or "/proc/stat"; or -1 with why
	 * filled in (one sentence that names the missing thing and the fix).
	 */
	int (*open)(void **state, const struct measurement *run, const char **means, char *why,
		    size_t why_size);
	int (*snapshot)(void *state, enum edge edge);
	void (*emit)(void *state, struct writer *w);
	/* NULL: nothing is known before the end; or, with `repeats`, a snapshot of EDGE_CLOSE and
	   emit do it, which may come again and again. */
	void (*look)(void *state, struct writer *w);
	bool repeats;
	void (*close)(void *state);
};

#endif
