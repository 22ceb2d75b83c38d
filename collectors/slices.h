/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring for a part of the window only, in short slices spread over it: for what happens so
 * often that to look at each event would slow down what is measured. What was counted is scaled up
 * by slices_scale(), and the record says the share (metric collector,share).
 *
 *   slices_open()   a thread that is not measuring yet
 *   slices_begin()  at the window's first edge: it measures at once, and then again and again
 *   slices_end()    at the window's last edge; does not wait
 *   slices_wait()   until it has stopped
 *   slices_scale()  length of the window over that of all slices; 0 if there was none
 *   slices_scaled() a total that was counted in slices, for the whole window
 *   slices_close()  safe at any time
 *
 * Pauses are of random length, so that no two sources measure in step with one another or with the
 * traffic.
 */
#ifndef COLLECTORS_SLICES_H
#define COLLECTORS_SLICES_H

#include <linux/types.h>
#include <stdbool.h>

struct slices;

/* Called in turn: the first by who calls slices_begin(), the others by the thread. */
struct slices_work {
	int (*on)(void *state);	   /* 0, or -1: no more slices */
	__u64 (*off)(void *state); /* how long that slice was, in ns */
	__u64 slice_ns;
};

/*
 * share is that of the window, more than 0; from 1 on there is one slice, the window itself. NULL:
 * out of memory. work has to outlive it.
 */
struct slices *slices_open(const struct slices_work *work, double share, void *state);
/* 0, or -1: the first slice or the thread could not begin. */
int slices_begin(struct slices *s);
void slices_end(struct slices *s);
void slices_wait(struct slices *s);
double slices_scale(const struct slices *s);
__u64 slices_scaled(__u64 total, double scale);
void slices_close(struct slices *s);

#endif
