// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/turns.h"

#include <math.h>

/* What the turns may take from the throughput: of all together, and of one that is alone. */
#define LOSS_ALL 0.03
#define LOSS_ONE 0.02
/*
 * What one turn takes: of its slice up to a fifth, and to put programs in place and away again,
 * which interrupts all CPUs for each of them, some two ms more.
 */
#define LOSS_SLICE   0.2
#define LOSS_TURN_NS 2000000.0

/* Shorter slices hold too little to be told from what happens at their ends. */
#define LENGTH_LEAST 0.3

/* What comes in bursts is met by many short slices rather than by few long ones. */
#define ROUNDS_WANTED 12

/* With so many rounds they cost what they may. */
static double length(double loss_ns, unsigned int rounds, double turns_ns, double slices_ns)
{
	return (loss_ns / rounds - turns_ns) / slices_ns;
}

struct turns turns_plan(__u64 ns, unsigned int members, __u64 slices_ns, unsigned int least)
{
	double loss_ns = (members > 1 ? LOSS_ALL : LOSS_ONE) * (double)ns;
	double turns_ns = members * LOSS_TURN_NS, of_slices_ns = LOSS_SLICE * (double)slices_ns;
	double usual = ceil(loss_ns / (turns_ns + of_slices_ns));
	double most = floor(loss_ns / (turns_ns + LENGTH_LEAST * of_slices_ns));
	double rounds = fmax(usual, fmin(most, ROUNDS_WANTED));
	struct turns t = {.rounds = rounds > 2 ? (unsigned int)rounds : 2};

	t.length = length(loss_ns, t.rounds, turns_ns, of_slices_ns);
	if (t.length < LENGTH_LEAST && least < t.rounds) {
		t.rounds = 1;
		t.length = length(loss_ns, 1, turns_ns, of_slices_ns);
	}
	t.length = fmin(fmax(t.length, LENGTH_LEAST), 1);
	return t;
}

__u64 turns_pause(__s64 free_ns, unsigned int turns, double random)
{
	return free_ns > 0 ? (__u64)(2 * (double)free_ns / (turns + 1) * random) : 0;
}
