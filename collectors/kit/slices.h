/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring for a part of the window only, in short slices spread over it: for what happens so
 * often that to look at each event would slow down what is measured. What was counted is scaled up
 * by slices_scale(), and the record says of how many slices (slices_say()) and how far off the totals
 * may be by that (slices_say_error()).
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
 *   slices_scale()  by how much the window is more than all slices together; 0 if no turn came, or if
 *                   slices met next to nothing of what the events come with, and no event
 *   slices_hold()   in mid-window: slices_scale() of it so far; no slice begins until
 *   slices_let()
 *   slices_scaled() a total that was counted in slices, for the whole window
 *   slices_error()  the standard error of a figure so scaled, as a part of it; NAN: not known
 *   slices_error_part()  the same of a part of such a figure, in which so much was counted
 *   slices_say_ratio()  a row: the same of one figure by another of those that work->ratios has
 *   slices_say()    rows: how many slices, which part of the window, scaled up by what
 *   slices_say_error()  a row: the standard error of another row
 *   slices_absent() the row that says so, where slices_scale() is 0
 *   slices_close()  safe at any time
 *
 * What is rare, or absent, is not left to chance: a source that costs next to nothing while nothing
 * happens begins by counting all of it, and turns to slices when too much does.
 *
 * Pauses are of random length, so that no source measures in step with the traffic. What is counted
 * here seldom comes steadily: so the measure of a slice is not only its length but also what the
 * machine did meanwhile, in packets or pages that the kernel counts anyhow. Each source says what
 * its events follow; where its slices say that they follow time more closely, time it is
 * (collectors/kit/estimate.h).
 */
#ifndef COLLECTORS_KIT_SLICES_H
#define COLLECTORS_KIT_SLICES_H

#include <linux/types.h>
#include <stdbool.h>

#include "collectors/kit/estimate.h"
#include "record/record.h"

struct measurement; /* collectors/collector.h */
struct slices;
struct writer; /* record/writer.h */

#define SLICES_FIGURES 128

/* Totals so far of a figure and of the one by which it is divided. */
struct slices_ratio {
	__u64 of, by;
};

/*
 * Programs that off() leaves in place. To put one at a function of the kernel and away again takes tens of
 * millions of instructions, since the kernel looks at all functions that there are (kernel/trace/ftrace.c); to have it
 * there while nothing is counted takes next to nothing, unless that function runs all the time.
 */
struct slices_hooks {
	bool (*there)(void *state);
	void (*away)(void *state);
	__u64 (*cost_ns)(void *state); /* of a CPU: in place and away once */
	__u64 (*runs)(void *state);    /* so far, whether anything was counted or not */
};

/* Called in turn: by who calls slices_begin() if the whole window is asked for, else by a thread. */
struct slices_work {
	/* For so long, 0: the window. 0, or -1: no more slices. */
	int (*on)(void *state, __u64 slice_ns);
	__u64 (*off)(void *state); /* how long that slice was, in ns */
	__u64 slice_ns;		   /* at most */
	unsigned int least;	   /* so many slices are needed for its figures; 0: one */
	enum measure follows;	   /* what its events come with */
	/* Totals so far, at most SLICES_FIGURES, of those figures whose errors are wanted; in off's
	   thread, after it. */
	unsigned int figures;
	void (*read)(void *state, __u64 *total);
	/* Likewise, of those that are divided by each other. */
	unsigned int ratios;
	void (*read_ratios)(void *state, struct slices_ratio *total);
	/* How many events there were, counted or not: what a slice costs. NULL: a usual one. */
	__u64 (*events)(void *state);
	/* NULL: off() leaves nothing that costs. */
	const struct slices_hooks *hooks;
	/*
	 * For a source that is switched on already, and says its events. All of the window is counted, on(0) to
	 * off(), while that costs little; from then on slices: after an off(), keep() has what was counted so far
	 * set aside, which is not scaled up. NULL: slices from the beginning.
	 */
	void (*keep)(void *state);
};

/*
 * With run->exact there is one slice, the window itself. NULL: no memory left. work has to outlive
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
double slices_error(const struct slices *s, unsigned int figure);
double slices_error_part(double error, __u64 counted);
void slices_say(const struct slices *s, struct writer *w, const char *source);
void slices_say_error(const struct slices *s, struct writer *w, enum record_end end,
		      enum metric_id id, const char *key, double error);
void slices_say_ratio(const struct slices *s, struct writer *w, enum record_end end,
		      enum metric_id id, enum metric_id by, unsigned int ratio);
void slices_absent(const struct slices *s, struct writer *w, const char *source);
void slices_close(struct slices *s);

#endif
