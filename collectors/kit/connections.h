/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP connections of the ends that have closed, and what each moved, by bpf/connections.bpf.c: those too that
 * came and went while nobody looked.
 *
 *   connections_open()   follow them from now on; 0, or -1 with why filled in
 *   connections_sum()    of an end: those that began since, have closed, and were never asked for (sock_diag)
 *   connections_take()   each that had been asked for and has closed, once
 *   connections_nobodys() those that were accepted at a port, and of which it is not known whose they were
 *   connections_full()   how many are missing, for want of room
 *   connections_close()  safe for NULL
 */
#ifndef COLLECTORS_KIT_CONNECTIONS_H
#define COLLECTORS_KIT_CONNECTIONS_H

#include "bpf/connections.h"
#include "collectors/kit/measurement.h"

struct connections;

/* *c is NULL after a failure. */
int connections_open(struct connections **c, const struct measurement *run, char *why,
		     size_t why_size);
struct connections_sum connections_sum(const struct connections *c, enum record_end end);
typedef void (*connections_fn)(void *data, uint64_t cookie, const struct connections_closed *closed);
void connections_take(struct connections *c, enum record_end end, connections_fn on_closed,
		      void *data);
/* port: in host order. */
struct connections_sum connections_nobodys(const struct connections *c, uint16_t port);
uint64_t connections_full(const struct connections *c);
void connections_close(struct connections *c);

#endif
