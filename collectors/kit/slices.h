/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring for a part of the window only, in short slices spread over it: for what happens so
 * often that to look at each event would slow down what is measured. What was counted is scaled up
 * by slices_scale(), and the record says the share (metric collector,share).
 *
 * All who measure so take turns: one at a time, each as often as the others, with pauses between
 * them. So what they cost together does not grow with their number; their shares shrink. Turns are
 * laid out over the window where its length is known beforehand, in a short one with shorter
 * slices, so that everyone has one (collectors/kit/turns.h); else over its first second, the next, the
 * two after them, and so on.
 *
 *   slices_open()   takes a place, without measuring yet
 *   slices_begin()  at the window's first edge: turns may come from now on
 *   slices_end()    at the window's last edge; does not wait
 *   slices_wait()   until it has stopped
 *   slices_scale()  by how much the window is more than all slices together; 0 if no turn came
 *   slices_hold()   in mid-window: slices_scale() of it so far; no slice begins until
 *   slices_let()
 *   slices_scaled() a total that was counted in slices, for the whole window
 *   slices_absent() the row that says so, where slices_scale() is 0
 *   slices_close()  safe at any time
 *
 * Pauses are of random length, so that no source measures in step with the traffic. What is counted
 * here comes with traffic, which is seldom steady: so the measure of a slice is not its length but
 * the packets that the machine took in meanwhile (/proc/net/softnet_stat, of all CPUs and network
 * namespaces). With too few of them to say anything, it is time after all.
 */
#ifndef COLLECTORS_KIT_SLICES_H
#define COLLECTORS_KIT_SLICES_H

#include <linux/types.h>

struct measurement; /* collectors/collector.h */
struct slices;
struct writer; /* record/writer.h */

/* Called in turn: by who calls slices_begin() if the whole window is asked for, else by a thread.
 */
struct slices_work {
	/* For so long, 0: the window. 0, or -1: no more slices. */
	int (*on)(void *state, __u64 slice_ns);
	__u64 (*off)(void *state); /* how long that slice was, in ns */
	__u64 slice_ns;		   /* at most */
	unsigned int least;	   /* so many slices are needed for its figures; 0: one */
};

/*
 * With run->exact there is one slice, the window itself. NULL: out of memory. work has to outlive
 * it. At most 32 at a time.
 */
struct slices *slices_open(const struct slices_work *work, const struct measurement *run,
			   void *state);
/* 0, or -1: the one slice, or the thread, could not begin. */
int slices_begin(struct slices *s);
void slices_end(struct slices *s);
void slices_wait(struct slices *s);
double slices_scale(const struct slices *s);
double slices_hold(struct slices *s);
void slices_let(struct slices *s);
__u64 slices_scaled(__u64 total, double scale);
void slices_absent(struct writer *w, const char *source);
void slices_close(struct slices *s);

#endif
