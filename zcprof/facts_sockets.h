/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of an end set for their sockets, by setsockopt(2), as rows of "fact": buffers that the kernel tunes no
 * more, Nagle and corks, congestion control, priority and so on. Of all TCP connections those count that carry
 * something; of a program that had none yet what listens, for connections inherit from that.
 *
 *   sockets_look()   asks those that the end's processes hold now; more than once, and all that was seen counts
 *   sockets_say()    the rows
 *   sockets_forget()
 *   facts_sockets()  all three, of an end that is at work already
 *
 * Each socket is duplicated for as long as it is asked (pidfd_getfd(2)): what its program closes meanwhile is closed some
 * microseconds later.
 */
#ifndef ZCPROF_FACTS_SOCKETS_H
#define ZCPROF_FACTS_SOCKETS_H

#include <stddef.h>

#include "collectors/kit/measurement.h"
#include "record/writer.h"

struct sockets_asked;

/* Begins as all zero. */
struct sockets {
	struct sockets_asked *at;
	size_t count, left_out; /* for want of time, or room */
	int error;		/* why one could not be asked */
};

void sockets_look(struct sockets *s, const struct measurement *run, enum record_end end);
/* What the kernel does not tell is left out; that sockets could not be asked is said. */
void sockets_say(struct sockets *s, struct writer *w, enum record_end end);
void sockets_forget(struct sockets *s);
void facts_sockets(struct writer *w, const struct measurement *run, enum record_end end);

#endif
