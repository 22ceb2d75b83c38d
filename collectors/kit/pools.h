/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page_pools of the ends' devices, one by one, as netdev netlink tells of them (Linux 6.8) and
 * the kernel counts them (CONFIG_PAGE_POOL_STATS). Pools of drivers that do not say whose they are,
 * such as veth's, are not among them.
 *
 *   pools_open()   NULL, with why, where there is nothing to be asked
 *   pools_read()   all of them at an edge
 *   pools_emit()   the rows of each
 *   pools_close()  NULL is fine
 *   pools_means()  by which means: a static text
 */
#ifndef COLLECTORS_KIT_POOLS_H
#define COLLECTORS_KIT_POOLS_H

#include "collectors/kit/measurement.h"
#include "record/writer.h"

struct pools;

struct pools *pools_open(const struct measurement *run, char *why, size_t why_size);
/* 0, or -1 where any device could not be asked. */
int pools_read(struct pools *p, enum edge edge);
void pools_emit(struct pools *p, struct writer *w);
void pools_close(struct pools *p);
const char *pools_means(const struct pools *p);

#endif
