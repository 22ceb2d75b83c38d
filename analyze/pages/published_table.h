/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others published of the configurations of a plan, each beside what an experiment has of it.
 *
 *   published_print()  a table for each who; nothing where the plan has none. 0, or -1 with why: a line that is wrong
 */
#ifndef ANALYZE_PAGES_PUBLISHED_TABLE_H
#define ANALYZE_PAGES_PUBLISHED_TABLE_H

#include "analyze/figures/roi.h"
#include "analyze/load/arrangement.h"
#include "analyze/load/group.h"
#include "analyze/pages/reasons.h"
#include "page/page.h"

int published_print(struct page *page, const struct experiment *e,
		    const struct arrangement *arrangement, const struct exponents *exponents,
		    struct reasons *reasons, char *why, size_t why_size);

#endif
