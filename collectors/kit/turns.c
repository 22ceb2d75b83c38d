// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/turns.h"

#include <math.h>

/* What the turns may take from the throughput; and at the most, so that everyone has two. */
#define LOSS	  0.01
#define LOSS_MOST 0.03
/*
 * To put the programs of one source in place and away again takes 1.1 ms of a CPU, most of it to have the
 * kernel's code changed, for which all other CPUs are interrupted.
 */
#define LOSS_TURN_NS 1500000.0
/* What is known to be less of a slice may come to be more. */
#define LOSS_SLICE_LEAST 0.05

/* Of a window that may end at any time. */
#define FIRST_UNKNOWN_NS 50000000

/* Shorter slices hold too little to be told from what happens at their ends. */
#define LENGTH_LEAST 0.3

/* What comes in bursts is met by many short slices rather than by few long ones. */
#define ROUNDS_WANTED 12

/* With so many rounds they cost what they may. */
static double length(double loss_ns, unsigned int rounds, double turns_ns, double slices_ns)
{
	return (loss_ns / rounds - turns_ns) / slices_ns;
}

struct turns turns_plan(__u64 ns, unsigned int members, __u64 slices_ns, unsigned int least,
			double slice_loss)
{
	double loss_ns = LOSS * (double)ns, most_ns = LOSS_MOST * (double)ns;
	double turns_ns = members * LOSS_TURN_NS;
	double of_slices_ns = fmax(slice_loss, LOSS_SLICE_LEAST) * (double)slices_ns;
	double usual = ceil(loss_ns / (turns_ns + of_slices_ns));
	double many = floor(loss_ns / (turns_ns + LENGTH_LEAST * of_slices_ns));
	double rounds = fmax(usual, fmin(many, ROUNDS_WANTED));
	struct turns t = {.rounds = rounds > 2 ? (unsigned int)rounds : 2};

	t.length = length(loss_ns, t.rounds, turns_ns, of_slices_ns);
	if (length(most_ns, t.rounds, turns_ns, of_slices_ns) < LENGTH_LEAST && least < t.rounds) {
		t.rounds = 1;
		t.length = length(loss_ns, 1, turns_ns, of_slices_ns);
	}
	t.length = fmin(fmax(t.length, LENGTH_LEAST), 1);
	return t;
}

__u64 turns_rest(__u64 cpu_ns, unsigned int members)
{
	double beyond = (double)cpu_ns - 2 * LOSS_TURN_NS;

	return beyond > 0 ? (__u64)(beyond * members / LOSS) : 0;
}

__u64 turns_pause(__s64 free_ns, unsigned int turns, double random)
{
	return free_ns > 0 ? (__u64)(2 * (double)free_ns / (turns + 1) * random) : 0;
}

__u64 turns_first(__u64 window_ns, __u64 slice_ns, __u64 pause_ns, double random)
{
	__u64 room = slice_ns + pause_ns, most = window_ns ? window_ns : FIRST_UNKNOWN_NS;

	room = room < most ? room : most;
	return room > slice_ns ? (__u64)((double)(room - slice_ns) * random) : 0;
}
