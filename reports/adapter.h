/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that say themselves what they moved: how to have them say it, and how to understand it.
 * One file per adapter, and its line in the table of adapter.c.
 *
 *   adapter_for()     that of a command, by the name of its program, or of what it runs
 *   adapter_named()   by its own name; NULL: there is none
 *   adapter_names()   all names, for a message
 *   adapter_unit()    bytes per second in "10^6bits/s" and the like; 0: unknown
 *
 *   report_add()      so much was moved from then until then
 *   report_add_packets()  … and so many packets
 *   report_packets()  those of a window that the end has received, or sent; below 0: it does not speak of any
 *   report_total()    what was moved in a window, and how much of the window that is known of
 *   report_free()
 *
 * An adapter hears its program's output line by line, with the moment at which each line came. What
 * it takes from it are spans of time with bytes; where a span lies in the window with a part, so do
 * its bytes.
 */
#ifndef REPORTS_ADAPTER_H
#define REPORTS_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/record.h"

struct span {
	uint64_t from_ns, to_ns;
	double received, sent;		       /* bytes */
	double packets_received, packets_sent; /* below 0: it does not say */
};

struct report {
	struct span *spans;
	size_t count;
	const char *why;      /* there are none, or too few, where the adapter knows; static */
	const char *protocol; /* that moved it, where the report says so; static */
};

struct adapter {
	const char *name;
	const char *const *programs; /* that it understands, NULL at the end */
	size_t state_size;	     /* of a state that begins as zeros */
	bool says_all;		     /* what it does not speak of, it did not move */
	/*
	 * The word that has the program say what is wanted; NULL: it will as it is. argv[0] is the
	 * program.
	 */
	const char *(*missing)(char *const argv[]);
	/* A first guess, until the report says it. END_HOST: its words do not say. */
	enum record_end (*end)(char *const argv[]);
	/* A line without its line end. */
	void (*line)(void *state, struct report *r, const char *line, uint64_t at_ns);
	void (*close)(void *state); /* NULL: nothing to be let go of */
};

/* at: where in argv the program stands, as behind "ip netns exec NAME". */
const struct adapter *adapter_for(char *const argv[], size_t *at);
/* Is this word one of its programs? NULL is none. */
bool adapter_understands(const struct adapter *a, const char *word);
const struct adapter *adapter_named(const char *name);
const char *adapter_names(void);
double adapter_unit(const char *text);

/* Is there one of these words? NULL at the end of both. */
bool adapter_has_word(char *const argv[], const char *const *words);

void report_add(struct report *r, uint64_t from_ns, uint64_t to_ns, double received, double sent);
void report_add_packets(struct report *r, uint64_t from_ns, uint64_t to_ns, double received,
			double sent, double packets_received, double packets_sent);
double report_packets(const struct report *r, enum record_end end, uint64_t from_ns, uint64_t to_ns);
/* The part of the window that spans cover. */
double report_total(struct report *r, uint64_t from_ns, uint64_t to_ns, double *received,
		    double *sent);
void report_free(struct report *r);

extern const struct adapter iperf3_adapter;
extern const struct adapter neper_adapter;
extern const struct adapter netperf_adapter;
extern const struct adapter testpmd_adapter;

#endif
