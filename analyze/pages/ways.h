/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each configuration gave and cost, as a table with what has to be said below it: for zcroi
 * table, and the first part of zcroi report.
 *
 *   ways_table()    one line per configuration, what was not run too
 *   ways_conclude() which pays best, and how sure that is
 *   ways_remarks()  what else has to be known of these runs, but what was not measured
 */
#ifndef ANALYZE_PAGES_WAYS_H
#define ANALYZE_PAGES_WAYS_H

#include "analyze/figures/lines.h"
#include "analyze/options.h"
#include "page/page.h"

/* For people; for programs, the intervals of what is an estimate in each run too; the ends' own ROI and every interval. */
enum ways_wide { WAYS_NARROW, WAYS_DATA, WAYS_WIDE };

/* by: the quantity that the lines are in order of. */
void ways_table(struct page *page, const struct lines *lines, const struct experiment *e,
		enum quantity by, enum ways_wide wide, const struct exponents *exponents);
void ways_conclude(struct page *page, const struct lines *lines, enum quantity by,
		   const struct common *common);
/* by: what lines_of() put lines together by, or NULL. */
void ways_remarks(struct page *page, const struct experiment *e, const struct exponents *exponents,
		  const char *by);

#endif
