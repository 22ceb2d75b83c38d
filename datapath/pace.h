/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When datagrams are sent (--udp with --rate) and what they say of that (--stamp). Each send is due at its time, whatever
 * became of those before it; one that is late is sent at once, and its stamp is the time at which it was due. Without
 * --rate a stamp is the time at which the datagram was handed to the kernel.
 *
 *   pace_open()      for a sending flow, as f->pace, which stays NULL where there is neither; -1 after flow_fail()
 *   pace_close()
 *   pace_wait_ns()   how long until the nth send is due; 0: it is; not more than flow_look_ns(), for the end may come before
 *   pace_ready()     whether it is; if not, that was waited for by ppoll(2)
 *   pace_due()       how many from the nth on are due now, of so many
 *   pace_begin()     the nth is handed over now: its stamp
 *   pace_unsent()    how many datagrams were due until a moment, beyond so many that were sent
 */
#ifndef DATAPATH_PACE_H
#define DATAPATH_PACE_H

#include "base/clock.h"
#include "datapath/flow.h"
#include "datapath/schedule.h"
#include "record/histogram.h"

struct pace {
	struct schedule schedule; /* of sends */
	unsigned int train;
	uint64_t ahead_ns; /* the clock of the stamps, of clock_ns() */
	uint64_t lateness[HISTOGRAM_FINE_BUCKETS];
};

/* train: datagrams of one send. */
int pace_open(struct flow *f, unsigned int train);
void pace_close(struct flow *f);
uint64_t pace_wait_ns(const struct flow *f, uint64_t nth);
bool pace_wait(struct flow *f, uint64_t nth);
uint64_t pace_unsent(const struct flow *f, uint64_t until_ns, uint64_t sent);

static inline bool pace_is_scheduled(const struct flow *f)
{
	return f->pace && schedule_is(&f->pace->schedule);
}

static inline bool pace_ready(struct flow *f, uint64_t nth)
{
	return !pace_is_scheduled(f) || pace_wait(f, nth);
}

static inline unsigned int pace_due(const struct flow *f, uint64_t nth, unsigned int most,
				    uint64_t now_ns)
{
	unsigned int due = 0;

	while (due < most && schedule_due_ns(&f->pace->schedule, nth + due) <= now_ns)
		due++;
	return due;
}

static inline uint64_t pace_begin(struct pace *p, uint64_t nth, uint64_t now_ns)
{
	uint64_t due_ns = now_ns;

	if (schedule_is(&p->schedule)) {
		due_ns = schedule_due_ns(&p->schedule, nth);
		count(&p->lateness[histogram_fine_bucket(now_ns > due_ns ? now_ns - due_ns : 0)], 1);
	}
	return due_ns + p->ahead_ns;
}

#endif
