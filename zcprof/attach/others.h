/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets of a process that may carry what it moves and are no TCP connections, such as those of UDP,
 * QUIC, SCTP, MPTCP or a unix stream: nobody counts their bytes, so where TCP moved next to nothing
 * that is not what it moved.
 *
 *   others_look()  come to know which kinds there are, beside those that were known
 *   others_any()
 *   others_name()  for people: "UDP and UNIX-STREAM"
 */
#ifndef ZCPROF_ATTACH_OTHERS_H
#define ZCPROF_ATTACH_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

#include "collectors/kit/target.h"

#define OTHER_KINDS 8

struct others {
	char kinds[OTHER_KINDS][16]; /* as the kernel names them; "" at the end */
};

void others_look(struct others *o, const struct target *t);
bool others_any(const struct others *o);
/* Returns text. */
char *others_name(const struct others *o, char *text, size_t size);

#endif
