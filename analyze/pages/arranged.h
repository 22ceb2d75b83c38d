/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment as its plan says that it is to be printed: its tables, and beside them what others published.
 *
 *   arranged_print()  all of it; nothing where the plan says nothing. 0, or -1 with why: which line is wrong, and how
 */
#ifndef ANALYZE_PAGES_ARRANGED_H
#define ANALYZE_PAGES_ARRANGED_H

#include "analyze/figures/roi.h"
#include "analyze/load/arrangement.h"
#include "analyze/load/group.h"
#include "page/page.h"

int arranged_print(struct page *page, const struct experiment *e,
		   const struct arrangement *arrangement, const struct exponents *exponents,
		   char *why, size_t why_size);

#endif
