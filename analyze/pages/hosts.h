/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to be said where records are of more than one machine, or of more than one start of one.
 *
 *   remark_hosts()  how many there are, and what that means for the lines above; by: the label that
 *                   they were put together by, NULL: by none
 *   words_hosts()   where two that are compared are of two hosts: what no interval knows
 *   words_starts()  where they are of different starts of a machine: whether intervals know what these differ by;
 *                   reversed: the design's A is what the reader calls B
 */
#ifndef ANALYZE_PAGES_HOSTS_H
#define ANALYZE_PAGES_HOSTS_H

#include "analyze/figures/design.h"
#include "analyze/load/group.h"
#include "page/page.h"

void remark_hosts(struct page *page, const struct experiment *e, const char *by);
void words_hosts(struct page *page, const struct configuration *a, const struct configuration *b);
void words_starts(struct page *page, const struct design *d, bool reversed);

#endif
