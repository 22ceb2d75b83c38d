/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether figures of one run that were measured in different ways agree.
 *
 *   consistency_row()   each row of a record, of the window and inside it
 *   consistency_each()  a sentence for each thing that does not add up
 *   consistency_free()
 *
 * What is held against what, and how far it may be apart, is in contradictions.c.
 */
#ifndef ANALYZE_LOAD_CONSISTENCY_H
#define ANALYZE_LOAD_CONSISTENCY_H

#include <stdbool.h>

#include "analyze/load/steps.h"
#include "record/reader.h"

/* More sources than there are. */
#define SOURCES_MAX 64

/* When a source looked. */
struct source_window {
	char name[32];
	double opened_ns, window_ns; /* NAN: not said */
	double share;		     /* of what it follows; 1: it counted all of it */
};

/* Starts zeroed. */
struct consistency {
	double sum[METRIC_COUNT][RECORD_ENDS]; /* over the keys, of the window */
	unsigned int rows[METRIC_COUNT][RECORD_ENDS];
	double error[METRIC_COUNT]; /* the largest standard error of a key's total, as a part of it */
	double idle_ns;		    /* part of the sum of components */
	double longest_thread_ns;
	char longest_thread[64];
	unsigned int threads[RECORD_ENDS]; /* of processes; 0: an end that is CPUs has none of its own */
	bool threads_ended[RECORD_ENDS]; /* so it is not known how many there were */
	double spread_ns;		 /* of both edges */
	double spread_open_ns, spread_close_ns;
	double device_rx, device_tx; /* bytes that the device of rx received, and that of tx sent */
	bool device_rx_known, device_tx_known;
	double mss;	    /* the largest of all flows */
	double mtu;	    /* the larger of both devices; 0: not known */
	double buffers;	    /* bytes of a connection that may be in flight, as the sysctls allow */
	char odd_share[96]; /* a part that is no part */
	double odd_share_is;
	char below_zero[160]; /* the first row that is, and cannot be */
	unsigned int below_zero_rows;
	struct source_window sources[SOURCES_MAX];
	size_t source_count;
	bool attached, by_bytes, own_veth, far;
	struct steps steps;
	/* Where each end had a machine of its own: what that machine says, as if there were no other. */
	struct consistency *of_machine[2];
};

void consistency_row(struct consistency *c, const struct row *row);
void consistency_each(const struct consistency *c,
		      void (*sentence)(void *data, const char *sentence), void *data);
void consistency_free(struct consistency *c);

/* For contradictions.c: NULL and NAN where it is not said. */
const struct source_window *consistency_source(const struct consistency *c, const char *name);
/* Whether it counted in slices. */
bool consistency_is_part(const struct consistency *c, const char *source);
double consistency_sum(const struct consistency *c, enum metric_id id);

#endif
