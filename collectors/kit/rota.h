/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose turn it is to measure, and when: between slices.c, which has the sources take turns, and this, which lays the
 * turns out over the window (turns.h). Nobody else looks inside.
 *
 *   rota_begin()     a window of so many ns; 0: nobody knows of how many
 *   rota_plan()      so many ns more
 *   rota_pause()     how long to wait before the next turn, in ns; below 0: none of those planned is to come.
 *                    late: there is no time left for all
 *   rota_next()      whose it is; NULL: nobody's
 *   rota_slice_ns()  how long its slice is to be
 *   rota_took()      it is its turn
 *   rota_cost()      in ns of a slice there were so many events
 *   rota_between()   how long it is between two turns of one, in the mean, in ns
 *   rota_rest()      its turn took so many ns of a CPU, and the next will
 *
 * All with the lock held.
 */
#ifndef COLLECTORS_KIT_ROTA_H
#define COLLECTORS_KIT_ROTA_H

#include <pthread.h>

#include "collectors/kit/slices_state.h"

#define ROTA_MEMBERS 32
/* Of a window whose end nobody knows, so much is planned first; then as much again as is over. */
#define ROTA_UNKNOWN_NS 1000000000

/* Everything here, and all that is in its members, only with the lock held. */
struct rota {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct slices *member[ROTA_MEMBERS];
	unsigned int count;
	pthread_t thread;
	bool started;
	unsigned int random;
	/* What is planned until then: so many turns of each, in all, with slices of such a length. */
	bool known; /* the window ends then */
	__u64 begun_ns, until_ns;
	unsigned int turns;
	double length;
	unsigned int turns_taken; /* by those who had the fewest, when one had its latest */
	__u64 watched_ns;
	__u64 around_ns;   /* so much longer than their slices turns were lately */
	double slice_loss; /* the part of their time that programs took in slices lately */
	bool knows;	   /* and has planned by it */
};

extern struct rota rota;

void rota_begin(__u64 window_ns);
void rota_plan(__u64 ns);
__s64 rota_pause(bool *late);
struct slices *rota_next(bool late);
__u64 rota_slice_ns(const struct slices *s);
void rota_took(struct slices *s);
void rota_cost(__u64 events, __u64 ns);
double rota_between(void);
void rota_rest(struct slices *s, __u64 cpu_ns);

#endif
