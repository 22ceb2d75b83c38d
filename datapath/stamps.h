/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long datagrams are under way (--stamp): behind its number each carries a time, when it was due or sent
 * (datapath/pace.h), which the receiver takes from the time at which it has the datagram (one-way delay, RFC 7679). That
 * takes one clock at both ends: that of the kernel, if one kernel runs both, which the ends know by its boot id; or the wall
 * clocks of two hosts, of which whoever gave --stamp ptp says that they agree. No stamp is trusted: one that lies in the
 * receiver's future, or before its beginning, is counted as that and in no delay.
 *
 *   stamp_of()         the clock that an option names, and stamp_name[] the other way
 *   stamps_kernel()    by what the ends know that they run on one kernel; 0: it does not say
 *   stamps_absent()    why a receiver cannot count with a sender that says this; NULL: it can
 *   stamps_ahead_ns()  the clock of the stamps against clock_ns(), to be added to that
 *   stamps_open()      for a receiving flow, as f->stamps, which stays NULL where nothing is counted; -1 after flow_fail()
 *   stamps_close()
 *   stamps_now()       what is taken next was received now
 *   stamps_take()      a datagram's stamp
 */
#ifndef DATAPATH_STAMPS_H
#define DATAPATH_STAMPS_H

#include <string.h>

#include "base/clock.h"
#include "datapath/flow.h"
#include "record/histogram.h"

#define STAMP_SIZE sizeof(uint64_t)

enum stamp { STAMP_OFF, STAMP_KERNEL, STAMP_PTP, STAMPS };
extern const char *const stamp_name[STAMPS];

struct stamps {
	uint64_t ahead_ns;
	uint64_t begun_ns;
	uint64_t now_ns;
	uint64_t last_ns; /* delay of the datagram before; UINT64_MAX: there was none */
	uint64_t delay[HISTOGRAM_FINE_BUCKETS];
	uint64_t variation[HISTOGRAM_FINE_BUCKETS];
};

enum stamp stamp_of(const char *name);
uint64_t stamps_kernel(void);
const char *stamps_absent(enum stamp stamp, uint64_t kernel);
uint64_t stamps_ahead_ns(enum stamp stamp);
int stamps_open(struct flow *f);
void stamps_close(struct flow *f);

static inline void stamps_now(struct flow *f)
{
	if (__builtin_expect(f->stamps != NULL, 0))
		f->stamps->now_ns = clock_ns() + f->stamps->ahead_ns;
}

/* at: of the stamp. */
static inline void stamps_take(struct flow *f, const void *at)
{
	struct stamps *s = f->stamps;
	uint64_t stamp, delay;

	memcpy(&stamp, at, sizeof(stamp));
	if (stamp > s->now_ns || stamp < s->begun_ns) {
		count(&f->counters.event[EVENT_stamps_wrong], 1);
		return;
	}
	delay = s->now_ns - stamp;
	count(&s->delay[histogram_fine_bucket(delay)], 1);
	if (s->last_ns != UINT64_MAX)
		count(&s->variation[histogram_fine_bucket(delay > s->last_ns ? delay - s->last_ns
									     : s->last_ns - delay)],
		      1);
	s->last_ns = delay;
}

#endif
