/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether each CPU is in a softirq, and for which network namespace it works there, for all sources that count by context
 * or by end (bpf/tally_context.bpf.c): its programs run once for all, and only while somebody counts.
 *
 *   tally_context_share()     before the programs of a source are loaded: their table "contexts" is the one of all
 *   tally_context_follow()    from now on these are noted
 *   tally_context_packets()   what of it tells for whom packets are
 *   tally_context_leave()     not any more, if nobody else follows
 *   tally_context_softirqs()  how many softirqs were noted so far
 *   tally_context_done()      after tally_context_share(), when its programs are gone
 */
#ifndef COLLECTORS_KIT_TALLY_CONTEXT_H
#define COLLECTORS_KIT_TALLY_CONTEXT_H

#include <linux/types.h>
#include <stddef.h>

#include "bpf/common.h"
#include "record/record.h"

struct bpf_object; /* libbpf's */
struct measurement;

/* 0, or -1 with why filled in; tally_context_done() is due in either case. */
int tally_context_share(struct bpf_object *object, char *why, size_t why_size);
/* Bits. Namespaces matter only where each end has one of its own (run_scope.devices_netns). */
enum tally_follow { FOLLOW_SOFTIRQS = 1, FOLLOW_PACKETS = 2, FOLLOW_POLLS = 4 };

/*
 * 0: nothing tells the ends apart. Polls of devices only where an XDP program takes packets in a driver, so that none comes
 * up: a poll of the backlog, which is no device's, costs something too.
 */
unsigned int tally_context_packets(const struct run_scope scope[END_COUNT],
				   const struct measurement *run);
/* 0, or a negative errno. From any thread, as the next two. */
int tally_context_follow(unsigned int what);
void tally_context_leave(unsigned int what);
__u64 tally_context_softirqs(void);
void tally_context_done(void);

#endif
