/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How turns lie in a window (collectors/kit/slices.h): how many, how long, how far apart. Computes
 * only.
 *
 *   turns_plan()    for a stretch of time: rounds, in each of which everyone has a turn, and the
 *                   length of slices
 *   turns_rest()    after one that was dear
 *   turns_pause()   before the next turn, of random length
 *   turns_first()   before the first slice of one that has its own
 */
#ifndef COLLECTORS_KIT_TURNS_H
#define COLLECTORS_KIT_TURNS_H

#include <linux/types.h>

struct turns {
	unsigned int rounds;
	double length; /* of a slice, as a part of the usual: 0 to 1 */
};

/*
 * members: how many take turns. slices_ns: their usual slices together. As many rounds as leave no
 * slice longer than usual, but two, so that not everything hangs on one moment; one where two would
 * cost too much, unless least says that they are needed. slice_loss: the part of the time of a slice that
 * its programs take.
 */
struct turns turns_plan(__u64 ns, unsigned int members, __u64 slices_ns, unsigned int least,
			double slice_loss);

/*
 * How long one has no other turn whose last took so much of a CPU, so that all members together stay within what
 * turns may take. 0 where it was what a turn is planned to be.
 */
__u64 turns_rest(__u64 cpu_ns, unsigned int members);

/*
 * free_ns: what the turns that are to come do not take; negative: they take more than there is.
 * random: 0 to 1. The pauses before each turn and the one after the last are alike in the mean, and
 * together not longer than that.
 */
__u64 turns_pause(__s64 free_ns, unsigned int turns, double random);

/*
 * Of one that has slices of its own, so long and with such pauses between them: how long until the first, so that each
 * moment of a window is met as likely as any other. window_ns: 0: not known. random: 0 to 1.
 */
__u64 turns_first(__u64 window_ns, __u64 slice_ns, __u64 pause_ns, double random);

#endif
