/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person who waits wants to know: which run, how fast now, how long still. A line that is
 * rewritten on a terminal, and one line per run elsewhere.
 *
 *   progress_begin()  a run begins
 *   progress_rate()   its throughput over the last second
 *   progress_end()    it is over
 *   progress_duration() a time as people say it
 *   progress_clear()  make room for a message
 */
#ifndef ZCPROF_PROGRESS_H
#define ZCPROF_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
	bool terminal;
	size_t done; /* runs, of this and of earlier calls */
	size_t total;
	size_t measured; /* runs that the estimate rests on */
	double began_s;
	double run_began_s;
	bool in_run;
	const char *configuration;
	unsigned int repeat;
	double seconds_each; /* until one run was seen */
};

void progress_open(struct progress *p, size_t total, size_t done, double seconds_each);
void progress_begin(struct progress *p, const char *configuration, unsigned int repeat);
void progress_rate(struct progress *p, double gbit_per_s);
void progress_end(struct progress *p, const char *result);
/* "1 h 02 min", "3 min 20 s", "12 s". Returns text. */
const char *progress_duration(double seconds, char *text, size_t size);
void progress_clear(const struct progress *p);

#endif
