/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a tally is: between tally.c, which has its programs count, and tally_say.c, which says what they
 * counted. Nobody else looks inside.
 */
#ifndef COLLECTORS_KIT_TALLY_STATE_H
#define COLLECTORS_KIT_TALLY_STATE_H

#include <stdbool.h>

#include "collectors/kit/missed.h"
#include "collectors/kit/slices.h"
#include "collectors/kit/tally.h"
#include "collectors/kit/tally_table.h"

#define TALLY_ESTIMATES (END_COUNT * TALLY_CONTEXTS * TALLY_COUNTERS)
_Static_assert(TALLY_ESTIMATES <= SLICES_FIGURES, "each has an error");

struct tally {
	struct tally_source source;
	struct bpf_object *object;
	struct tally_table table;
	struct slices_work work;
	struct slices *slices;
	const struct slices_work *along; /* or NULL */
	void *with;
	bool shares;	       /* tally_context_share() */
	unsigned int contexts; /* what of it is to be followed */
	bool attached, follows, watched, known[END_COUNT];
	__u64 attach_ns, detach_ns; /* of a CPU, at the last time */
	void *certain; /* a copy of what was counted before slices began; or NULL: it is never set aside */
	__u64 from_ns;
	struct missed missed;
	double scale;
	char means[64];
};

/* Of each end, context and counter, in this order. */
static inline unsigned int tally_figure(enum record_end end, int context, __u32 counter)
{
	return ((unsigned int)end * TALLY_CONTEXTS + (unsigned int)context) * TALLY_COUNTERS +
	       counter;
}

#endif
