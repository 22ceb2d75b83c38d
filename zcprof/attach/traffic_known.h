/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections that are known: traffic_look.c comes to know them, and has these; traffic_hear.c hears of their
 * ends, and traffic.c adds up what they moved.
 *
 *   connection_find()     by its cookie; NULL: it is not known
 *   connection_moved()    what tcp_info says that one moved, of data alone
 *   connection_unheard()  one is gone, and its last figures are not known
 *   moved_add()
 */
#ifndef ZCPROF_ATTACH_TRAFFIC_KNOWN_H
#define ZCPROF_ATTACH_TRAFFIC_KNOWN_H

#include "collectors/kit/sockdiag.h"
#include "zcprof/attach/traffic.h"

struct connection *connection_find(const struct traffic *t, uint64_t cookie);
struct moved connection_moved(const struct tcp_info *info);
void connection_unheard(struct traffic *t, struct connection *c);
void moved_add(struct moved *sum, struct moved moved);

#endif
