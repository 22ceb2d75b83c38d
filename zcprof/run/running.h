/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run while it goes on: for run.c, which conducts it, follow.c, which hears its ends, and far.c,
 * which has the parts of other machines. */
#ifndef ZCPROF_RUN_RUNNING_H
#define ZCPROF_RUN_RUNNING_H

#include "zcprof/agent/part.h"
#include "zcprof/run/run.h"

struct running {
	struct experiment *x;
	const struct slot *slot;
	const struct configuration *configuration;
	struct writer *writer;
	struct part part; /* of this machine; of an end elsewhere what is heard of it */
	double seconds;
	double warmup;
	double asked_bytes;	  /* to be moved; 0: by time */
	unsigned int patience_ms; /* for what an end has to do before it says the next word */
	unsigned int ending_ms; /* for the rest of what is on its way, which each flow has some of */
	bool by_bytes;
	/* Edges of this machine's window, and how its clock and those of hosts are apart. */
	uint64_t edge_ns[EDGE_COUNT];
	double ahead_ns[2], ahead_error_ns[2];
	double later_ns[2][EDGE_COUNT];
	bool looking[2]; /* hosts that were asked what they have so far */
	/* Takes it; and for whoever watches, what does not measure on another machine. NULL: nobody does. */
	void (*on_look)(struct running *r, const struct row *row);
	void (*on_absent)(struct running *r, const struct row *row);
	/* What the rows said. */
	double bytes, window_ns; /* at rx, over the window */
	double bytes_life[END_COUNT];
	bool datagrams;	       /* not a stream */
	bool moved[END_COUNT]; /* since it was last looked at */
	double claimed_bytes;  /* by rx, so far */
	char why[1600];
};

/* RUN_FAILED, with the sentence kept. */
enum run_result run_fail(struct running *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A row of an end, wherever it runs. */
void run_take(struct running *r, enum record_end side, const struct row *row);
/* One wait for news, at most until the deadline. */
enum run_result run_follow(struct running *r, uint64_t deadline_ns, const char *wanted_name);
#define BOTH_ENDS END_COUNT
/* Until this end, or each where side is BOTH_ENDS, has reached it; name: that, in words. */
enum run_result run_await(struct running *r, enum record_end side, enum reached wanted,
			  const char *name);
/* So long, following the ends meanwhile. */
enum run_result run_sleep(struct running *r, double seconds);
/* A word to the sender. */
enum run_result run_tell(struct running *r, const char *word);
/* Their last rows, and how they ended. */
enum run_result run_finish_ends(struct running *r);
/* "receiver" or "sender" */
const char *run_side(enum record_end side);

#endif
